"""A repo of git's own, served over loopback HTTP by git's http-backend."""

import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def git(folder: Path, *words: str, home: Path, **more: str) -> str:
    """Run git as a user who has no configuration."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GNUPGHOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Alice",
        "GIT_AUTHOR_EMAIL": "alice@example.org",
        "GIT_COMMITTER_NAME": "Alice",
        "GIT_COMMITTER_EMAIL": "alice@example.org",
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        env=environment | more,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


class GitHub:
    """Serves the bare repos below a folder; notes the requests, and the size of the answers."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.sent = 0
        self.redirect = ""
        self.stalls = threading.Event()
        stub = self
        backend = [f"{git(folder, '--exec-path', home=folder)}/git-http-backend"]

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.serve(b"")

            def do_POST(self) -> None:
                self.serve(self.rfile.read(int(self.headers["Content-Length"])))

            def serve(self, body: bytes) -> None:
                stub.asked.append(f"{self.command} {self.path}")
                if stub.redirect:
                    self.send_response(302)
                    self.send_header("Location", stub.redirect + self.path)
                    self.end_headers()
                    return
                if stub.stalls.is_set():
                    stub.stalls.wait(0)
                    threading.Event().wait(20)
                path, _, query = self.path.partition("?")
                environment = {
                    "PATH": os.environ["PATH"],
                    "GIT_PROJECT_ROOT": str(folder),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "REQUEST_METHOD": self.command,
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "CONTENT_LENGTH": str(len(body)),
                }
                done = subprocess.run(backend, env=environment, input=body, capture_output=True)
                head, _, content = done.stdout.partition(b"\r\n\r\n")
                fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n") if line)
                self.send_response(int(fields.pop(b"Status", b"200").split()[0]))
                for name, value in fields.items():
                    self.send_header(name.decode(), value.decode())
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                stub.sent += len(content)
                self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
