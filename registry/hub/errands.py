"""The work list: repos to be read in full, taken by many processes, the most wanted first.

An errand is taken by a lease, and its worker holds a lock of the database while it lives. So what
a killed worker had taken is free at once, and what a lost one had is free when the lease is over.
"""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, connection
from django.utils.timezone import now

from registry import locks
from registry.hub import work_list
from registry.hub.batches import Batches
from registry.hub.client import HubClient
from registry.hub.passes import hub_of
from registry.hub.problems import HubProblem, Limited, Missing, Unreachable
from registry.hub.reading import RepoReader
from registry.hub.records import Read
from registry.hub.store import Store
from registry.hub.threads import AHEAD, WORKERS, in_order
from registry.models import Errand, Hub, Repo, Sync

LEASE = timedelta(hours=1)
MOST = 16 * AHEAD  # repos taken at once: each batch costs the database the same few statements
BATCH_S = 2.0  # as many are taken as were read in this time, so that the end is not overrun
OUTAGE_AFTER = 12  # repos in a row that the hub did not serve, each after all retries
_LOCK = 0x41737363  # with a worker's number: it lives


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a worker did: repos read in full, those that could not be, and why it ended early."""

    done: int = 0
    failed: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Taken:
    """An errand under way."""

    repo: int
    name: str
    attempts: int


def fetch(
    hub_url: str,
    *,
    limit: int | None = None,
    until: datetime | None = None,
    on_progress: Callable[[Sync], None] | None = None,
    token: str = "",
    client: HubClient | None = None,
    file_security: bool = False,
) -> Sync:
    """Read the most urgent repos of the work list in full; return the pass that counts them.

    At most ``limit`` repos are read, and none is begun after ``until``. ``file_security`` asks
    for the hub's scan of each file, which costs a call for every fifty of them. Any number of
    processes may do this at once. A hub that stops serving ends it as stopped, with the reason.
    """
    stop = threading.Event()
    client = client or HubClient(hub_url, token, sleep=stop.wait)
    hub = hub_of(client)
    sync = Sync.objects.create(hub=hub, kind=Sync.Kind.NAMED, started_at=now())
    with contextlib.closing(client), ThreadPoolExecutor(WORKERS, "errands") as pool:
        work = Worker(client, pool, hub, sync, on_progress, counts=True)
        sync.status, sync.reason = Sync.Status.STOPPED, "The work was interrupted."
        try:
            done = work.run(limit=limit, until=until, file_security=file_security)
            sync.reason = done.reason
            sync.status = Sync.Status.STOPPED if done.reason else Sync.Status.DONE
        except BaseException:
            stop.set()
            raise
        finally:
            sync.finished_at = now()
            with contextlib.suppress(DatabaseError):
                sync.save(update_fields=["status", "reason", "finished_at"])
    return sync


def ask(repo: Repo) -> Errand:
    """Have a repo read before all others, for a person waits; once more if it is under way."""
    values: dict[str, Any] = {"repo": repo.pk, "now": now()}
    with connection.cursor() as cursor:
        cursor.execute(work_list.ASK, values)
    return Errand.objects.get(pk=repo.pk)


class Worker:
    """Takes errands of one hub and does them. ``counts`` as in Batches."""

    def __init__(
        self,
        client: HubClient,
        pool: ThreadPoolExecutor,
        hub: Hub,
        sync: Sync,
        on_progress: Callable[[Sync], None] | None,
        *,
        counts: bool = False,
    ) -> None:
        self._client = client
        self._pool = pool
        self._hub = hub
        self._store = Store(hub.pk, sync_id=sync.pk)
        self._batches = Batches(self._store, sync, on_progress, counts=counts)
        self._number = secrets.randbelow(1 << 31)
        self._in_a_row = 0
        self._portion = AHEAD
        self._done = Fetched()

    def run(
        self,
        *,
        limit: int | None = None,
        until: datetime | None = None,
        file_security: bool = False,
        at_once: bool = False,
    ) -> Fetched:
        """Work until the list is empty, or the limit, the time or an outage is reached.

        ``at_once`` tries now, once, what earlier failures had put off.
        """
        if at_once:
            waiting = Errand.objects.filter(repo__hub=self._hub).exclude(not_before=None)
            waiting.update(not_before=None)
        reader = RepoReader(self._client, file_security=file_security)
        stored: list[str] = []
        with self._alive():
            while True:
                left = MOST if limit is None else limit - self._finished
                most = min(self._portion, left)
                is_over = until is not None and now() >= until
                taken = [] if is_over or most < 1 else self._take(most)
                if not taken:
                    break
                began = time.monotonic()
                error = self._read(reader, taken, stored)
                pace = len(taken) / max(time.monotonic() - began, 1e-3)
                self._portion = max(AHEAD, min(MOST, int(pace * BATCH_S)))
                if error is not None:
                    self._done = replace(self._done, reason=str(error))
                    break
        if stored:
            self._store.link_edges(stored)
        return self._done

    @property
    def _finished(self) -> int:
        return self._done.done + self._done.failed

    def _read(
        self, reader: RepoReader, taken: Sequence[_Taken], stored: list[str]
    ) -> HubProblem | None:
        """Read and store a few; return the problem where one after the other was not served."""
        jobs = ((one.name, partial(reader.named, one.name)) for one in taken)
        reads: list[tuple[_Taken, Read]] = []
        for one, read in zip(taken, in_order(self._pool, jobs), strict=True):
            self._batches.add(read)
            reads.append((one, read))
            is_outage = isinstance(read.error, Unreachable | Limited)
            self._in_a_row = self._in_a_row + 1 if is_outage else 0
            if self._in_a_row >= OUTAGE_AFTER:
                break
        self._batches.flush(cursor="")
        for one, read in reads:
            self._settle(one, read)
            if read.row is not None:
                stored.append(read.row.name)
        return reads[-1][1].error if self._in_a_row >= OUTAGE_AFTER else None

    def _settle(self, one: _Taken, read: Read) -> None:
        """Put an errand off whose repo could not be read; storing has removed the others."""
        is_gone = isinstance(read.error, Missing) and read.row is None
        if is_gone:
            self._store.mark_named_gone(one.name, now())
        is_put_off = read.again or read.failed
        values: dict[str, Any] = {"repo": one.repo, "worker": self._name, "now": now()}
        with connection.cursor() as cursor:
            if is_put_off and not is_gone:
                wait = timedelta(minutes=min(2 ** min(one.attempts, 20), 7 * 24 * 60))
                cursor.execute(work_list.PUT_OFF, values | {"wait": wait})
            else:
                cursor.execute(work_list.LEAVE, values)
        failed = int(is_put_off)
        self._done = Fetched(self._done.done + 1 - failed, self._done.failed + failed)

    def _take(self, most: int) -> list[_Taken]:
        at = now()
        values: dict[str, Any] = {
            "hub": self._hub.pk,
            "now": at,
            "until": at + LEASE,
            "worker": self._name,
            "most": most,
        }
        with connection.cursor() as cursor:
            self._free_the_dead(at)
            cursor.execute(work_list.TAKE, values)
            return [_Taken(*row) for row in cursor.fetchall()]

    def _free_the_dead(self, at: datetime) -> None:
        """Free what workers had taken that are not there any more: nobody holds their lock."""
        leased = Errand.objects.filter(lease_until__gt=at).exclude(worker=self._name)
        for worker in leased.values_list("worker", flat=True).distinct()[:100]:
            if worker.isdecimal() and locks.take(_LOCK, int(worker)):
                Errand.objects.filter(worker=worker).update(lease_until=None, worker="")
                locks.release(_LOCK, int(worker))

    @contextlib.contextmanager
    def _alive(self) -> Iterator[None]:
        """Hold the lock that says that this worker lives; at the end give back what it took."""
        locks.take(_LOCK, self._number)
        try:
            yield
        finally:
            with contextlib.suppress(DatabaseError):
                mine = Errand.objects.filter(worker=self._name)
                mine.update(lease_until=None, worker="")
                locks.release(_LOCK, self._number)

    @property
    def _name(self) -> str:
        return str(self._number)
