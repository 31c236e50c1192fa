"""Errors of the API as problem documents (RFC 9457): a sentence for people, a type for programs."""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

# Django's own words where a row is missing.
NO_ROW = re.compile(r"^No (\w+) matches the given query\.$")

# status -> (slug, title). Each slug is explained on the page /problems.
KINDS = {
    400: ("bad-request", "The request cannot be understood"),
    401: ("no-token", "A token is needed"),
    403: ("not-allowed", "The token does not allow this"),
    404: ("not-found", "There is nothing here"),
    405: ("wrong-method", "This address does not take that method"),
    406: ("not-acceptable", "There is no answer in that format"),
    409: ("under-way", "The same request is under way"),
    415: ("wrong-media-type", "The body is of another kind"),
    422: ("refused", "This cannot be done"),
    429: ("too-many-requests", "Too many requests"),
    500: ("fault", "A fault of this server"),
    503: ("away", "The server cannot answer now"),
}


class Refused(exceptions.APIException):
    """The request is well-formed, but what it asks for cannot be done."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "refused"


def document(code: int, detail: str, path: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    """Return a problem document; ``errors`` say which part of the request is meant."""
    slug, title = KINDS.get(code, ("bad-request" if code < 500 else "fault", "Error"))
    body: dict[str, Any] = {
        "type": f"/problems#{slug}",
        "title": title,
        "status": code,
        "detail": detail,
        "instance": path,
    }
    return body | ({"errors": errors} if errors else {})


def handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None, and so a 500, for a fault of our own."""
    if isinstance(error, Http404):
        error = exceptions.NotFound(NO_ROW.sub(_no_row, str(error)) or "There is no such row.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    errors = list(_pointers(error.detail, "")) if isinstance(error.detail, list | dict) else []
    detail = errors[0]["detail"] if errors else str(error.detail)
    request: Request = context["request"]
    body = document(error.status_code, detail, request.path, errors)
    response = Response(body, status=error.status_code, content_type=MEDIA_TYPE)
    if getattr(error, "auth_header", ""):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        response["Retry-After"] = f"{error.wait:.0f}"  # type: ignore[attr-defined]
    return response


def answer(request: HttpRequest, code: int, detail: str) -> JsonResponse:
    """Answer a request that reached no view of the API."""
    return JsonResponse(
        document(code, detail, request.path, []), status=code, content_type=MEDIA_TYPE
    )


def _no_row(found: re.Match[str]) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", found[1]).lower()
    return f"There is no such {words}; it may have been removed."


def _pointers(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Walk what a serializer complained about; a list index appears only where rows are lists."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            inside = pointer if name == "non_field_errors" else f"{pointer}/{name}"
            yield from _pointers(inner, inside)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _pointers(inner, pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}
