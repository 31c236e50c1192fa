"""Whether the parts of this server answer, and what waits. Nothing here takes over a few seconds.

What is read tells no host, no address and no name of a worker: the page is for everybody.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from celery import Celery
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
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
DATABASE_S = 3.0  # for the first answer of the database
QUERY_MS = 1_000
COUNTED = 10_000  # beyond this a count says "more than"
BEAT_WITHIN = timedelta(minutes=3)  # it writes down what it began several times a minute

Answer = TypeVar("Answer")


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
    if not has_database():
        raise DatabaseError("The database does not answer.")
    queues = served(app)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(QUERY_MS)])
        parts = [Part("Database", True, "answers"), *_broker(queues), _beat()]
        return Standing(parts, _waiting(), _facts(), now())


def without_database(app: Celery = celery.app) -> Standing:
    """Say what can be said where the database is away."""
    parts = [Part("Database", False, "does not answer"), *_broker(served(app))]
    return Standing(parts, [], {}, now())


class Question(Generic[Answer]):
    """Something that is asked in a thread of its own, for nothing bounds how long it may take.

    While one thread hangs no other is begun: who comes meanwhile waits for its answer, too.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._asked: Future[Answer] | None = None

    def within(self, limit_s: float, ask: Callable[[], Answer]) -> Answer | None:
        """Return the answer; None where there is none in time, or asking raises."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                work = (self._asked, ask)
                threading.Thread(target=_settle, name=self._name, args=work, daemon=True).start()
            asked = self._asked
        try:
            return asked.result(timeout=limit_s)
        except Exception:  # noqa: BLE001 - drivers of brokers raise whatever they like
            return None


def _settle(asked: "Future[Answer]", ask: Callable[[], Answer]) -> None:
    try:
        asked.set_result(ask())
    except Exception as error:  # noqa: BLE001 - who waits for the answer is told
        asked.set_exception(error)


_database: Question[bool] = Question("asks-database")
_broker_asked: Question[list[list[str]]] = Question("asks-broker")


def has_database() -> bool:
    """Say whether the database answers, within DATABASE_S.

    A connection of its own is made for it: one that was open before the host was gone would be
    waited for as long as the kernel likes, and so would the host be where the URL allows it.
    """
    return _database.within(DATABASE_S, _select) is True


def _select() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return True
    finally:
        connection.close()  # this thread's


def served(app: Celery = celery.app) -> list[list[str]] | None:
    """Return the queues of each worker that answers; None where the broker does not."""
    key = f"standing.{id(app)}"
    known = cache.get(key)
    if known is not None:
        return known["served"]  # type: ignore[no-any-return]
    found = _broker_asked.within(LIMIT_S, lambda: _served(app))
    cache.set(key, {"served": found}, KEPT_S)
    return found


def _served(app: Celery) -> list[list[str]]:
    with app.connection_for_read(connect_timeout=LIMIT_S) as broker:
        broker.ensure_connection(max_retries=1, timeout=1)
    answers = app.control.inspect(timeout=ASK_S).active_queues() or {}
    return [sorted(queue["name"] for queue in queues) for queues in answers.values()]


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
