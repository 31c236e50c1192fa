"""Suggestions for whoever types a name: the form of OpenSearch, for browsers and for our fields."""

import json
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from registry.models import Repo
from registry.search import suggesting
from registry.search.question import LONGEST_TEXT
from registry.web.sent import sent
from registry.web.templatetags.assay import repo_url, shortened, visible

KEPT_S = 60


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Answer with four lists of one length: what was typed, names, what they are, addresses."""
    text = request.GET.get("q", "")[:LONGEST_TEXT]
    found = suggesting.suggest(text)
    names = [visible(repo.name) for repo in found.repos]
    said = [_said(repo) for repo in found.repos]
    links = [repo_url(repo) for repo in found.repos]
    if found.meant and len(names) < suggesting.MOST:
        names.append(visible(found.meant))
        said.append("Did you mean this?")
        links.append(f"{reverse('web:repo-list')}?{urlencode({'q': found.meant})}")
    body = json.dumps([text, names, said, links], ensure_ascii=True)
    return sent(request, body, "application/x-suggestions+json", max_age_s=KEPT_S)


def _said(repo: Repo) -> str:
    task = f"{visible(repo.pipeline_tag)} · " if repo.pipeline_tag else ""
    return f"{task}{shortened(repo.downloads)} requests"
