"""One POST to one receiver: to a vetted address, no redirect, bounded in bytes and in time."""

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpcore2
from django.utils.timezone import now

from analysis.text import clean_text
from registry.webhooks.addresses import AddressRefused, resolved, vetted_url

EXCHANGE_S = 10.0  # from the first packet to the last that is read of the answer
MOST_READ = 64 << 10  # bytes of the answer
EXCERPT = 1_000  # characters of it that are kept
_FAULTS = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    OSError,  # of TLS, of names
    ValueError,  # of headers that are none
)


class NoAnswer(Exception):  # noqa: N818 - reads as what happened
    """There was no answer; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered. ``wait_s`` is its Retry-After, where it has one that is read."""

    status: int
    excerpt: str
    wait_s: float | None

    @property
    def is_good(self) -> bool:
        """Say whether the message was taken."""
        return 200 <= self.status < 300


class _Timed(httpcore2.NetworkStream):
    """A stream that ends at a time, however often a byte trickles in."""

    def __init__(self, stream: httpcore2.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Go on encrypted, with the host that the address names."""
        inner = self._stream.start_tls(ssl_context, server_hostname, _left(self._until))
        return _Timed(inner, self._until)

    def get_extra_info(self, info: str) -> Any:
        """Tell about the connection."""
        return self._stream.get_extra_info(info)


class _Guarded(httpcore2.SyncBackend):
    """Looks a name up once, vets its addresses, and connects to one of just these."""

    def __init__(self, until: float) -> None:
        self._until = until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect; raise AddressRefused."""
        address = resolved(host, port)
        stream = super().connect_tcp(
            address, port, _left(self._until), local_address, socket_options
        )
        return _Timed(stream, self._until)


def post(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send a message; raise NoAnswer. The address is vetted again: rules may have changed."""
    until = time.monotonic() + EXCHANGE_S
    sent = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "user-agent": "Assay-Webhooks/1",
        "accept-encoding": "identity",
        "connection": "close",
        **headers,
    }
    try:
        with (
            httpcore2.ConnectionPool(
                ssl_context=_context(), max_connections=1, network_backend=_Guarded(until)
            ) as pool,
            pool.stream("POST", vetted_url(url), headers=list(sent.items()), content=body) as got,
        ):
            return Answer(got.status, _excerpt(got), _wait(got.headers))
    except AddressRefused as error:
        raise NoAnswer(f"Nothing was sent. {error}") from error
    except _FAULTS as error:
        raise NoAnswer(_said(error)) from error


def _excerpt(got: httpcore2.Response) -> str:
    """Return the beginning of the answer; one that is cut short or late is as good as it came."""
    read = bytearray()
    try:
        for chunk in got.iter_stream():
            read += chunk
            if len(read) >= MOST_READ:
                break
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError):
        read += b" [cut short]"
    return clean_text(bytes(read[:MOST_READ]).decode(errors="replace"), EXCERPT)


def _wait(headers: list[tuple[bytes, bytes]]) -> float | None:
    """Return the seconds of Retry-After, which is a number or a date."""
    for name, value in headers:
        text = value.decode("latin-1").strip()
        if name.lower() != b"retry-after" or len(text) > 40:
            continue
        if text.isascii() and text.isdigit():
            return float(text)
        try:
            at: datetime = parsedate_to_datetime(text)
        except ValueError:
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return (at - now()).total_seconds()
    return None


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left


@cache
def _context() -> ssl.SSLContext:
    """Return what certificates are judged by: those of the system, or of SSL_CERT_FILE."""
    return httpcore2.default_ssl_context()


def _said(error: Exception) -> str:
    """Say in one sentence what went wrong."""
    if isinstance(error, httpcore2.TimeoutException | TimeoutError):
        return f"There was no answer within {EXCHANGE_S:g} seconds."
    if isinstance(error, socket.gaierror):
        return "The name of the receiver has no address."
    text = clean_text(" ".join(str(error).split()), 200)
    return f"The receiver could not be reached: {text or type(error).__name__}."
