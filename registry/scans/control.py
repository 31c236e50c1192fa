"""What people do with scans: make, change, run now, pause, resume, stop, remove."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Case, Value, When
from django.db.models.functions import Now

from registry.models import Scan, ScanExecution
from registry.models.scans import ScanExecutionQuerySet
from registry.scans import schedules, slots
from registry.scans.crons import Schedule
from registry.scans.drafts import Draft, ScanRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

State = ScanExecution.State


class NotNow(Exception):  # noqa: N818 - reads as what happened
    """The scan's state does not allow this; the message says why in one sentence."""


def named(name: str) -> Scan:
    """Return the scan of this name. Raises NotNow."""
    scan = Scan.objects.kept().filter(name=name).first()
    if scan is None:
        raise NotNow(f"There is no scan “{name[:100]}”.")
    return scan


def create(draft: Draft, owner: "User | None" = None) -> Scan:
    """Make a scan with its schedule. Raises ScanRefused."""
    columns = draft.columns()
    try:
        with transaction.atomic():
            at = slots.database_now()
            scan = Scan.objects.create(
                **columns, owner=owner, due_from=at, next_slot=_next(columns["schedule"])
            )
            schedules.keep(scan)
    except IntegrityError as error:
        raise ScanRefused(name="There is a scan of this name already.") from error
    return scan


def change(scan: Scan, draft: Draft) -> Scan:
    """Change a scan; what is under way goes on, within the new budget. Raises ScanRefused."""
    columns = draft.columns()
    try:
        with transaction.atomic():
            held = _hold(scan)
            if columns["schedule"] != held.schedule:
                held.due_from = slots.database_now()
                held.next_slot = _next(columns["schedule"])
            for name, value in columns.items():
                setattr(held, name, value)
            held.save()
            schedules.keep(held)
    except IntegrityError as error:
        raise ScanRefused(name="There is a scan of this name already.") from error
    return held


def run_now(scan: Scan, by: str) -> tuple[ScanExecution, bool]:
    """Begin an execution outside of the schedule; join one that is under way or waits.

    Returns the execution and whether it is new. Raises NotNow.
    """
    with transaction.atomic():
        held = _hold(scan)
        if held.state == Scan.State.PAUSED:
            raise NotNow("The scan is paused. Resume it first.")
        there = held.executions.exclude(state__in=ScanExecution.OVER).order_by("pk").first()
        if there is not None:
            return there, False
        made = ScanExecution.objects.create(
            scan=held,
            requested_by=by[:150],
            state=State.PLANNING,
            started_at=slots.database_now(),
            **slots.asked(held),
        )
    return made, True


def pause(scan: Scan) -> Scan:
    """Take the schedule out of force and send no more runs. Raises NotNow."""
    with transaction.atomic():
        held = _hold(scan)
        if held.state == Scan.State.PAUSED:
            raise NotNow("The scan is paused already.")
        held.state = Scan.State.PAUSED
        held.next_slot = None
        held.save(update_fields=["state", "next_slot"])
        held.executions.filter(state__in=ScanExecution.GOING).update(state=State.PAUSED)
        schedules.keep(held)
    return held


def resume(scan: Scan) -> Scan:
    """Put a paused scan in force again, or let its last execution go on that was stopped.

    Slots that went by in the meantime are not made up. Raises NotNow.
    """
    with transaction.atomic():
        held = _hold(scan)
        if held.state == Scan.State.PAUSED:
            held.state = Scan.State.ACTIVE
            held.due_from = slots.database_now()
            held.next_slot = _next(held.schedule)
            held.save(update_fields=["state", "due_from", "next_slot"])
            _go_on(held.executions.filter(state=State.PAUSED))
            schedules.keep(held)
            return held
        last = held.executions.order_by("-pk").first()
        if last is None or last.state != State.STOPPED:
            raise NotNow("The scan is not paused, and its last execution was not stopped.")
        _go_on(held.executions.filter(pk=last.pk, state=State.STOPPED))
    return held


def _go_on(executions: ScanExecutionQuerySet) -> None:
    going = Case(When(is_planned=True, then=Value(State.RUNNING)), default=Value(State.PLANNING))
    executions.update(state=going, code="", reason="", finished_at=None, totals={}, difference={})


def stop(scan: Scan, by: str) -> ScanExecution:
    """End what is under way: no more runs are sent, those sent go on. Raises NotNow."""
    with transaction.atomic():
        held = _hold(scan)
        going = held.executions.live().order_by("pk").first()
        waiting = held.executions.filter(state=State.WAITING)
        going = going or waiting.first()
        if going is None:
            raise NotNow("No execution of this scan is under way.")
        said = {"code": "person", "reason": f"Stopped by {by[:100]}."}
        waiting.update(state=State.STOPPED, finished_at=Now(), **said)
        # The tick counts the runs that are still under way, and then ends it.
        held.executions.live().update(state=State.RUNNING, **said)
    going.refresh_from_db()
    return going


def remove(scan: Scan) -> None:
    """Remove a scan and its executions. Runs and findings stay; those under way go on."""
    with transaction.atomic():
        held = _hold(scan)
        held.state = Scan.State.REMOVED
        held.next_slot = None
        held.save(update_fields=["state", "next_slot"])
        schedules.drop(held)
        held.executions.exclude(state__in=ScanExecution.OVER).update(
            state=State.STOPPED, code="removed", reason="The scan was removed.", finished_at=Now()
        )


def _hold(scan: Scan) -> Scan:
    """Lock the scan's row. Raises NotNow where it was removed meanwhile."""
    held = Scan.objects.kept().select_for_update().filter(pk=scan.pk).first()
    if held is None:
        raise NotNow("The scan was removed.")
    return held


def _next(schedule: str) -> datetime | None:
    return Schedule.of(schedule).next(slots.database_now()) if schedule else None
