"""Servers that are not quite Assay: they answer what a test wrote down, one after another."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


def as_json(body: Any, code: int = 200, **headers: str) -> Answer:
    return code, {"Content-Type": "application/json"} | headers, json.dumps(body).encode()


def problem(code: int, detail: str, **headers: str) -> Answer:
    body = {"type": "/problems#x", "title": "X", "status": code, "detail": detail, "instance": "/"}
    shown = {name.replace("_", "-"): value for name, value in headers.items()}
    return code, {"Content-Type": "application/problem+json"} | shown, json.dumps(body).encode()


class Scripted(ThreadingHTTPServer):
    """Answers in turn; the last answer is given again. ``asked`` has what was sent."""

    daemon_threads = True

    def __init__(self, answers: list[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Scripted

    def do_GET(self) -> None:
        server = self.server
        server.asked.append((self.path, {name.lower(): v for name, v in self.headers.items()}))
        code, headers, body = server.answers.pop(0) if server.answers[1:] else server.answers[0]
        if ranged := self.headers.get("Range"):
            start = int(ranged.removeprefix("bytes=").removesuffix("-"))
            if "Accept-Ranges" in headers:
                code = 206
                headers |= {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
                body = body[start:]
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name is the base class's

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def answering(*answers: Answer) -> Iterator[Scripted]:
    server = Scripted(list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
