"""What the clock asks of the mirror: each tick does a bounded piece of work, one at a time.

A tick that comes while its like is at work, or that is delivered twice, does nothing. So does every
tick unless the operator wants this hub mirrored (``ASSAY_MIRROR``).
"""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from enum import IntEnum
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import now

from registry import locks
from registry.hub import authors, status
from registry.hub.budget import identity_of, origin_text
from registry.hub.credentials import token_for
from registry.hub.problems import HubProblem
from registry.models import Errand, Sync

log = logging.getLogger(__name__)

LOCK = 0x41737374  # with the kind of work
WHOLE_EVERY = timedelta(hours=24)
RECENT_EVERY = timedelta(minutes=10)  # also so long after a pass that the hub has stopped
SLICE = timedelta(seconds=60)
ERRANDS = 5_000  # more than a slice can read
AUTHORS = 500
KEPT = timedelta(days=7)  # a slice that had no problem
PATIENCE = timedelta(seconds=10)  # a slice does not sit out a window in a worker's place


class Work(IntEnum):
    """Kinds of work, each of which is done by one worker at a time."""

    LISTING = 1
    ERRANDS = 2
    AUTHORS = 3


def read_listing(mirror: Callable[..., Any] | None = None) -> str:
    """Read the whole listing where the last one is a day old, else what changed since.

    A whole pass that was cut goes on. Nothing is done within ten minutes after a pass has ended:
    the clock looks more often, so that a new mirror need not wait for its first pass. Returns the
    kind of pass, or "" where nothing was done.
    """
    with _alone(Work.LISTING) as is_free:
        if not is_free:
            return ""
        hub = settings.ASSAY_HUB.rstrip("/")
        if _has_just_ended(hub):
            return ""
        kind = _kind_due(hub)
        mirror = mirror or import_module("registry.hub.sync").mirror
        with _said():
            is_recent = kind == Sync.Kind.RECENT
            mirror(hub, recent=is_recent, details=0, token=token_for(hub))
        return str(kind)


def read_errands(fetch: Callable[..., Any] | None = None) -> bool:
    """Read repos of the work list for about a minute; return whether any work was begun."""
    with _alone(Work.ERRANDS) as is_free:
        if not is_free or _must_wait():
            return False
        hub = settings.ASSAY_HUB.rstrip("/")
        _forget(hub)
        if not Errand.objects.filter(repo__hub__url=hub).exists():
            return False
        fetch = fetch or import_module("registry.hub.errands").fetch
        with _said():
            fetch(hub, limit=ERRANDS, until=now() + SLICE, token=token_for(hub))
        return True


def read_authors() -> authors.Checked:
    """Ask for authors for about a minute."""
    with _alone(Work.AUTHORS) as is_free:
        if not is_free or _must_wait():
            return authors.Checked()
        until = time.monotonic() + SLICE.total_seconds()
        return authors.check(settings.ASSAY_HUB, limit=AUTHORS, until=until)


def _forget(hub: str) -> None:
    """Drop rows of old slices that had no problem: there is one a minute.

    One that still says that it runs after a day has lost its worker.
    """
    slices = Sync.objects.filter(hub__url=hub, kind=Sync.Kind.NAMED)
    lost = slices.filter(status=Sync.Status.RUNNING, started_at__lt=now() - WHOLE_EVERY)
    lost.update(status=Sync.Status.STOPPED, reason="Its worker was lost.", finished_at=now())
    old = slices.filter(started_at__lt=now() - KEPT, problems=None).exclude(
        status=Sync.Status.RUNNING
    )
    Sync.objects.filter(pk__in=old.order_by("pk").values("pk")[:1_000]).delete()


def _has_just_ended(hub: str) -> bool:
    listings = Sync.objects.filter(hub__url=hub).exclude(kind=Sync.Kind.NAMED)
    return listings.filter(limit=None, finished_at__gte=now() - RECENT_EVERY).exists()


def _kind_due(hub: str) -> Sync.Kind:
    """Return which pass is due: the whole listing also serves as the first of all."""
    young = Q(finished_at__gte=now() - WHOLE_EVERY)
    whole = Sync.objects.filter(hub__url=hub, kind=Sync.Kind.FULL, limit=None)
    has_whole = whole.filter(young, status=Sync.Status.DONE).exists()
    return Sync.Kind.RECENT if has_whole else Sync.Kind.FULL


def _must_wait() -> bool:
    """Say whether the budget has no call of the API for longer than a slice should sit there."""
    origin = origin_text(urlsplit(settings.ASSAY_HUB))
    identity = identity_of(token_for(settings.ASSAY_HUB))
    return status.wait_for(origin, identity, "api") > PATIENCE


@contextlib.contextmanager
def _alone(work: Work) -> Iterator[bool]:
    """Hold the lock of a kind of work, where it is wanted and free."""
    if not settings.ASSAY_MIRROR:
        yield False
        return
    with locks.held(LOCK, work) as is_free:
        yield is_free


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Log what is wrong with the hub: the next tick tries again."""
    try:
        yield
    except HubProblem as error:
        log.warning("the mirror's tick ended early: %s", error)
