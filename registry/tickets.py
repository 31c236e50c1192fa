"""Where the stream server is, and the tickets by which browsers read what is not public there.

A browser sends no header with an EventSource, and the stream server is another origin, which gets
no cookie. So whoever may read a private row is given an address with a ticket: signed, for this
row and this person alone, and short.
"""

import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing

LIFE_S = 600
LONGEST = 500  # characters; a longer one is no ticket of ours
RUNS, EXECUTIONS, EMBEDDINGS = KINDS = ("runs", "scan-executions", "embeddings")
_SALT = "registry.tickets"
_HOST = re.compile(r"[A-Za-z0-9._:-]+\Z")
_USUAL_PORTS = {"http": 80, "https": 443}


class BadTicket(ValueError):  # noqa: N818 - reads as what it is
    """The ticket does not open this row, or not any more; the message says so in one sentence."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may read a row, and until when; ``token`` is 0 where a session asked for it."""

    user: int
    token: int
    until: float


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address as a browser writes them; "" for no address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme not in _USUAL_PORTS or not _HOST.match(host):
        return ""
    shown = f"[{host}]" if ":" in host else host
    is_usual = port is None or port == _USUAL_PORTS[parts.scheme]
    return f"{parts.scheme}://{shown}" if is_usual else f"{parts.scheme}://{shown}:{port}"


def public_origin() -> str:
    """Return the origin of the pages."""
    return origin_of(settings.ASSAY_PUBLIC_URL)


def stream_url() -> str:
    """Return the address of the stream server without its last slash; "" where there is none.

    Unless ASSAY_STREAMS_URL names it, it is one port after that of ASSAY_PUBLIC_URL. An address
    without a port is that of a proxy, of which nothing can be guessed.
    """
    named: str = settings.ASSAY_STREAMS_URL
    if named:
        return named.rstrip("/") if origin_of(named) else ""
    parts = urlsplit(settings.ASSAY_PUBLIC_URL)
    if not public_origin() or parts.port is None or parts.port >= 65535:
        return ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port + 1}"


def stream_origin() -> str:
    """Return the origin of the stream server; "" where there is none."""
    return origin_of(stream_url())


def path_of(kind: str, number: int) -> str:
    """Return the path of a row's events; the same here and on the stream server."""
    return f"/api/v1/{kind}/{number}/events"


def address(kind: str, number: int, ticket: str = "") -> str:
    """Return where a row's events are read; "" where there is no stream server."""
    base = stream_url()
    if not base:
        return ""
    return base + path_of(kind, number) + (f"?ticket={ticket}" if ticket else "")


def issue(
    kind: str, number: int, user: int, token: int = 0, life_s: float = LIFE_S, at: float = 0.0
) -> str:
    """Return a ticket for a row, good for ``life_s`` from now, or from ``at``."""
    until = (at or time.time()) + min(life_s, LIFE_S)
    return signing.dumps([kind, number, user, token, int(until)], salt=_SALT)


def read(ticket: str, kind: str, number: int, at: float = 0.0) -> Ticket:
    """Return who may read this row by this ticket. Raises BadTicket."""
    refusal = BadTicket("This ticket does not open this address.")
    if len(ticket) > LONGEST:
        raise refusal
    try:
        of_kind, of_number, user, token, until = signing.loads(ticket, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise refusal from error
    if (of_kind, of_number) != (kind, number):
        raise refusal
    if until <= (at or time.time()):
        raise BadTicket("This ticket has expired; ask for another one.")
    return Ticket(user, token, until)
