"""Small files that browsers and crawlers ask every site for."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from registry.web import crawling
from registry.web.sent import public_url, sent

HOUR_S, DAY_S = 3_600, 86_400
CONTACT_DAYS = 180  # a contact is good for so long; RFC 9116 wants less than a year


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    """Tell browsers how to search here, and where suggestions are."""
    body = render_to_string("opensearch.xml", {"home": public_url("")})
    return sent(request, body, "application/opensearchdescription+xml", max_age_s=DAY_S)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers what they may ask for."""
    return sent(request, crawling.robots(), "text/plain", max_age_s=DAY_S)


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the sitemaps."""
    return sent(request, crawling.index(), "application/xml", max_age_s=HOUR_S)


@require_safe
def sitemap_pages(request: HttpRequest) -> HttpResponse:
    """List the pages that are no models."""
    return sent(request, crawling.pages(), "application/xml", max_age_s=DAY_S)


@require_safe
def sitemap_part(request: HttpRequest, first: int) -> StreamingHttpResponse:
    """List the models of a range of numbers."""
    if first % crawling.RANGE or first > crawling.RANGE * 10**9:
        raise Http404("There is no such sitemap.")
    found: Iterator[str] = crawling.part(first)
    if request.method == "HEAD":
        found = iter(())
    response = StreamingHttpResponse(found, content_type="application/xml; charset=utf-8")
    patch_cache_control(response, public=True, max_age=HOUR_S)
    return response


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """Tell language models, in Markdown, what is here and where programs read it."""
    body = render_to_string("llms.txt", {"home": public_url("")})
    return sent(request, body, "text/markdown", max_age_s=DAY_S)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead who asks for the old file to the drawing."""
    response = redirect(static("assay/mark.svg"))
    patch_cache_control(response, public=True, max_age=DAY_S)
    return response


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Say whom to tell of a weakness (RFC 9116), where the operator has said so."""
    contact = settings.ASSAY_CONTACT.strip()
    if not contact or len(contact.splitlines()) > 1:
        raise Http404("The operator has named nobody.")
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    until = f"{midnight + timedelta(days=CONTACT_DAYS):%Y-%m-%dT%H:%M:%SZ}"
    own = public_url("/.well-known/security.txt")
    body = f"Contact: {contact}\nExpires: {until}\nCanonical: {own}\nPreferred-Languages: en\n"
    return sent(request, body, "text/plain", max_age_s=DAY_S)
