"""The folder hub as a server of its own: gunicorn, these addresses, no database, no sessions."""

import logging
import threading
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from registry.gate.folder import FolderSource
from registry.gate.source import Combined

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
THREADS = 16
# gunicorn's most: a path of 2,000 bytes is three times as long when it is percent-encoded
REQUEST_LINE = 8190


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @property
    def netloc(self) -> str:
        """Host and port as a URL has them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class HubServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves a folder and other sources until it is stopped by a signal."""

    def __init__(
        self, folder: FolderSource, source: Combined, address: Address, workers: int, *, log: bool
    ) -> None:
        self._folder = folder
        self._source = source
        self._settings: dict[str, Any] = {
            "bind": [address.netloc],
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": 30,
            "limit_request_line": REQUEST_LINE,
            "limit_request_field_size": REQUEST_LINE,
            "accesslog": "-" if log else None,
            "loglevel": "info" if log else "warning",
            "proc_name": "assay-hub",
            "control_socket_disable": True,
            "post_worker_init": self._warm,
        }
        self._hosts = sorted(LOOPBACK | {"[::1]"}) if address.host in LOOPBACK else ["*"]
        super().__init__()

    def load_config(self) -> None:
        """Hand the settings to gunicorn."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        """Return the application: the hub's addresses and nothing else of the product."""
        settings.DEBUG = False
        settings.ROOT_URLCONF = "registry.gate.urls"
        settings.MIDDLEWARE = []
        # On loopback only its own names are answered, so that no web page can read along by
        # giving this machine another name.
        settings.ALLOWED_HOSTS = self._hosts
        settings.GATE_SOURCE = self._source
        # Clients probe for absent files all the time: a 404 is no news.
        logging.getLogger("django.request").setLevel(logging.ERROR)
        return WSGIHandler()

    def _warm(self, _worker: object) -> None:
        threading.Thread(target=self._folder.warm, name="warm", daemon=True).start()
