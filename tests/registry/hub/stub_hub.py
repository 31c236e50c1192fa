"""A small hub on loopback, whose answers a test can spoil at will."""

import hashlib
import json
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = Callable[["Handler"], None]
CUT = object()

_FILE = re.compile(r"/(datasets/)?(?P<name>[^/]+(?:/[^/]+)?)/resolve/(?P<sha>[^/]+)/(?P<path>.+)")
_REPO = re.compile(
    r"/api/(?P<kind>models|datasets)/(?P<name>[^/]+(?:/[^/]+)??)"
    r"(?:/(?P<what>revision|tree|refs|commits)(?:/(?P<rev>[^/]+))?)?"
)


@dataclass
class Stored:
    """A repo of the stub: ``info`` is laid over what it says of itself."""

    name: str
    key: str | None
    files: dict[str, bytes] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    modified: str = "2024-05-01T10:00:00.000Z"
    has_tree: bool = True

    @property
    def sha(self) -> str:
        """A commit id that follows from the files."""
        return hashlib.sha256(repr(sorted(self.files.items())).encode()).hexdigest()[:40]


class StubHub:
    """Serves ``repos`` in their order; ``spoil`` replaces answers; ``asked`` lists the requests."""

    def __init__(self) -> None:
        self.repos: dict[str, Stored] = {}
        self.datasets: dict[str, Stored] = {}
        self.overviews: dict[str, dict[str, Any]] = {}  # by "organizations/NAME" or "users/NAME"
        self.history: dict[str, list[dict[str, Any]]] = {}  # by repo, the newest commit first
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.page = 1000
        self.listed: Callable[[list[dict[str, Any]]], list[Any]] = lambda records: records
        self._at: dict[int, Answer] = {}
        self._spoilt: list[tuple[re.Pattern[str], Answer, list[int]]] = []
        self._lock = threading.Lock()
        stub = self

        class Bound(Handler):
            hub = stub

        self._server = Server(("127.0.0.1", 0), Bound)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, name: str, key: str | None = None, **fields: Any) -> Stored:
        """Add a repo; its ``_id`` follows from the name unless one is given ("" for none)."""
        digest = hashlib.sha256(name.encode()).hexdigest()[:24]
        fields.setdefault("files", {"config.json": b"{}", "README.md": b"# A network\n"})
        self.repos[name] = Stored(name, digest if key is None else key or None, **fields)
        return self.repos[name]

    def spoil(self, pattern: str, answer: Answer, times: int = -1) -> None:
        """Answer requests whose path and query match by ``answer``; -1 is for ever."""
        self._spoilt.append((re.compile(pattern), answer, [times]))

    def spoil_number(self, number: int, answer: Answer) -> None:
        """Answer the request of this number (from 1) by ``answer``."""
        self._at[number] = answer

    def heal_number(self) -> None:
        """Forget what was to be spoilt by its number."""
        self._at.clear()

    def heal(self) -> None:
        """Forget all spoilt answers."""
        self._spoilt.clear()

    def calls(self, pattern: str) -> int:
        """Count requests so far whose path and query match."""
        return sum(re.search(pattern, path) is not None for path in self.asked)

    def numbered(self, number: int) -> Answer | None:
        """Return how the request of this number is to be spoilt, or of one before it."""
        with self._lock:
            due = [at for at in self._at if at <= number]
            return self._at.pop(due[0]) if due else None

    def spoilt(self, path: str) -> Answer | None:
        """Return how a request is to be spoilt."""
        with self._lock:
            for pattern, answer, left in self._spoilt:
                if left[0] and pattern.search(path):
                    left[0] -= 1
                    return answer
        return None


class Server(ThreadingHTTPServer):
    """Says nothing about clients that were killed."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    hub: StubHub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.hub.asked.append(self.path)
        self.hub.headers.append({k.lower(): v for k, v in self.headers.items()})
        answer = self.hub.numbered(len(self.hub.asked)) or self.hub.spoilt(self.path)
        try:
            (answer or Handler.right)(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def right(self) -> None:
        """Answer as a hub does."""
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        query = parse_qs(parts.query)
        if path == "/api/models":
            return self.listing(query)
        if path.endswith("/overview"):
            said = self.hub.overviews.get(path.removeprefix("/api/").removesuffix("/overview"))
            return self.send(404, b"{}") if said is None else self.json(said)
        file = _FILE.fullmatch(path)
        if file is not None:
            return self.file(file["name"], file["path"], "datasets/" if file[1] else "")
        repo = _REPO.fullmatch(path)
        if repo is None:
            return self.send(404, b"")
        kept = self.hub.repos if repo["kind"] == "models" else self.hub.datasets
        stored = kept.get(repo["name"])
        if stored is None:
            return self.missing("RepoNotFound")
        return self.about(stored, repo["what"], query)

    def about(self, stored: Stored, what: str | None, query: dict[str, list[str]]) -> None:
        """Answer detail, tree and refs."""
        if what == "refs":
            ref = {"name": "main", "ref": "refs/heads/main", "targetCommit": stored.sha}
            return self.json({"branches": [ref], "tags": [], "converts": []})
        if what == "tree":
            if not stored.has_tree:
                return self.missing("RevisionNotFound")
            return self.tree(stored, int(query.get("cursor", ["0"])[0]))
        if what == "commits":
            return self.commits(self.hub.history.get(stored.name, []), query)
        return self.json(self.info(stored, blobs="blobs" in query))

    def commits(self, history: list[dict[str, Any]], query: dict[str, list[str]]) -> None:
        """Answer a page of fifty commits."""
        page = int(query.get("p", ["0"])[0])
        headers = {}
        if (page + 1) * 50 < len(history):
            address = f"{self.hub.url}{urlsplit(self.path).path}?p={page + 1}"
            headers["Link"] = f'<{address}>; rel="next"'
        self.json(history[page * 50 : page * 50 + 50], headers)

    def tree(self, stored: Stored, start: int) -> None:
        """Answer a page of a thousand files."""
        entries = [
            {"type": "file", "path": path, "size": len(content), "oid": blob_id(content)}
            | (lfs(content, "oid") if path.endswith(".bin") else {})
            for path, content in sorted(stored.files.items())
        ]
        headers = {}
        if start + 1000 < len(entries):
            headers["Link"] = f'<{self.link()}&cursor={start + 1000}>; rel="next"'
        self.json(entries[start : start + 1000], headers)

    def listing(self, query: dict[str, list[str]]) -> None:
        """Answer a page of the listing."""
        start = int(query.get("cursor", ["0"])[0])
        size = min(self.hub.page, int(query.get("limit", ["1000"])[0]))
        every = list(self.hub.repos.values())
        headers = {}
        if start + size < len(every):
            headers["Link"] = f'<{self.link()}&cursor={start + size}>; rel="next"'
        records = [self.info(stored) for stored in every[start : start + size]]
        self.json(self.hub.listed(records), headers)

    def link(self) -> str:
        """Return the address of this request without its cursor."""
        return self.hub.url + re.sub(r"&cursor=[^&]*", "", self.path)

    def info(self, stored: Stored, *, blobs: bool = False) -> dict[str, Any]:
        """Return what listing and detail say of a repo."""
        siblings = [
            {"rfilename": path}
            | (
                {"size": len(content), "blobId": blob_id(content)}
                if blobs and stored.has_tree
                else {}
            )
            | (lfs(content, "sha256") if blobs and path.endswith(".bin") else {})
            for path, content in sorted(stored.files.items())
        ]
        info = {
            "id": stored.name,
            "sha": stored.sha,
            "lastModified": stored.modified,
            "createdAt": "2023-01-01T00:00:00.000Z",
            "tags": ["pytorch", "license:mit"],
            "pipeline_tag": "image-classification",
            "library_name": "transformers",
            "downloads": 7,
            "likes": 1,
            "private": False,
            "gated": False,
            "config": {"architectures": ["ResNet"], "model_type": "resnet"},
            "siblings": siblings,
        }
        if stored.key:
            info["_id"] = stored.key
        return info | stored.info

    def file(self, name: str, path: str, kind: str) -> None:
        """Answer a file, or the part of it that is asked for."""
        stored = (self.hub.datasets if kind else self.hub.repos).get(name)
        if stored is None:
            return self.missing("RepoNotFound")
        content = stored.files.get(path)
        if content is None:
            return self.missing("EntryNotFound")
        etag = hashlib.sha256(content).hexdigest() if path.endswith(".bin") else blob_id(content)
        headers = {"X-Repo-Commit": stored.sha, "ETag": f'"{etag}"'}
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked is None:
            return self.send(200, content, headers)
        start = int(asked[1])
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return self.send(206, content[start:], headers)

    def missing(self, code: str) -> None:
        """Answer 404."""
        self.send(404, b'{"error": "no"}', {"X-Error-Code": code})

    def json(self, value: Any, headers: dict[str, str] | None = None) -> None:
        """Answer JSON."""
        self.send(200, json.dumps(value).encode(), headers)

    def send(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, claim: int = 0
    ) -> None:
        """Answer; ``claim`` more bytes are announced than come."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + claim))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        if claim:
            self.close_connection = True


def status(code: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    """Answer with a status."""
    return lambda handler: handler.send(code, body, headers)


def body(content: bytes, headers: dict[str, str] | None = None) -> Answer:
    """Answer 200 with these bytes."""
    return lambda handler: handler.send(200, content, headers)


def value(content: Any) -> Answer:
    """Answer 200 with JSON."""
    return lambda handler: handler.json(content)


def cut(content: bytes, headers: dict[str, str] | None = None) -> Answer:
    """Announce more bytes than come."""
    return lambda handler: handler.send(200, content, headers, claim=1000)


def redirect(location: str) -> Answer:
    """Answer 302."""
    return lambda handler: handler.send(302, b"", {"Location": location})


def blob_id(content: bytes) -> str:
    """Return the git id of a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def lfs(content: bytes, key: str) -> dict[str, Any]:
    """Return what a hub says of a file that it stores apart."""
    return {"lfs": {key: hashlib.sha256(content).hexdigest(), "size": len(content)}}
