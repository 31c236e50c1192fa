"""HTTP towards one hub: guarded connections, redirects by hand, limits on bytes and time, retries.

Redirects are followed here and not by a library, because each hop is judged: no step from https
down to http, no private address but the hub's own, the token for the hub's own origin only.
"""

import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore2

from registry.hub.budget import LONGEST_WAIT_S, Account, Budget, origin_text
from registry.hub.budget_shared import usual
from registry.hub.names import shown
from registry.hub.network import GuardedBackend
from registry.hub.problems import (
    Broken,
    GatedOrForbidden,
    HubProblem,
    Limited,
    Missing,
    RedirectRefused,
    TooLarge,
    Unauthorised,
    Unreachable,
)

MAX_HOPS = 5
DELAYS_S = (1.0, 2.0, 4.0, 8.0, 8.0)  # between tries; as many retries as there are delays
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = 180.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_FAULTS = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    OSError,  # of TLS, and of names that cannot be encoded
)
_WHAT = {"RepoNotFound": "repo", "RevisionNotFound": "revision", "EntryNotFound": "file"}
_PORTS = {"http": 80, "https": 443}

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer that is being read.

    ``headers`` are those of the last hop; ``told`` are the hub's own: a redirect to a store of
    blobs carries commit, hash and size on the redirecting answer itself.
    """

    status: int
    headers: Mapping[str, str]
    told: Mapping[str, str]
    chunks: Iterator[bytes]


def origin_of(url: SplitResult) -> tuple[str, str, int]:
    """Return scheme, host and port of an address; raise ValueError where it has none of use."""
    scheme, host = url.scheme.lower(), (url.hostname or "").lower()
    if scheme not in _PORTS or not host or url.username is not None or url.password is not None:
        raise ValueError("not a plain http or https address")
    return scheme, host, url.port or _PORTS[scheme]


class Transport:
    """Sends GET requests to one hub and to where it redirects. Safe to share between threads."""

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        *,
        told_wait: Callable[[Mapping[str, str]], float | None],
        sleep: Callable[[float], object] = time.sleep,
        connections: int = 10,
        token: str = "",
        budget: Budget | None = None,
    ) -> None:
        self.base = base
        self._origin = origin_of(urlsplit(base))
        self._headers = dict(headers)
        self._told_wait = told_wait
        self._account = Account(budget or usual(), origin_text(urlsplit(base)), token, sleep)
        self._pool = httpcore2.ConnectionPool(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(self._origin[1], self._origin[2]),
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def is_own(self, url: str) -> bool:
        """Say whether an address lies on the hub itself."""
        try:
            return origin_of(urlsplit(url)) == self._origin
        except ValueError:
            return False

    def get(self, url: str, limit: int, read: Callable[[Answer], Read]) -> Read:
        """Get one answer of at most ``limit`` bytes and return what ``read`` makes of it.

        ``read`` may raise Broken for a body that makes no sense; that is tried once more, since a
        proxy's page in the middle of an outage looks just so. Raises HubProblem.
        """
        malformed = 0
        for attempt in range(len(DELAYS_S) + 1):
            wait: float | None = None
            problem: HubProblem
            try:
                answer = self._whole(url, limit)
                if answer.status == 200:
                    return read(answer)
            except Broken as error:
                malformed += 1
                if malformed > 1:
                    raise
                problem = error
            except Unreachable as error:
                problem = error
            else:
                problem = self.problem_of(url, answer.status, answer.headers)
                if answer.status not in AGAIN:
                    raise problem
                wait = self._told_wait(answer.headers)
            self.pause(attempt, wait, problem)
        raise AssertionError("pause raises after the last attempt")

    def pause(self, attempt: int, told: float | None, problem: HubProblem) -> None:
        """Wait before try ``attempt + 1``, as told or longer each time; raise when it is over."""
        if attempt >= len(DELAYS_S) or (told is not None and told > LONGEST_WAIT_S):
            raise problem
        if self._account.wait(DELAYS_S[attempt] if told is None else told):
            raise problem  # the wait was broken off: somebody wants to end

    @contextmanager
    def open(self, url: str, headers: Mapping[str, str]) -> Iterator[Opened]:
        """Send one request, follow redirects; raise Unreachable, RedirectRefused or Limited.

        Each hop to the hub itself is a call of its budget. Faults while the chunks are read are
        Unreachable, too.
        """
        told: dict[str, str] = {}
        for _ in range(MAX_HOPS + 1):
            path = urlsplit(url).path
            permit = self._account.admit(path) if self.is_own(url) else None
            with self._hop(url, headers) as response:
                got = _headers(response.headers)
                if permit is not None:
                    self._account.heard(path, permit, response.status, got)
                    told |= got
                if response.status not in _REDIRECTS or "location" not in got:
                    yield Opened(response.status, got, told, self._chunks(url, response))
                    return
            url = self._next(url, got["location"])
        raise RedirectRefused(f"{self.place(url)} is behind more than {MAX_HOPS} redirects.")

    def place(self, url: str) -> str:
        """Name an address for people: hub and path, without the query."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return f"The hub {shown(host)}, asked for {shown(parts.path or '/')},"

    def problem_of(self, url: str, status: int, headers: Mapping[str, str]) -> HubProblem:
        """Turn a status that is no success into a problem with its sentence."""
        problem = self._problem(url, status, headers)
        problem.status = status
        return problem

    def _problem(self, url: str, status: int, headers: Mapping[str, str]) -> HubProblem:
        code, said = headers.get("x-error-code", ""), headers.get("x-error-message", "")
        place, because = self.place(url), f": {shown(said)}" if said else ""
        if status in {404, 410} or code == "RepoNotFound":
            what = _WHAT.get(code, "")
            return Missing(f"{place} has no such {what or 'thing'} ({status}).", what)
        if status == 401 and code != "GatedRepo":
            return Unauthorised(f"{place} wants a token, or another one (401){because}.")
        if status in {401, 403}:
            return GatedOrForbidden(f"{place} gives no access ({status}){because}.")
        if status == 429:
            return Limited(f"{place} allows no more calls for now (429).")
        return Broken(f"{place} answered with status {status}{because}.")

    def _whole(self, url: str, limit: int) -> Answer:
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        with self.open(url, {"accept-encoding": "gzip"}) as opened:
            if opened.status != 200:
                return Answer(opened.status, opened.headers, b"")
            decode = self._decoder(url, opened.headers)
            body = bytearray()
            for chunk in opened.chunks:
                body += decode(chunk, limit + 1 - len(body))
                if len(body) > limit:
                    raise TooLarge(f"{self.place(url)} sent more than {limit:,} bytes.")
                if time.monotonic() > deadline:
                    raise Unreachable(f"{self.place(url)} was too slow.")
        return Answer(opened.status, opened.headers, bytes(body))

    def _decoder(self, url: str, headers: Mapping[str, str]) -> Callable[[bytes, int], bytes]:
        """Return a function (chunk, most) that gives at most ``most`` bytes: gzip is bounded."""
        coding = headers.get("content-encoding", "identity").lower()
        if coding == "identity":
            return lambda chunk, most: chunk
        if coding != "gzip":
            raise Broken(f"{self.place(url)} sent an encoding that nobody asked for.")
        unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)

        def decode(chunk: bytes, most: int) -> bytes:
            try:
                return unzip.decompress(chunk, max(most, 1))
            except zlib.error as error:
                raise Broken(f"{self.place(url)} sent broken gzip.") from error

        return decode

    @contextmanager
    def _hop(self, url: str, headers: Mapping[str, str]) -> Iterator[httpcore2.Response]:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        sent = {"host": host, "accept": "*/*"} | dict(headers)
        sent |= {k: v for k, v in self._headers.items() if k != "authorization" or self.is_own(url)}
        timeouts = {
            "connect": CONNECT_TIMEOUT_S,
            "read": READ_TIMEOUT_S,
            "write": READ_TIMEOUT_S,
            "pool": ANSWER_TIMEOUT_S,
        }
        with ExitStack() as stack:
            try:
                response = stack.enter_context(
                    self._pool.stream(
                        "GET", url, headers=list(sent.items()), extensions={"timeout": timeouts}
                    )
                )
            except RedirectRefused as error:
                raise RedirectRefused(
                    f"The hub {self.base} redirects to {shown(host)}, which was refused: {error}."
                ) from error
            except _FAULTS as error:
                raise Unreachable(
                    f"{self.place(url)} could not be reached ({_cause(error)})."
                ) from error
            yield response

    def _chunks(self, url: str, response: httpcore2.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_stream()
        except _FAULTS as error:
            raise Unreachable(
                f"{self.place(url)} cut its answer short ({_cause(error)})."
            ) from error

    def _next(self, url: str, location: str) -> str:
        """Judge a redirect and return where it leads; raise RedirectRefused."""
        try:
            target = urljoin(url, location)
            target.encode("ascii")
            scheme, _, _ = origin_of(urlsplit(target))
        except ValueError as error:
            raise RedirectRefused(
                f"{self.place(url)} redirects to {shown(location)}, which is no address."
            ) from error
        if urlsplit(url).scheme == "https" and scheme == "http":
            raise RedirectRefused(f"{self.place(url)} redirects from https down to http.")
        return target.partition("#")[0]


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("ascii").lower(): value.decode("latin-1") for name, value in raw}


def _cause(error: Exception) -> str:
    """Say what happened in a few words, whatever the library put into its message."""
    text = " ".join(str(error).split())
    return shown(text) if text else type(error).__name__
