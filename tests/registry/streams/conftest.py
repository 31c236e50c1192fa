"""A stream server that runs, and readers of its events."""

import contextlib
import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from registry import ports
from registry.streams.app import Application
from registry.streams.serving import Server

HEARTBEAT_S = 0.4


class Event(NamedTuple):
    """One event; a comment has no name."""

    name: str
    data: Any
    id: str


class Answer(NamedTuple):
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Reader:
    """Reads events as they come."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.connection.request("GET", path, headers=headers)
        self.answer = self.connection.getresponse()

    @property
    def status(self) -> int:
        return self.answer.status

    def problem(self) -> Any:
        assert self.answer.headers["Content-Type"] == "application/problem+json"
        return json.loads(self.answer.read())

    def next(self) -> Event | None:
        """The next event or comment; None where the stream has ended."""
        found: dict[str, str] = {}
        while line := self.answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if line != "\n":
                found[name] = value
            elif set(found) - {"retry"}:
                data = json.loads(found["data"]) if "data" in found else None
                return Event(found.get("event", ""), data, found.get("id", ""))
        return None

    def event(self) -> Event:
        """The next event that is no comment."""
        while (event := self.next()) is not None:
            if event.name:
                return event
        raise AssertionError("the stream has ended")

    def leave(self) -> None:
        self.answer.close()
        self.connection.close()


class Streams:
    """A server in a thread of this process."""

    def __init__(self) -> None:
        self.application = Application(heartbeat_s=HEARTBEAT_S)
        self.server = Server(self.application, 2000)
        self.listener = ports.listen("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]
        self.readers: list[Reader] = []
        self.thread = threading.Thread(target=self.server.run, args=[[self.listener]])
        self.thread.start()

    def read(self, path: str, **headers: str) -> Reader:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reader = Reader(self.port, path, named)
        self.readers.append(reader)
        return reader

    def follow(self, row: Any, **headers: str) -> Reader:
        kind = {"run": "runs", "scanexecution": "scan-executions", "embedding": "embeddings"}
        return self.read(f"/api/v1/{kind[row._meta.model_name]}/{row.pk}/events", **headers)

    def ask(self, method: str, path: str, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(connection):
            connection.request(method, path, headers=named)
            answer = connection.getresponse()
            return Answer(
                answer.status,
                {name.lower(): value for name, value in answer.headers.items()},
                answer.read(),
            )

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive()
        for reader in self.readers:
            reader.leave()
        self.listener.close()


@pytest.fixture
def streams(transactional_db: None) -> Iterator[Streams]:
    server = Streams()
    yield server
    server.stop()
