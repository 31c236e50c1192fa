"""A hub that serves pages of a listing out of a file, for little: it must not eat what is measured.

``python benchmarks/page_hub.py FOLDER`` prints its port. The folder holds ``pages`` (the bodies one
behind the other) and ``places`` (their first and last bytes, a JSON list).
"""

import json
import os
import re
import socket
import sys
import threading
from pathlib import Path

_CURSOR = re.compile(rb"[?&]cursor=(\d+)")


def main() -> None:
    """Serve until it is killed."""
    folder = Path(sys.argv[1])
    places = json.loads((folder / "places").read_text())
    pages = os.open(folder / "pages", os.O_RDONLY)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            arguments = (connection, pages, places)
            threading.Thread(target=_serve, args=arguments, daemon=True).start()


def _serve(connection: socket.socket, pages: int, places: list[list[int]]) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    host = f"127.0.0.1:{connection.getsockname()[1]}"
    asked = b""
    with connection:
        while chunk := connection.recv(65536):
            asked += chunk
            if not asked.endswith(b"\r\n\r\n"):
                continue
            cursor = _CURSOR.search(asked.split(b"\r\n", 1)[0])
            number = int(cursor[1]) if cursor else 0
            asked = b""
            first, last = places[number]
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {last - first}\r\n"
            if number + 1 < len(places):
                head += f'Link: <http://{host}/api/models?cursor={number + 1}>; rel="next"\r\n'
            connection.sendall(f"{head}\r\n".encode())
            while first < last:
                first += os.sendfile(connection.fileno(), pages, first, last - first)


if __name__ == "__main__":
    main()
