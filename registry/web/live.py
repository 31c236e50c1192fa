"""Pages that keep themselves up to date: where their script reads what changes."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from registry import tickets
from registry.web.security import policy


def stream_of(request: HttpRequest, kind: str, number: int, *, user: int | None = None) -> str:
    """Return where the page's script follows a row, with a ticket for a ``user``'s own one.

    "" where it could not: there is no stream server, the page comes again by itself already, or it
    was asked for by another name than the public one, of which alone that server takes readers.
    """
    public = tickets.public_origin()
    here = tickets.origin_of(f"{public.partition(':')[0]}://{request.get_host()}")
    if not public or here != public or "follow" in request.GET:
        return ""
    ticket = tickets.issue(kind, number, user) if user is not None else ""
    return tickets.address(kind, number, ticket)


def allow(response: HttpResponseBase, stream: str) -> None:
    """Let this page, and no other one, ask the stream server."""
    if stream:
        response.headers["Content-Security-Policy"] = policy(tickets.origin_of(stream))
