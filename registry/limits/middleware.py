"""Refuses who asks too often, and says how much is left (draft-ietf-httpapi-ratelimit-headers)."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader

from registry.api import problems
from registry.limits.counters import WINDOW_S, Place, counters
from registry.limits.who import address_of, token_of

# Downloads: large, and rarely asked for.
_FILES = re.compile(
    r"/exports/[^/]+/[^/]+"
    r"|(?:/api/v1)?/embeddings/\d+/files/.+"
    r"|/findings/\d+/pictures/.+"
)
_FREE = frozenset({"/healthz", "/robots.txt", "/favicon.ico"})
_SAID = "Too many requests from here. Wait {seconds} seconds, or take a token, which may ask more."


class Limits:
    """Middleware: counts each request in its bucket. A 304 does not count."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse."""
        bucket = bucket_of(request.path)
        quota, who = _quota(request, bucket)
        place = counters().take(bucket, who, quota) if quota else None
        if place is None:
            return self.get_response(request)
        if place.left < 0:
            response = _refused(request, place)
        else:
            response = self.get_response(request)
            if response.status_code == 304:
                counters().give_back(bucket, who)
                place = Place(place.left + 1, place.seconds)
        response["RateLimit-Policy"] = f'"{bucket}";q={quota};w={WINDOW_S}'
        response["RateLimit"] = f'"{bucket}";r={max(0, place.left)};t={place.seconds}'
        return response


def bucket_of(path: str) -> str:
    """Return the bucket of an address; empty where nothing is counted."""
    if path in _FREE:
        return ""
    if _FILES.fullmatch(path):
        return "files"
    return "api" if path.startswith("/api/") else "pages"


def _quota(request: HttpRequest, bucket: str) -> tuple[int, str]:
    """Return how many requests a window has, 0 for no limit, and who they are counted for.

    Only a token that is known here has the larger bucket: one that somebody made up is counted for
    the address.
    """
    if bucket == "api" and (token := token_of(request)):
        return settings.ASSAY_LIMIT_TOKEN, f"token {token.pk}"
    quotas = {
        "api": settings.ASSAY_LIMIT_API,
        "pages": settings.ASSAY_LIMIT_PAGES,
        "files": settings.ASSAY_LIMIT_FILES,
    }
    return quotas.get(bucket, 0), f"address {address_of(request)}"


def _refused(request: HttpRequest, place: Place) -> HttpResponse:
    said = _SAID.format(seconds=place.seconds)
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = problems.answer(request, 429, said)
    else:
        about = {"code": 429, "title": "Too many requests", "sentence": said}
        response = HttpResponse(loader.render_to_string("error_show.html", about), status=429)
    response["Retry-After"] = str(place.seconds)
    response["Cache-Control"] = "no-store"
    return response
