"""Two beats, ten slots, the clock moved: ten executions, one a slot.

Beats are real processes whose clock libfaketime moves, by an offset in a file that they read each
time; so they go on agreeing while it jumps. The database runs under an account and an environment
of its own, which takes no library from us: there the function that tells the time is hidden behind
one that adds the same offset. The worker is on the true clock, which shows that nothing depends on
a worker's. Nothing of the product knows that it is tested.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from django.utils.timezone import now as django_now

from registry import embedded
from tests.registry.processes import ROOT, environment, throwaway_home, until, using

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

SLOTS = 10
EVERY = timedelta(minutes=10)
HIDE_THE_CLOCK = """
CREATE SCHEMA moved;
CREATE TABLE moved.clock (shift interval NOT NULL);
INSERT INTO moved.clock VALUES (interval '0');
CREATE FUNCTION moved.statement_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.statement_timestamp() + shift FROM moved.clock';
ALTER DATABASE assay SET search_path = moved, public, pg_catalog;
"""


def library() -> str:
    """Return where libfaketime lies; the test is skipped where it is not installed."""
    named = os.environ.get("ASSAY_FAKETIME")
    found = [Path(named)] if named else sorted(Path("/usr/lib").glob("**/libfaketime.so.1"))
    if not found:
        pytest.skip("there is no libfaketime here: install it, or set ASSAY_FAKETIME")
    return str(found[0])


class Clock:
    """One offset for all processes of a home and for its database."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.file = home / "clock"
        self.shift = timedelta(0)
        self.move(timedelta(0))

    def environment(self) -> dict[str, str]:
        return environment(
            self.home,
            DJANGO_SETTINGS_MODULE="registry.settings",
            LD_PRELOAD=library(),
            FAKETIME_TIMESTAMP_FILE=str(self.file),
            FAKETIME_NO_CACHE="1",
            PYTHONUNBUFFERED="1",
        )

    def move(self, by: timedelta) -> None:
        self.shift += by
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{self.shift.total_seconds():+f}\n")
        fresh.rename(self.file)

    def to_the_next_slot(self) -> datetime:
        """Move to two seconds after the next slot; return the slot."""
        now = django_now() + self.shift
        slot = datetime.fromtimestamp((now.timestamp() // 600 + 1) * 600, UTC)
        sql(self.home, "UPDATE moved.clock SET shift = %s", self.shift + (slot - now) + LATER)
        self.move(slot - now + LATER)
        return slot


LATER = timedelta(seconds=2)


def sql(home: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    place = embedded.database_settings("", home)
    with psycopg.connect(
        host=place["HOST"], user="assay", dbname="assay", autocommit=True
    ) as connection:
        cursor = connection.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def plain(home: Path) -> dict[str, str]:
    return environment(home, DJANGO_SETTINGS_MODULE="registry.settings", PYTHONUNBUFFERED="1")


def manage(home: Path, *arguments: str) -> None:
    """Run a command, on the true clock: what it writes down is the database's time anyway."""
    ran = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=plain(home),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


class Celery:
    """A process of Celery with a log."""

    def __init__(self, env: dict[str, str], name: str, *arguments: str) -> None:
        self.log = Path(env["ASSAY_HOME"]) / f"{name}.log"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "registry", *arguments, "-l", "INFO"],
                env=env,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def count(self, words: str) -> int:
        return self.log.read_text().count(words)

    def end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)


def beat(clock: Clock, name: str) -> Celery:
    return Celery(clock.environment(), name, "beat", "--pidfile", "")


@pytest.fixture
def clock() -> Iterator[Clock]:
    library()
    with throwaway_home() as home, using(home, durable=True):
        clock = Clock(home)
        manage(home, "migrate")
        sql(home, HIDE_THE_CLOCK)
        yield clock


CREATE = ("--select", "q=nothing", "--check", "claim", "--schedule", "*/10 * * * *")
SENT = "Sending due task scan 1 "
DONE = "SELECT count(*) FROM registry_scanexecution WHERE state = 'done'"


def carried_out(clock: Clock, beats: list[Celery], number: int) -> bool:
    """Wait until each beat has called for so many slots, and so many executions are done."""
    return until(lambda: all(one.count(SENT) >= number for one in beats), 60) and until(
        lambda: sql(clock.home, DONE) == [(number,)], 60
    )


def test_two_beats_ten_slots_and_a_moved_clock_make_ten_executions(clock: Clock) -> None:
    manage(clock.home, "scan", "create", "ten", *CREATE)
    worker = Celery(plain(clock.home), "worker", "worker", "-Q", "io", "--concurrency", "2")
    beats = [beat(clock, "beat-1"), beat(clock, "beat-2")]
    slots = []
    try:
        assert until(lambda: all(one.count("Sending due task scans") for one in beats), 120)
        for number in range(1, SLOTS + 1):
            slots.append(clock.to_the_next_slot())
            logs = [one.log for one in [*beats, worker]]
            assert carried_out(clock, beats, number), [log.read_text()[-3000:] for log in logs]
        time.sleep(6)  # a second message, a tick, or a late beat could still make one more
    finally:
        for one in [*beats, worker]:
            one.end()
    found = sql(clock.home, "SELECT slot, state FROM registry_scanexecution ORDER BY slot")
    assert found == [(slot, "done") for slot in slots]
    assert {b - a for a, b in pairwise(slots)} == {EVERY}
    assert worker.count("Task workers.scan_slot[") >= 2 * SLOTS  # it heard both beats
