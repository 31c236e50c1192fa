"""While a page of a listing is stored, the next one is built already, and one more is fetched."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.utils.timezone import now

from registry.hub.passes import ListingPass, hub_of
from registry.hub.store import Store
from registry.models import Sync

pytestmark = pytest.mark.django_db


class Waited(Future[Any]):
    """Is done when somebody waits: for it, or for any other job of its pool."""

    def __init__(self, pool: "Idle") -> None:
        super().__init__()
        self._pool = pool

    def result(self, timeout: float | None = None) -> Any:
        self._pool.work()
        return super().result(timeout)


class Idle(ThreadPoolExecutor):
    """Does what it was given while the caller waits for any of it, and never else."""

    def __init__(self, events: list[str]) -> None:
        super().__init__(1)
        self._events = events
        self._jobs: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, job: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._events.append(job.__name__)
        future = Waited(self)
        self._jobs.append((future, partial(job, *args, **kwargs)))
        return future

    def work(self) -> None:
        for future, job in self._jobs:
            future.set_result(job())
        self._jobs = []


def test_pages_are_built_and_fetched_ahead(hub, client):
    for number in range(8):
        hub.add(f"a/net-{number}")
    hub.page = 2
    events: list[str] = []
    sync = Sync.objects.create(hub=hub_of(client), started_at=now())
    store = Store(sync.hub_id, "met", sync_id=sync.pk)
    store.open(fresh=True)
    with Idle(events) as pool:
        ListingPass(client, pool, sync, store, lambda _: events.append("stored")).run()
    assert (sync.pages, sync.created) == (4, 8)
    assert events == [
        *("next", "next", "build", "next", "build", "stored"),
        *("next", "build", "stored"),
        *("next", "build", "stored"),
        "stored",
    ]


def test_a_limit_fetches_one_page_more_at_most(hub, client):
    for number in range(8):
        hub.add(f"a/net-{number}")
    hub.page = 2
    events: list[str] = []
    sync = Sync.objects.create(hub=hub_of(client), started_at=now(), limit=2)
    store = Store(sync.hub_id, "met", sync_id=sync.pk)
    store.open(fresh=True)
    with Idle(events) as pool:
        ListingPass(client, pool, sync, store, lambda _: events.append("stored")).run()
    assert (sync.pages, sync.created) == (1, 2)
    assert events == ["next", "next", "build", "stored"]
