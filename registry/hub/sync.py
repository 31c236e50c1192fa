"""Passes over a hub: list, read what changed, store it in batches. Can be cut and resumed anywhere.

One transaction stores a batch together with the counters, and a page's last batch together with
the address of the next page. So after a kill the pass goes on with the page that was under way,
and leaves out what it has met of it already.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from django.db import DatabaseError, connection, transaction
from django.utils.timezone import now

from registry.hub.answers import Page
from registry.hub.batches import Batches
from registry.hub.client import HubClient
from registry.hub.names import shown
from registry.hub.plan import steps
from registry.hub.problems import BadName, Broken, HubProblem, Limited, Missing, Unreachable
from registry.hub.reading import RepoReader
from registry.hub.records import Read
from registry.hub.store import Store
from registry.hub.threads import WORKERS, in_order
from registry.models import Hub, Repo, Sync

log = logging.getLogger(__name__)

RESUME_WITHIN = timedelta(days=2)  # an older listing says too little about today's hub
OUTAGE_AFTER = 12  # repos in a row that the hub did not serve, each after all retries
NO_NEWS_PAGES = 3  # in a row: the listing runs in a circle
LOCK = 0x41737361  # with the hub's number: one pass over a hub at a time
LOCK_WAIT_S = 5.0  # the database may need a moment to see that a killed process is gone

Progress = Callable[[Sync], None]


class _Stop(Exception):  # noqa: N818 - not a fault: the pass ends here
    """The pass cannot go on; the message is the reason, ``from_start`` forgets the cursor."""

    def __init__(self, reason: str, *, from_start: bool = False) -> None:
        super().__init__(reason)
        self.from_start = from_start


def mirror(
    hub_url: str,
    *,
    limit: int | None = None,
    names: Sequence[str] | None = None,
    on_progress: Progress | None = None,
    token: str = "",
    fresh: bool = False,
    client: HubClient | None = None,
) -> Sync:
    """Mirror a hub, or its first ``limit`` repos, or those of ``names``; return the pass.

    A pass that was stopped goes on where it was unless ``fresh``. What cannot be read is a
    SyncProblem; a hub that cannot be read ends the pass as stopped, with the reason. A complete
    listing marks what is not in it as gone. Raises BadName for an address that is none.
    """
    stop = threading.Event()
    client = client or HubClient(hub_url, token, sleep=stop.wait)
    hub = _hub(client)
    with contextlib.closing(client), ThreadPoolExecutor(WORKERS, "mirror") as pool:
        try:
            if names is not None:
                sync = Sync.objects.create(hub=hub, started_at=now())
                run = _Pass(client, pool, sync, Store(hub.pk), on_progress)
                return run.ends_with(partial(run.named, list(dict.fromkeys(names))))
            with _one_at_a_time(hub) as is_free:
                if not is_free:
                    return _busy(hub, limit)
                sync = _resumable(hub, limit, fresh=fresh) or _begun(hub, limit)
                store = Store(hub.pk, met=_working_table(sync))
                store.open(fresh=not sync.cursor)
                run = _Pass(client, pool, sync, store, on_progress)
                return run.ends_with(run.listed)
        except BaseException:
            stop.set()  # threads that wait for a hub go on at once, and so end
            raise


def mirror_one(
    hub_url: str, name: str, *, token: str = "", client: HubClient | None = None
) -> Repo:
    """Mirror one repo now and return its row; raise HubProblem where that cannot be done.

    Where only a part of it could not be read, the row's ``problem`` says so.
    """
    client = client or HubClient(hub_url, token)
    hub = _hub(client)
    sync = Sync.objects.create(hub=hub, started_at=now())
    with contextlib.closing(client), ThreadPoolExecutor(1, "mirror") as pool:
        run = _Pass(client, pool, sync, Store(hub.pk), None)
        run.ends_with(partial(run.named, [name]))
    read = run.last
    if read is None or read.failed or read.row is None:
        raise (read.error if read else None) or Broken(sync.reason or f"{name} was not read.")
    return Repo.objects.select_related("hub").get(hub=hub, hub_key=read.row.hub_key)


class _Pass:
    """One pass under way."""

    def __init__(
        self,
        client: HubClient,
        pool: ThreadPoolExecutor,
        sync: Sync,
        store: Store,
        on_progress: Progress | None,
    ) -> None:
        self._client = client
        self._pool = pool
        self._sync = sync
        self._store = store
        self._reader = RepoReader(client)
        self._batches = Batches(store, sync, on_progress)
        self._in_a_row = 0
        self._names: list[str] | None = None  # of a pass over named repos, those that were stored
        self.last: Read | None = None

    def ends_with(self, work: Callable[[], None]) -> Sync:
        """Do the work and store how it ended, whatever happens."""
        sync = self._sync
        sync.status, sync.reason = Sync.Status.STOPPED, "The pass was interrupted."
        try:
            work()
            sync.status, sync.reason, sync.cursor = Sync.Status.DONE, "", ""
        except HubProblem as error:
            sync.reason = str(error)
        except _Stop as error:
            sync.reason = str(error)
            sync.cursor = "" if error.from_start else sync.cursor
        finally:
            sync.finished_at = now()
            with contextlib.suppress(DatabaseError):  # it may be the database that is gone
                sync.save(update_fields=["status", "reason", "cursor", "finished_at"])
        self._store.link_edges(self._names)
        return sync

    def named(self, names: Sequence[str]) -> None:
        """Read repos by name. One that the hub says it does not have is marked as gone."""
        jobs = ((name, partial(self._reader.named, name)) for name in names)
        failed, self._names = 0, []
        for read in in_order(self._pool, jobs):
            self.last = read
            self._names.append(read.name if read.row is None else read.row.name)
            failed += isinstance(read.error, Unreachable | Limited)
            if isinstance(read.error, Missing) and read.error.what == "repo":
                Repo.objects.filter(hub=self._sync.hub, name=read.name).listed().update(
                    state=Repo.State.GONE, synced_at=now()
                )
            self._batches.add(read)
        self._batches.flush(cursor="")
        if names and failed == len(names) and self.last and self.last.error:
            raise self.last.error

    def listed(self) -> None:
        """Read the listing from the pass's cursor on, to the end or to its limit."""
        limit, no_news, visited = self._sync.limit, 0, set[int]()
        for page in self._pages():
            visited.add(hash(page.cursor))
            if hash(page.next_cursor) in visited and page.next_cursor:
                self._page(page, "")
                raise _Stop(
                    "The hub's listing leads back to a page that it had before.", from_start=True
                )
            no_news = 0 if self._page(page, page.next_cursor) else no_news + 1
            if no_news >= NO_NEWS_PAGES:
                raise _Stop(f"{no_news} pages in a row held nothing new.", from_start=True)
            if limit is not None and self._sync.seen >= limit:
                self._store.close()
                return
        with transaction.atomic():
            if limit is None:
                gone = self._store.mark_gone(self._sync.started_at, now())
                if gone:
                    log.info("%s does not list %d repos any more", self._sync.hub, gone)
            self._store.close()

    def _pages(self) -> Iterator[Page]:
        """Read pages; raise _Stop where the hub does not know the stored cursor any more."""
        pages = self._client.listing(self._sync.cursor, self._sync.limit)
        if self._sync.cursor:
            try:
                yield next(pages)
            except StopIteration:
                return
            except (Missing, Broken) as error:
                if not 400 <= error.status < 500:
                    raise
                raise _Stop(
                    f"The stored place in the listing is not known any more. {error}",
                    from_start=True,
                ) from error
        yield from pages

    def _page(self, page: Page, following: str) -> int:
        """Read and store one page; return how many of its records were new to this pass."""
        limit, seen = self._sync.limit, self._sync.seen
        wanted = page.records if limit is None else page.records[: max(limit - seen, 0)]
        planned, faults = steps(self._store, wanted)
        self._batches.add_faults([*page.faults, *faults])
        jobs = ((step.record.name, partial(step.read, self._reader)) for step in planned)
        for read in in_order(self._pool, jobs):
            self._batches.add(read)
            self._watch(read)
        self._batches.flush(cursor=following)
        return len(planned) + len(faults) + len(page.faults)

    def _watch(self, read: Read) -> None:
        """Raise the problem where one repo after the other was not served."""
        is_outage = isinstance(read.error, Unreachable | Limited)
        self._in_a_row = self._in_a_row + 1 if is_outage else 0
        if self._in_a_row >= OUTAGE_AFTER and read.error is not None:
            self._batches.flush()
            raise read.error


def _hub(client: HubClient) -> Hub:
    if len(client.url) > (Hub._meta.get_field("url").max_length or 200):
        raise BadName(f"The hub's address {shown(client.url)} is too long.")
    return Hub.objects.get_or_create(url=client.url)[0]


def _working_table(sync: Sync) -> str:
    return f"registry_sync_{sync.pk}_met"


def _resumable(hub: Hub, limit: int | None, *, fresh: bool) -> Sync | None:
    """Return the pass that was cut, made ready to go on; None where there is none."""
    cut = Sync.objects.filter(hub=hub).exclude(cursor="").exclude(status=Sync.Status.DONE)
    cut = cut.filter(limit=limit, started_at__gte=now() - RESUME_WITHIN)
    sync = None if fresh else cut.order_by("-pk").first()
    if sync is not None:
        sync.status, sync.reason, sync.finished_at = Sync.Status.RUNNING, "", None
        sync.save(update_fields=["status", "reason", "finished_at"])
    return sync


def _begun(hub: Hub, limit: int | None) -> Sync:
    """Begin a new pass; those that were cut before it are given up."""
    for old in Sync.objects.filter(hub=hub).exclude(status=Sync.Status.DONE):
        Store(hub.pk, met=_working_table(old)).close()
        reason = old.reason or "The pass was cut off."
        Sync.objects.filter(pk=old.pk).exclude(status=Sync.Status.DONE).update(
            status=Sync.Status.STOPPED, cursor="", reason=reason
        )
    return Sync.objects.create(hub=hub, limit=limit, started_at=now())


def _busy(hub: Hub, limit: int | None) -> Sync:
    reason = f"Another pass over {hub.url} is under way; this one was not begun."
    return Sync.objects.create(
        hub=hub,
        limit=limit,
        status=Sync.Status.STOPPED,
        reason=reason,
        started_at=now(),
        finished_at=now(),
    )


@contextlib.contextmanager
def _one_at_a_time(hub: Hub) -> Iterator[bool]:
    """Hold the hub's lock, if it is free. The database lets go of it when the process dies."""
    until = time.monotonic() + LOCK_WAIT_S
    while not (is_free := _locked(hub)) and time.monotonic() < until:
        time.sleep(0.05)
    try:
        yield is_free
    finally:
        if is_free:
            with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, hub.pk])


def _locked(hub: Hub) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, hub.pk])
        return bool(cursor.fetchone()[0])
