"""Mirroring a hub: a pass over its listing, then the details of what is new or changed.

A pass costs one call for a thousand repos. What it finds new or changed goes to the work list
(``errands.py``); details, trees and cards are read from there, the most wanted first.
"""

import contextlib
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from registry import locks
from registry.hub import errands
from registry.hub.batches import Batches
from registry.hub.client import HubClient
from registry.hub.passes import OVERLAP, ListingPass, Progress, ended, hub_of
from registry.hub.problems import Broken, Limited, Missing, Unreachable
from registry.hub.reading import RepoReader
from registry.hub.records import Read
from registry.hub.store import Store
from registry.hub.threads import WORKERS, in_order
from registry.models import Hub, Repo, Sync

RESUME_WITHIN = timedelta(days=2)  # an older listing says too little about today's hub
_WORKING_TABLE = re.compile(r"registry_sync_(\d+)_met", re.ASCII)
LOCK = 0x41737361  # with the hub's number: one pass over a hub at a time
LOCK_WAIT_S = 5.0  # the database may need a moment to see that a killed process is gone


def mirror(
    hub_url: str,
    *,
    limit: int | None = None,
    names: Sequence[str] | None = None,
    on_progress: Progress | None = None,
    token: str = "",
    fresh: bool = False,
    client: HubClient | None = None,
    details: int | None = None,
    recent: bool = False,
    clock: Callable[[], datetime] = now,
) -> Sync:
    """Mirror a hub, or its first ``limit`` repos, or those of ``names``; return the pass.

    The listing is read first, or with ``recent`` the part of it that changed since the last pass;
    then at most ``details`` repos of the work list are read in full (None: all of them). A pass
    that was stopped goes on where it was unless ``fresh``. What cannot be read is a SyncProblem; a
    hub that cannot be read ends the pass as stopped, with the reason. A complete listing marks
    what is not in it as gone. ``clock`` says when that was: rows and changes are told of it.
    Raises BadName for an address that is none.
    """
    stop = threading.Event()
    client = client or HubClient(hub_url, token, sleep=stop.wait)
    hub = hub_of(client)
    with contextlib.closing(client), ThreadPoolExecutor(WORKERS, "mirror") as pool:
        try:
            if names is not None:
                return _named(client, pool, hub, names, on_progress)[0]
            kind = Sync.Kind.RECENT if recent else Sync.Kind.FULL
            sync = _listed(client, pool, hub, kind, limit, on_progress, fresh=fresh, clock=clock)
            if sync.status == Sync.Status.DONE and details != 0:
                work = errands.Worker(client, pool, hub, sync, on_progress)
                _finish_with(sync, work, details)
            return sync
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
    hub = hub_of(client)
    with contextlib.closing(client), ThreadPoolExecutor(1, "mirror") as pool:
        sync, read = _named(client, pool, hub, [name], None)
    if read is None or read.failed or read.row is None:
        raise (read.error if read else None) or Broken(sync.reason or f"{name} was not read.")
    return Repo.objects.select_related("hub").get(hub=hub, hub_key=read.row.hub_key)


def _listed(
    client: HubClient,
    pool: ThreadPoolExecutor,
    hub: Hub,
    kind: Sync.Kind,
    limit: int | None,
    on_progress: Progress | None,
    *,
    fresh: bool,
    clock: Callable[[], datetime],
) -> Sync:
    """Make or resume a pass over the listing and bring it to its end."""
    with locks.held(LOCK, hub.pk, wait_s=LOCK_WAIT_S) as is_free:
        if not is_free:
            return _busy(hub, kind, limit)
        down_to = _down_to(hub) if kind == Sync.Kind.RECENT else None
        with transaction.atomic():  # a pass and its working table are there together, or not
            sync = _resumable(hub, kind, limit, fresh=fresh) or _begun(hub, kind, limit, clock())
            store = Store(hub.pk, _working_table(sync), sync_id=sync.pk, clock=clock)
            store.open(fresh=not sync.cursor)
        run = ListingPass(client, pool, sync, store, on_progress, down_to)
        ended(sync, run.run)
        store.link_edges()
        return sync


def _named(
    client: HubClient,
    pool: ThreadPoolExecutor,
    hub: Hub,
    names: Sequence[str],
    on_progress: Progress | None,
) -> tuple[Sync, Read | None]:
    """Read repos by name. One that the hub says it does not have is marked as gone."""
    sync = Sync.objects.create(hub=hub, kind=Sync.Kind.NAMED, started_at=now())
    store, reader = Store(hub.pk, sync_id=sync.pk), RepoReader(client)
    batches, stored = Batches(store, sync, on_progress), list[str]()
    reads = list[Read]()  # only the last one

    def work() -> None:
        once = list(dict.fromkeys(names))
        jobs = ((name, partial(reader.named, name)) for name in once)
        failed = 0
        for read in in_order(pool, jobs):
            reads[:] = [read]
            stored.append(read.name if read.row is None else read.row.name)
            failed += isinstance(read.error, Unreachable | Limited)
            if isinstance(read.error, Missing) and read.error.what == "repo":
                store.mark_named_gone(read.name, now())
            batches.add(read)
        batches.flush(cursor="")
        if once and failed == len(once) and reads and reads[0].error:
            raise reads[0].error

    ended(sync, work)
    store.link_edges(stored)
    return sync, reads[0] if reads else None


def _finish_with(sync: Sync, work: errands.Worker, details: int | None) -> None:
    """Read details; where the hub stops serving them, the pass ends as stopped."""
    done = work.run(limit=details, at_once=details is None)
    sync.finished_at = now()
    if done.reason:
        sync.status, sync.reason = Sync.Status.STOPPED, done.reason
    sync.save(update_fields=["status", "reason", "finished_at"])


def _working_table(sync: Sync) -> str:
    return f"registry_sync_{sync.pk}_met"


def _down_to(hub: Hub) -> datetime | None:
    """Return how far back a recent pass must go, None where no pass was complete yet."""
    complete = Sync.objects.filter(hub=hub, status=Sync.Status.DONE, limit=None)
    last = complete.exclude(watermark=None).order_by("-pk").first()
    return last.watermark - OVERLAP if last is not None and last.watermark else None


def _resumable(hub: Hub, kind: Sync.Kind, limit: int | None, *, fresh: bool) -> Sync | None:
    """Return the pass that was cut, made ready to go on; None where there is none."""
    cut = _cut(hub, kind).exclude(cursor="").exclude(status=Sync.Status.DONE)
    cut = cut.filter(limit=limit, started_at__gte=now() - RESUME_WITHIN)
    sync = None if fresh else cut.order_by("-pk").first()
    if sync is not None:
        sync.status, sync.reason, sync.finished_at = Sync.Status.RUNNING, "", None
        sync.save(update_fields=["status", "reason", "finished_at"])
    return sync


def _cut(hub: Hub, kind: Sync.Kind) -> QuerySet[Sync]:
    """Return the passes that have a working table still: those that may go on, and the given up.

    Passes come by the thousand, and most are over; such tables are few, for the next pass drops
    them.
    """
    found = map(_WORKING_TABLE.fullmatch, connection.introspection.table_names())
    numbers = [int(match[1]) for match in found if match is not None]
    return Sync.objects.filter(pk__in=numbers, hub=hub, kind=kind)


def _begun(hub: Hub, kind: Sync.Kind, limit: int | None, at: datetime) -> Sync:
    """Begin a new pass; those of its kind that were cut before it are given up."""
    for old in _cut(hub, kind):
        Store(hub.pk, met=_working_table(old)).close()
        reason = old.reason or "The pass was cut off."
        Sync.objects.filter(pk=old.pk).exclude(status=Sync.Status.DONE).update(
            status=Sync.Status.STOPPED, cursor="", reason=reason
        )
    return Sync.objects.create(hub=hub, kind=kind, limit=limit, started_at=at)


def _busy(hub: Hub, kind: Sync.Kind, limit: int | None) -> Sync:
    reason = f"Another pass over {hub.url} is under way; this one was not begun."
    return Sync.objects.create(
        hub=hub,
        kind=kind,
        limit=limit,
        status=Sync.Status.STOPPED,
        reason=reason,
        started_at=now(),
        finished_at=now(),
    )
