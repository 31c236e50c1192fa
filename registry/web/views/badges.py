"""Badges: an SVG, or what shields.io makes one of."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from registry.web import badges
from registry.web.badge_drawing import Badge, draw
from registry.web.sent import sent

KEPT_S = 300


@require_safe
def badge(
    request: HttpRequest,
    metric: str,
    form: str,
    name: str = "",
    number: int = 0,
    sha: str = "",
) -> HttpResponse:
    """Answer with a badge; of a model that is not known with a grey one, for a page that shows it
    would have a broken picture otherwise."""
    if badges.label_of(metric) is None:
        raise Http404("There is no such badge.")
    found = badges.named(metric, name, sha) if name else badges.numbered(metric, number)
    return _sent(request, found, form)


def _sent(request: HttpRequest, found: Badge, form: str) -> HttpResponse:
    if form == "svg":
        return sent(request, draw(found), "image/svg+xml", max_age_s=KEPT_S)
    body = json.dumps(badges.as_endpoint(found), ensure_ascii=False)
    return sent(request, body, "application/json", max_age_s=KEPT_S)
