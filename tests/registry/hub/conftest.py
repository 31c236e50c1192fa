"""A hub on loopback and a client of it that never really waits."""

from collections.abc import Iterator

import pytest

from registry.hub.client import HubClient
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
