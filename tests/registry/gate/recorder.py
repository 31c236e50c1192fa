"""A proxy between a client and the hub that writes down every request and every byte of answers."""

import http.client
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Exchange:
    """One request and its answer, as they went over the wire."""

    method: str
    target: str
    status: int
    request_headers: dict[str, str]
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.target} {self.status}"

    def headers_named(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class Recorder:
    """Forwards to a port on this machine; ``cut_after`` bytes it breaks the next GET of a file."""

    upstream: int
    exchanges: list[Exchange] = field(default_factory=list)
    cut_after: int = 0

    def __enter__(self):
        recorder = self

        class Forwarder(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                recorder.forward(self)

            do_HEAD = do_POST = do_GET  # noqa: N815

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Forwarder)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def lines(self) -> list[str]:
        return [exchange.line for exchange in self.exchanges]

    def forward(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        headers = {key: value for key, value in handler.headers.items() if key != "Connection"}
        body = handler.rfile.read(length)
        connection.request(handler.command, handler.path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        kept = [pair for pair in answer.getheaders() if pair[0] != "Connection"]
        self.exchanges.append(
            Exchange(handler.command, handler.path, answer.status, headers, kept, content)
        )
        handler.send_response_only(answer.status)
        for name, value in kept:
            handler.send_header(name, value)
        handler.end_headers()
        if self.cut_after and handler.command == "GET" and len(content) > self.cut_after:
            content, self.cut_after = content[: self.cut_after], 0
            handler.close_connection = True
        handler.wfile.write(content)
        connection.close()
