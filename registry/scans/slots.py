"""Exactly one execution per slot, whoever asks, however often, and on whatever clock.

A slot is the minute that a schedule names. Beat's message is a hint that one may be due. Which one
is worked out here, from the schedule and the database's clock; the unique row (scan, slot) then
decides who begins it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from registry.models import Scan, ScanExecution
from registry.scans.crons import Schedule

MAKE_UP = timedelta(hours=6)  # an older slot is named as missed and not made up
LATE = timedelta(
    seconds=60
)  # a slot that beat's message has not begun by then is begun by the tick
MOST_MISSED = 1_000  # counted; there may be more
MADE_UP_AT_ONCE = 50  # scans of one tick


def database_now() -> datetime:
    """Return the time on the one clock that all processes share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        at: datetime = cursor.fetchone()[0]
        return at


@dataclass(frozen=True, slots=True)
class Slot:
    """A minute that is due, and how many before it went by unseen."""

    at: datetime
    age: timedelta
    missed: int


def due(scan: Scan, at: datetime) -> Slot | None:
    """Return the slot of the scan that is due and has not been begun; None where there is none."""
    if scan.state != Scan.State.ACTIVE or not scan.schedule:
        return None
    schedule = Schedule.of(scan.schedule)
    latest = schedule.latest(at)
    if latest < scan.due_from:
        return None
    known = scan.executions.filter(slot__isnull=False).order_by("-slot").values_list("slot")
    last = (known.first() or (None,))[0]
    if last is not None and last >= latest:
        return None
    since = max(filter(None, (last, scan.due_from)))
    return Slot(latest, at - latest, len(schedule.between(since, latest, MOST_MISSED)))


def begin_due(scan_id: int) -> ScanExecution | None:
    """Begin the slot that is due, where there is one that nobody began; return its execution.

    Safe to call from anywhere at any time: of many callers one makes the row.
    """
    scan = Scan.objects.kept().filter(pk=scan_id).first()
    if scan is None:
        return None
    at = database_now()
    slot = due(scan, at)
    if slot is not None:
        _note_next(scan, at)
        return _begin(scan, slot)
    if scan.next_slot is not None and scan.next_slot <= at:
        _note_next(scan, at)
    return None


def _note_next(scan: Scan, at: datetime) -> None:
    following = Schedule.of(scan.schedule).next(at) if scan.schedule else None
    Scan.objects.filter(pk=scan.pk, schedule=scan.schedule).update(next_slot=following)


def _begin(scan: Scan, slot: Slot) -> ScanExecution | None:
    """Make the row of the slot; None where it is there already, or the scan has gone."""
    missed = _missed_words(slot)
    if slot.age > MAKE_UP:
        late = f"Nothing was running when it was due, and {_hours(slot.age)} later was too late."
        return _insert(scan, slot.at, ScanExecution.State.MISSED, " ".join([late, *missed]))
    made = _insert(scan, slot.at, ScanExecution.State.WAITING, " ".join(missed))
    if made is not None:
        promote(made.pk)
    return made


def _insert(
    scan: Scan, slot: datetime, state: ScanExecution.State, reason: str
) -> ScanExecution | None:
    fields: dict[str, Any] = {"requested_by": "schedule", "reason": reason} | asked(scan)
    if state == ScanExecution.State.MISSED:
        fields["code"] = "missed"
    try:
        with transaction.atomic():
            return ScanExecution.objects.create(scan=scan, slot=slot, state=state, **fields)
    except IntegrityError:
        if state == ScanExecution.State.MISSED:
            return None  # somebody else made it, or the scan has gone
    # Either the slot is taken, or another execution waits already: then this one is named missed.
    return _insert(
        scan,
        slot,
        ScanExecution.State.MISSED,
        "Two executions of this scan were under way or waiting when it was due.",
    )


def asked(scan: Scan) -> dict[str, Any]:
    """Return what an execution takes over from its scan when it begins."""
    return {
        "selection": scan.selection,
        "checks": list(scan.checks),
        "options": dict(scan.options),
    }


def promote(execution_id: int) -> bool:
    """Let a waiting execution begin, unless another one of its scan is live."""
    waiting = ScanExecution.objects.filter(
        pk=execution_id, state=ScanExecution.State.WAITING, scan__state=Scan.State.ACTIVE
    )
    try:
        with transaction.atomic():
            changed = waiting.update(state=ScanExecution.State.PLANNING, started_at=Now())
    except IntegrityError:
        return False
    return changed == 1


def make_up() -> int:
    """Begin what is due and was begun by nobody: beat was away, or its message was lost."""
    late = (
        Scan.objects.scheduled()
        .filter(next_slot__lt=Now() - LATE)
        .order_by("next_slot")
        .values_list("pk", flat=True)
    )
    return sum(begin_due(pk) is not None for pk in late[:MADE_UP_AT_ONCE])


def _missed_words(slot: Slot) -> list[str]:
    if not slot.missed:
        return []
    number = f"{slot.missed:,}" + ("" if slot.missed < MOST_MISSED else " or more")
    return [f"Before it {number} slot{'s' if slot.missed > 1 else ''} went by unseen."]


def _hours(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
