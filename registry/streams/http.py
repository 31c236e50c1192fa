"""Requests and answers of the stream server: the little of HTTP that it needs, over ASGI."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from registry.api import problems
from registry.tickets import public_origin

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[str, str]]

_OUR_OWN = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_LOCAL = [".localhost", "127.0.0.1", "[::1]"]
SAFE: Headers = [
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
]


class Refused(Exception):  # noqa: N818 - reads as what happened to the request
    """The request is answered with a problem document."""

    def __init__(self, code: int, detail: str, headers: Headers | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.headers = headers or []


@dataclass(slots=True)
class Request:
    """What was asked, by whom."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    address: str
    id: str
    status: int = field(default=0)  # of the answer, once it has begun

    @classmethod
    def of(cls, scope: Scope) -> "Request":
        """Read a request; its id is the one that a proxy gave it, where that looks like one."""
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        asked = headers.get("x-request-id", "")
        return cls(
            method=scope["method"],
            path=scope["path"],
            query=parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            headers=headers,
            address=str((scope.get("client") or ("",))[0]),
            id=asked if _OUR_OWN.match(asked) else uuid.uuid4().hex,
        )

    def has_known_host(self) -> bool:
        """Say whether the request names this server by one of its names (ASSAY_HOSTS)."""
        domain, _ = split_domain_port(self.headers.get("host", ""))
        allowed = settings.ALLOWED_HOSTS or (_LOCAL if settings.DEBUG else [])
        return bool(domain) and validate_host(domain, allowed)

    def shared_with(self) -> Headers:
        """Return the headers by which a page of ours, and no other one, may read the answer."""
        shared: Headers = [("vary", "Origin")]
        if self.headers.get("origin") == (public_origin() or None):
            shared.append(("access-control-allow-origin", self.headers["origin"]))
        return shared


def encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI wants them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def start(status: int, headers: Headers) -> dict[str, Any]:
    """Return the beginning of an answer."""
    return {
        "type": "http.response.start",
        "status": status,
        "headers": encoded(headers),
    }


async def answer(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send a whole answer."""
    length = [] if status == 204 else [("content-length", str(len(body)))]
    await send(start(status, [*headers, *length]))
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, request: Request, refused: Refused) -> None:
    """Send a problem document."""
    document = problems.document(refused.code, refused.detail, request.path[:200], [])
    headers = [("content-type", problems.MEDIA_TYPE), ("cache-control", "no-store")]
    headers += [*refused.headers, *request.shared_with()]
    await answer(send, refused.code, headers, json.dumps(document).encode())
