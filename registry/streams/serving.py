"""Runs the stream server on a socket."""

import logging
import socket

import uvicorn

from registry.streams.app import Application

GRACE_S = 3


class Server(uvicorn.Server):
    """A server that sends its readers away before it waits for them."""

    def __init__(self, application: Application, most: int) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                ws="none",
                lifespan="on",
                log_config=None,  # Django's settings say where lines go
                access_log=False,  # it would write tickets
                server_header=False,
                limit_concurrency=most,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self.application = application

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what would never end by itself, then wait for the rest."""
        self.application.stop()
        await super().shutdown(sockets=sockets)


def serve(listener: socket.socket, most: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    Server(Application(), most).run(sockets=[listener])
