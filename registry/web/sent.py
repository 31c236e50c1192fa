"""Answers that are no pages: sent with an ETag, and with a 304 to who has them already."""

import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control


def public_url(path: str = "") -> str:
    """Return an address as it is known outside. ``path`` begins with a slash."""
    return str(settings.ASSAY_PUBLIC_URL).rstrip("/") + path


def sent(request: HttpRequest, body: str, content_type: str, *, max_age_s: int) -> HttpResponse:
    """Answer with a text that anybody may keep for a while."""
    content = body.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    whole = HttpResponse(content, content_type=f"{content_type}; charset=utf-8")
    response = get_conditional_response(request, etag, response=whole) or whole
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=max_age_s)
    return response
