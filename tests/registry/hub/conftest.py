"""A hub on loopback and a client of it that never really waits."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from registry.hub.client import HubClient
from registry.hub.sync import mirror
from registry.models import Sync
from tests.registry.hub.stub_hub import StubHub


@pytest.fixture
def hub() -> Iterator[StubHub]:
    served = StubHub()
    yield served
    served.close()


@pytest.fixture
def waits() -> list[float]:
    """How long the client was to wait, each time."""
    return []


@pytest.fixture
def client(hub: StubHub, waits: list[float]) -> Iterator[HubClient]:
    with HubClient(hub.url, sleep=waits.append) as made:
        yield made


@pytest.fixture
def go(hub: StubHub, waits: list[float]) -> Callable[..., Sync]:
    """Mirror the stub; nothing is really waited for."""

    def run(**options: Any) -> Sync:
        return mirror(hub.url, client=HubClient(hub.url, sleep=waits.append), **options)

    return run
