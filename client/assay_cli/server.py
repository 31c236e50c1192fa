"""Talking to a server. Requests are built by the generated client; answers are read as mappings.

Rows stay mappings here because a server may be older or newer than this client: a field that one of
the two lacks shall cost a cell of a table, not the command.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import metadata
from typing import Any

import httpx

from assay_cli import kept
from assay_cli.terminal import Row, clean, tell
from assay_cli.trouble import Misused, TooOld, Trouble
from assay_client import Client

Kwargs = dict[str, Any]
PAGE = 100
LONGEST_WAIT_S = 60  # for a server that asks to come again later, all waits together
TIMEOUT = httpx.Timeout(30, connect=10)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NO_ADDRESS = "no such address"  # of the API's own 404, beside those for rows


class Server:
    """A server and what is sent to it with each request."""

    def __init__(self, address: str, token: str | None = None) -> None:
        self.address = checked(address)
        self.token = kept.token_for(self.address) if token is None else token
        if not (self.token.isascii() and self.token.isprintable()):
            raise Misused("ASSAY_TOKEN is no token: it is one line of ASCII.")
        agent = f"assay-client/{metadata_version()}"
        self._client = Client(
            base_url=self.address,
            headers={"User-Agent": agent, "Accept": "application/json"},
            timeout=TIMEOUT,
        )
        self._open = self._client.get_httpx_client()
        if self.token:
            self._open.headers["Authorization"] = f"Bearer {self.token}"
            if not self.address.startswith("https:") and self._open.base_url.host not in _LOOPBACK:
                tell(f"The token is sent to {self.address} unencrypted.", "yellow")

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def send(self, asked: Kwargs, headers: dict[str, str] | None = None) -> httpx.Response:
        """Send a request; wait where the server says so. Raises Trouble for each refusal."""
        more = {**asked.get("headers", {}), **(headers or {})}
        waited = 0.0
        while True:
            try:
                answer = self._open.request(**{**asked, "headers": more})
            except httpx.TimeoutException as error:
                raise Trouble(f"The server at {self.address} took too long.") from error
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise Trouble(
                    f"The server at {self.address} cannot be reached: {error}.",
                    "Is it running? --server or ASSAY_SERVER names another one.",
                ) from error
            wait = wait_of(answer)
            if wait is None or waited + wait > LONGEST_WAIT_S:
                return self._taken(answer)
            tell(f"The server asks to come again in {wait:.0f} s.", "dim")
            time.sleep(wait)
            waited += wait

    def read(self, asked: Kwargs, headers: dict[str, str] | None = None) -> Row:
        """Return the mapping that answers a request."""
        return mapping(self.send(asked, headers), self.address)

    def rows(
        self, ask: Callable[..., Kwargs], limit: int | None = None, **asked: Any
    ) -> Iterator[Row]:
        """Yield the rows of a list, page by page, ``limit`` at most."""
        given = {name: value for name, value in asked.items() if value not in (None, "", [])}
        left = limit
        while left is None or left > 0:
            page = self.read(ask(**given, limit=min(PAGE, left or PAGE)))
            results = page.get("results")
            if not isinstance(results, list):
                raise strange(self.address)
            yield from results if left is None else results[:left]
            left = None if left is None else left - len(results)
            following = page.get("next")
            if not (following and results):
                return
            # Only the cursor is taken out of the address: nobody is sent to another server.
            given["cursor"] = httpx.URL(str(following)).params.get("cursor", "")

    def stream(self, path: str) -> Iterator[Row]:
        """Yield a mapping for each event that a server sends; nothing where it sends none."""
        headers = {"Accept": "text/event-stream"}
        try:
            with self._open.stream(
                "GET", path, headers=headers, follow_redirects=True, timeout=httpx.Timeout(60)
            ) as answer:
                if "text/event-stream" not in answer.headers.get("content-type", ""):
                    return
                for line in answer.iter_lines():
                    if line.startswith("event:"):
                        yield {"event": line.removeprefix("event:").strip()}
        except httpx.HTTPError:
            return  # who follows asks for the row instead

    def _taken(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
            return answer
        if answer.is_redirect:
            there = clean(answer.headers.get("location", "somewhere else"))
            raise Trouble(f"{self.address} sends to {there}.", "Name that server by --server.")
        raise self._refusal(answer)

    def _refusal(self, answer: httpx.Response) -> Trouble:
        code = answer.status_code
        problem = _problem(answer)
        if problem is None:
            if code >= 500:
                return Trouble(f"The server at {self.address} has a fault ({code}).")
            return strange(self.address)
        said = str(problem.get("detail") or problem.get("title") or "")
        pointed = {str(one.get("pointer", "")).strip("/") for one in _errors(problem)} - {""}
        sentence = f"{', '.join(sorted(pointed))}: {said}" if pointed else said
        if code == httpx.codes.NOT_FOUND and _NO_ADDRESS in said:
            path = answer.request.url.path
            return TooOld(f"The server at {self.address} has no {path}: it is older than this.")
        return Trouble(sentence, self._hint(code, said, wait_of(answer)))

    def _hint(self, code: int, said: str, wait: float | None) -> str:
        if code == httpx.codes.UNAUTHORIZED:
            return "Log in with `assay login`, or set ASSAY_TOKEN."
        if code == httpx.codes.FORBIDDEN:
            return "The operator makes tokens: `manage.py token NAME --user YOU --scope SCOPE`."
        if code == httpx.codes.TOO_MANY_REQUESTS and wait is not None:
            return f"It asks to come again in {wait:.0f} s."
        return "The server may be older than this command." if "no such parameter" in said else ""


def metadata_version() -> str:
    """Return the version of this client; 0 where it is run without having been installed."""
    try:
        return metadata.version("assay-client")
    except metadata.PackageNotFoundError:
        return "0"


def checked(address: str) -> str:
    """Return the address of a server without what stands behind it. Raises Misused."""
    try:
        url = httpx.URL(address.strip())
    except httpx.InvalidURL as error:
        raise Misused(f"{clean(address)} is no address of a server: {error}.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise Misused(
            f"{clean(address)} is no address of a server.", "It begins with http:// or https://."
        )
    return str(url).rstrip("/").removesuffix("/api/v1")


def wait_of(answer: httpx.Response) -> float | None:
    """Return the seconds after which the server wants to be asked again; None where it does not."""
    if answer.status_code not in {429, 503}:
        return None
    said = answer.headers.get("retry-after", "1" if answer.status_code == 429 else "")
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())  # noqa: TID251
    except (TypeError, ValueError):
        return None


def mapping(answer: httpx.Response, address: str) -> Row:
    """Return the JSON object of an answer; raise Trouble where it has none."""
    try:
        body = answer.json()
    except ValueError as error:
        raise strange(address) from error
    if not isinstance(body, dict):
        raise strange(address)
    return body


def strange(address: str) -> Trouble:
    """Return what to say where something else than Assay answers."""
    return Trouble(
        f"{address} does not answer as an Assay server of API version 1 does.",
        "--server or ASSAY_SERVER names another one.",
    )


def _problem(answer: httpx.Response) -> Row | None:
    if "application/problem+json" not in answer.headers.get("content-type", ""):
        return None
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _errors(problem: Row) -> list[Row]:
    errors = problem.get("errors")
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
