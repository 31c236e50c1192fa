"""Whether the parts of this server answer, and what waits. Nothing here takes much over a second.

What is read tells no host, no address and no name of a worker: the page is for everybody.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any

from celery import Celery
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Max
from django.utils.timezone import now
from django_celery_beat.models import PeriodicTask

from analysis.contract import Queue
from registry import celery
from registry.ecosystem.exports import folder
from registry.models import Errand, Run, ScanExecution, StaleListing, Sync

ASK_S = 0.6  # that workers have for an answer
LIMIT_S = 1.0  # for all that the broker is asked
KEPT_S = 5  # an answer; reloading a page asks nobody anew
QUERY_MS = 1_000
COUNTED = 10_000  # beyond this a count says "more than"
BEAT_WITHIN = timedelta(minutes=3)  # it writes down what it began several times a minute
_asking = threading.Lock()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the server: ``is_up`` is None where it cannot be known."""

    name: str
    is_up: bool | None
    said: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Runs of a queue."""

    queue: str
    queued: str
    running: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it; what needs the database is empty where that is away."""

    parts: list[Part]
    waiting: list[Waiting]
    facts: dict[str, Any]
    at: datetime

    @property
    def said(self) -> str:
        """All parts in one sentence."""
        if any(part.is_up is False for part in self.parts):
            return "Not every part of this server answers."
        if any(part.is_up is None for part in self.parts):
            return "Nothing is known to be away, but not every part has been heard of yet."
        return "Every part of this server answers."


def standing(app: Celery = celery.app) -> Standing:
    """Ask every part; raise DatabaseError where the database does not answer."""
    queues = served(app)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(QUERY_MS)])
        parts = [Part("Database", True, "answers"), *_broker(queues), _beat()]
        return Standing(parts, _waiting(), _facts(), now())


def without_database(app: Celery = celery.app) -> Standing:
    """Say what can be said where the database is away."""
    parts = [Part("Database", False, "does not answer"), *_broker(served(app))]
    return Standing(parts, [], {}, now())


def served(app: Celery = celery.app) -> list[list[str]] | None:
    """Return the queues of each worker that answers; None where the broker does not.

    The broker is asked in a thread of its own, because nothing bounds how long a connection to a
    host that is gone may take; while one such thread hangs, no other is begun.
    """
    key = f"standing.{id(app)}"
    known = cache.get(key)
    if known is not None:
        return known["served"]  # type: ignore[no-any-return]
    found = within(LIMIT_S, lambda: _served(app))
    cache.set(key, {"served": found}, KEPT_S)
    return found


def _served(app: Celery) -> list[list[str]]:
    with app.connection_for_read(connect_timeout=LIMIT_S) as broker:
        broker.ensure_connection(max_retries=1, timeout=1)
    answers = app.control.inspect(timeout=ASK_S).active_queues() or {}
    return [sorted(queue["name"] for queue in queues) for queues in answers.values()]


def within(limit_s: float, ask: Callable[[], list[list[str]]]) -> list[list[str]] | None:
    """Return the answer, or None where there is none in time."""
    if not _asking.acquire(blocking=False):
        return None
    answer: SimpleQueue[list[list[str]] | None] = SimpleQueue()

    def work() -> None:
        try:
            answer.put(ask())
        except Exception:  # noqa: BLE001 - drivers of brokers raise whatever they like
            answer.put(None)
        finally:
            _asking.release()

    threading.Thread(target=work, name="asks-broker", daemon=True).start()
    try:
        return answer.get(timeout=limit_s)
    except Empty:
        return None


def _broker(queues: list[list[str]] | None) -> list[Part]:
    if queues is None:
        said = "does not answer; runs wait in the database and are sent again later"
        return [Part("Broker", False, said), Part("Workers", None, "cannot be asked")]
    named = sorted({name for one in queues for name in one})
    number = len(queues)
    said = f"{number} answered, for {', '.join(named)}" if number else "none answered in time"
    return [Part("Broker", True, "answers"), Part("Workers", number > 0, said)]


def _beat() -> Part:
    entries = PeriodicTask.objects.filter(enabled=True)
    told = entries.aggregate(at=Max("last_run_at"), set_up=Max("date_changed"))
    last, set_up = told["at"], told["set_up"]
    if last is None:
        is_new = set_up is not None and now() - set_up < BEAT_WITHIN
        return Part("Schedule", None if is_new else False, "has not begun anything yet")
    is_up = now() - last < BEAT_WITHIN
    return Part("Schedule", is_up, "began something" if is_up else "last began something", last)


def _waiting() -> list[Waiting]:
    live = ("queued", "running")
    rows = []
    for queue in (str(queue) for queue in Queue):
        found = Run.objects.filter(queue=queue).order_by()
        rows.append(Waiting(queue, *(_capped(found.filter(status=one)) for one in live)))
    return rows


def _capped(rows: Any) -> str:
    number = rows[: COUNTED + 1].count()
    return f"more than {COUNTED:,}" if number > COUNTED else f"{number:,}"


def _facts() -> dict[str, Any]:
    scans = ScanExecution.objects.select_related("scan").order_by("-pk")
    passes = Sync.objects.filter(status=Sync.Status.DONE).order_by("-pk")
    exports = folder.listed()
    return {
        "mirrored": passes.values_list("finished_at", flat=True).first(),
        "errands": _capped(Errand.objects.order_by()),
        "stale": _capped(StaleListing.objects.order_by()),
        "scan": scans.first(),
        "export": exports[0] if exports else None,
    }
