"""Ports: taken before anything is started, so that one that is taken is said at once."""

import http.client
import itertools
import socket
from collections.abc import Container

from registry import embedded

NEAR = 20  # how far from a port its neighbour is looked for


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises EmbeddedError with a sentence that names the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise embedded.EmbeddedError(
            f"Port {port} on {host} cannot be used: {(error.strerror or str(error)).lower()}. "
            "Choose another one with --port."
        ) from error


def require_free(host: str, port: int) -> None:
    """Raise EmbeddedError where a child could not listen on the port."""
    listen(host, port).close()


def answers(host: str, port: int) -> bool:
    """Say whether something speaks HTTP there; any answer counts."""
    web = http.client.HTTPConnection(host, port, timeout=2.0)
    try:
        web.request("GET", "/healthz")
        return bool(web.getresponse())
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


def listen_near(host: str, port: int, taken: Container[int] = ()) -> socket.socket:
    """Return a socket that listens on one of the next ports, the first that is free.

    ``taken`` are left to others. Raises EmbeddedError.
    """
    last = min(port + NEAR, 65535)
    for near in itertools.chain((n for n in range(port + 1, last + 1) if n not in taken), (0,)):
        try:
            return listen(host, near)
        except embedded.EmbeddedError:
            if not near:
                raise
    raise AssertionError(port)
