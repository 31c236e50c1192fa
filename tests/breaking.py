"""A proxy before a hub that breaks answers: a few for good, some in passing. By a seed."""

import hashlib
import http.client
import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

# What may be asked of one repo, by the stage under which its problems are stored.
STAGES = {"revision": "detail", "tree": "tree", "refs": "refs", "resolve": "card"}
# How the record of a repo is broken inside a page that is otherwise right.
NONSENSE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "commit": lambda record: record | {"sha": ["no", "commit"]},
    "id": lambda record: record | {"_id": {"$oid": 7}},
    "thin": lambda record: {"id": record["id"], "sha": -1},
    "nameless": lambda record: {"was": record["id"]},
}
WAYS = ("cut", "short", "type", "status", "silence", "encoding")

_REPO = re.compile(r"/api/models/(?P<name>.+?)/(?P<what>revision|tree|refs)(?:/.*|$)")
_FILE = re.compile(r"/(?P<name>.+?)/(?P<what>resolve)/.+")


def chance(*about: object) -> float:
    """Return a number from 0 to 1 that follows from its arguments alone."""
    digest = hashlib.sha256(repr(about).encode()).digest()
    return int.from_bytes(digest[:8], "big") / (1 << 64)


def chosen(among: Any, *about: object) -> Any:
    """Return one of several, by chance."""
    options = list(among)
    return options[int(chance(*about) * len(options))]


class BreakingProxy:
    """Passes on what the hub at ``hub`` says, but breaks it.

    ``records`` maps names to NONSENSE for listings; ``parts`` maps (name, stage) to WAYS. These
    break for good. Of all other answers the share ``passing``, of pages of the listing the share
    ``passing_pages``, is broken in passing: the same request is answered well the next time. A
    silent answer lasts ``silence_s``. ``healed`` ends it all.
    """

    def __init__(
        self,
        hub: str,
        *,
        records: dict[str, str],
        parts: dict[tuple[str, str], str],
        passing: float,
        passing_pages: float,
        silence_s: float,
        seed: int,
    ) -> None:
        self.hub = urlsplit(hub)
        self.records = records
        self.parts = parts
        self.passing = passing
        self.passing_pages = passing_pages
        self.silence_s = silence_s
        self.seed = seed
        self.healed = False
        self.broken: Counter[str] = Counter()  # by way, with "listing" or "part" before it
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()

    def way(self, path: str) -> str:
        """Return how this answer is to be broken as a whole, or nothing."""
        with self.lock:
            self.asked[path] += 1
            times = self.asked[path]
        if self.healed:
            return ""
        name, stage = named(path)
        if (name, stage) in self.parts:
            return self.parts[name, stage]
        share = self.passing if name else self.passing_pages
        if times > 1 or chance(self.seed, "passing", path) >= share:
            return ""
        way = str(chosen(WAYS, self.seed, "way", path))
        with self.lock:
            self.broken[f"{'part' if name else 'listing'} {way}"] += 1
        return way

    def listed(self, body: bytes) -> bytes:
        """Return a page of a listing with its bad records."""
        if self.healed:
            return body
        rows = json.loads(body)
        for number, row in enumerate(rows):
            kind = self.records.get(row.get("id") or row.get("modelId"))
            if kind is not None:
                rows[number] = NONSENSE[kind](row)
        return json.dumps(rows).encode()


def named(path: str) -> tuple[str, str]:
    """Return the repo and the stage that a path is about; empty for a listing."""
    plain = unquote(urlsplit(path).path)
    found = _REPO.fullmatch(plain) or _FILE.fullmatch(plain)
    return (found["name"], STAGES[found["what"]]) if found else ("", "")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: BreakingProxy

    def setup(self) -> None:
        super().setup()
        host, port = self.proxy.hub.hostname or "", self.proxy.hub.port
        self.upstream = http.client.HTTPConnection(host, port, timeout=60)

    def finish(self) -> None:
        self.upstream.close()
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        way = self.proxy.way(self.path)
        if way == "silence":
            time.sleep(self.proxy.silence_s)
            self.close_connection = True
            return
        # The hub builds its links from the name that it is asked by.
        self.upstream.request("GET", self.path, headers={"Host": self.headers["Host"]})
        answer = self.upstream.getresponse()
        status, body = answer.status, answer.read()
        if status == 200 and self.path.startswith("/api/models?"):
            body = self.proxy.listed(body)
        claim = 0
        if way == "status":
            status, body = 500, b"<h1>Oh no</h1>"
        elif way == "type":
            body = b'{"error": "something else"}'
        elif way == "cut":
            body, claim = body[: len(body) // 2], len(body) - len(body) // 2 or 1
        elif way == "short":  # and says that this is all
            body = body[: len(body) // 2]
        elif way == "encoding":
            text = body.decode("utf-8", "replace")
            body = text.replace("e", "é").encode("latin-1", "replace") if len(text) % 2 else (
                text.encode("utf-16")
            )  # fmt: skip
        self.send_response(status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "connection", "transfer-encoding", "date"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + claim))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or bool(claim)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def between(proxy: BreakingProxy) -> Iterator[str]:
    """Serve the proxy for as long as the block lasts; give its address."""

    class Bound(_Handler):
        pass

    Bound.proxy = proxy
    server = _Server(("127.0.0.1", 0), Bound)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
