"""Slots: exactly one execution each, made up once, or named as missed."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from registry.celery import app
from registry.models import Scan, ScanExecution
from registry.scans import control, engine, slots
from registry.scans.drafts import Draft, ScanRefused
from tests import factories

State = ScanExecution.State
HOURLY = "0 * * * *"


@pytest.fixture
def clock(monkeypatch):
    """Set the database's clock as this module's code reads it."""

    def move(text):
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
        monkeypatch.setattr(slots, "database_now", lambda: at)

    return move


def hourly(**fields):
    return control.create(Draft("hourly", "q=net", ("claim",), HOURLY, **fields))


@pytest.mark.django_db
def test_it_works(clock):
    clock("2026-11-20T12:30")
    scan = hourly()
    assert scan.next_slot == datetime(2026, 11, 20, 13, tzinfo=UTC)
    assert slots.begin_due(scan.pk) is None
    clock("2026-11-20T13:00:01")
    made = slots.begin_due(scan.pk)
    assert made is not None
    made.refresh_from_db()
    assert made.slot == datetime(2026, 11, 20, 13, tzinfo=UTC)
    assert (made.state, made.selection, made.checks) == (State.PLANNING, "q=net", ["claim"])
    assert slots.begin_due(scan.pk) is None
    scan.refresh_from_db()
    assert scan.next_slot == datetime(2026, 11, 20, 14, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_race_for_a_slot_one_begins_it():
    scan = hourly()
    Scan.objects.update(due_from=scan.due_from - timedelta(days=1))
    line, won = threading.Barrier(8), []

    def race():
        line.wait()
        try:
            won.append(slots.begin_due(scan.pk))
        finally:
            connection.close()

    for _ in range(5):
        ScanExecution.objects.all().delete()
        won.clear()
        racers = [threading.Thread(target=race) for _ in range(8)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert len(won) == 8
        assert sum(one is not None for one in won) == 1
        assert ScanExecution.objects.count() == 1


@pytest.mark.django_db
def test_the_database_itself_takes_a_slot_once():
    scan = factories.scan()
    factories.execution(scan, slot=factories.NOON, state=State.DONE)
    with pytest.raises(IntegrityError, match="execution_once_per_slot"), transaction.atomic():
        factories.execution(scan, slot=factories.NOON, state=State.DONE)


@pytest.mark.django_db
def test_a_slot_that_comes_while_one_is_under_way_waits_and_the_next_is_named(clock):
    clock("2026-11-20T12:30")
    scan = hourly()
    for hour in (13, 14, 15):
        clock(f"2026-11-20T{hour}:00")
        slots.begin_due(scan.pk)
    first, second, third = scan.executions.order_by("slot")
    assert (first.state, second.state, third.state) == (State.PLANNING, State.WAITING, State.MISSED)
    assert third.reason == (
        "Two executions of this scan were under way or waiting when it was due."
    )
    ScanExecution.objects.filter(pk=first.pk).update(state=State.DONE)
    engine.promote_waiting()
    second.refresh_from_db()
    assert second.state == State.PLANNING


@pytest.mark.django_db
def test_a_slot_is_made_up_once_and_says_what_went_by(clock):
    clock("2026-11-20T12:30")
    scan = hourly()
    clock("2026-11-21T12:10")
    made = slots.begin_due(scan.pk)
    assert made is not None
    assert made.slot == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert made.reason == "Before it 23 slots went by unseen."
    assert slots.begin_due(scan.pk) is None


@pytest.mark.django_db
def test_a_slot_that_is_too_old_is_named_and_not_made_up(clock):
    clock("2026-11-20T12:30")
    scan = control.create(Draft("daily", "q=net", ("claim",), "0 3 * * *"))
    clock("2026-11-21T12:10")
    made = slots.begin_due(scan.pk)
    assert made is not None
    assert (made.state, made.code) == (State.MISSED, "missed")
    assert made.reason == ("Nothing was running when it was due, and 9 hours later was too late.")
    assert slots.begin_due(scan.pk) is None


@pytest.mark.django_db
def test_what_beat_did_not_begin_is_begun_by_the_tick():
    scan = hourly()
    long_ago = scan.due_from - timedelta(days=1)
    Scan.objects.update(due_from=long_ago, next_slot=long_ago)
    assert engine.tick().begun == 1
    assert ScanExecution.objects.count() == 1
    assert engine.tick().begun == 0
    scan.refresh_from_db()
    assert scan.next_slot > scan.due_from + timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [Scan.State.PAUSED, Scan.State.REMOVED])
def test_nothing_is_due_while_a_scan_is_paused_or_removed(clock, state):
    clock("2026-11-20T12:30")
    scan = hourly()
    Scan.objects.update(state=state)
    clock("2026-11-20T13:00")
    assert slots.begin_due(scan.pk) is None
    assert slots.begin_due(999_999) is None
    assert not ScanExecution.objects.exists()


@pytest.mark.django_db
def test_slots_of_a_pause_are_not_made_up(clock):
    clock("2026-11-20T12:30")
    scan = hourly()
    control.pause(scan)
    clock("2026-11-20T15:20")
    control.resume(scan)
    assert slots.begin_due(scan.pk) is None
    clock("2026-11-20T16:00")
    made = slots.begin_due(scan.pk)
    assert made is not None
    assert made.reason == ""


# -- the rows that beat reads


@pytest.mark.django_db
def test_beat_has_one_row_a_scan_in_step_with_it():
    scan = hourly()
    task = PeriodicTask.objects.get(task="workers.scan_slot")
    assert (task.args, task.queue, task.expire_seconds, task.enabled) == (
        f"[{scan.pk}]",
        "io",
        300,
        True,
    )
    assert str(task.crontab.timezone) == "UTC"
    control.pause(scan)
    assert not PeriodicTask.objects.get().enabled
    control.resume(scan)
    assert PeriodicTask.objects.get().enabled
    draft = Draft.of(Scan.objects.get())
    draft.schedule = "30 2 * * 1"
    control.change(scan, draft)
    crontab = CrontabSchedule.objects.get()
    assert (crontab.minute, crontab.hour, crontab.day_of_week) == ("30", "2", "1")
    draft.schedule = ""
    control.change(scan, draft)
    assert not PeriodicTask.objects.exists()
    assert not CrontabSchedule.objects.exists()


@pytest.mark.django_db
def test_a_scan_that_cannot_be_stored_leaves_no_row_for_beat():
    hourly()
    with pytest.raises(ScanRefused, match="of this name already"):
        hourly()
    assert PeriodicTask.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_entries_of_the_configuration_keep_queue_and_life_in_the_table():
    from django_celery_beat.schedulers import DatabaseScheduler

    for _ in range(2):  # two beats, one after the other: the rows are the same
        scheduler = DatabaseScheduler(app=app)
        options = {name: entry.options for name, entry in scheduler.schedule.items()}
        for name in ("reap", "scans"):
            assert (options[name]["queue"], options[name]["expires"]) == ("io", 5)
        scheduler._finalize.cancel()
    assert PeriodicTask.objects.count() == len(app.conf.beat_schedule)
    every = PeriodicTask.objects.filter(name__in=("reap", "scans")).values_list("interval__every")
    assert set(every) == {(5,)}
