"""Answers to requests that reached no page, in the same look; under /api/ as problem documents."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

from registry.outages import is_outage

_SENTENCES = {
    400: ("bad-request", "The request cannot be understood", "Something in the address is wrong."),
    403: ("not-allowed", "This is not allowed", "The server refuses to do this for you."),
    404: ("not-found", "There is nothing here", "Nothing is mirrored under this address."),
    500: ("fault", "Something broke here", "This is a fault of the server; it has been noted."),
    503: ("away", "The server cannot answer now", "The database does not answer. Try again soon."),
}


def _answer(request: HttpRequest, code: int, detail: str = "") -> HttpResponse:
    slug, title, sentence = _SENTENCES[code]
    if request.path.startswith("/api/"):
        body = {
            "type": f"/problems#{slug}",
            "title": title,
            "status": code,
            "detail": detail or sentence,
            "instance": request.path,
        }
        return JsonResponse(body, status=code, content_type="application/problem+json")
    # No request, no context processors: this must work where the database does not.
    page = loader.render_to_string(
        "error_show.html", {"code": code, "title": title, "sentence": detail or sentence}
    )
    return HttpResponse(page, status=code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refuses to read."""
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not allowed."""
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address where nothing is; only our own sentences are repeated."""
    said = exception.args[0] if exception.args else ""
    return _answer(request, 404, said if isinstance(said, str) else "")


def fault(request: HttpRequest) -> HttpResponse:
    """Answer after a fault of our own, or after a query of a database that is away."""
    return _answer(request, 503 if is_outage(sys.exception()) else 500)
