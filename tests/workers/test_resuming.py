"""A run that is cut off goes on behind the last row that it had answered, as if it had not been."""

import os
import signal
import subprocess
import sys
import time

import pytest

from analysis.contract import CheckError, Part
from tests.hubs import ROOT
from tests.workers.networks_in_rows import ROWS, WINDOW, Network, asking_of, rows_of
from workers.predictions import Predictions
from workers.sandbox.outcomes import Cancelled, Died, Reason, SandboxUnavailable

HALF = ROWS // 2


@pytest.fixture
def store(tmp_path):
    return Predictions(tmp_path, 1 << 20)


def ask(network, folder, store, **more):
    """Ask for everything; return what came and how."""
    with asking_of(network, folder, store, **more) as asking:
        found = list(asking.parts())
        return found, asking.settle()


CUTS = [
    Cancelled("The run was cancelled."),
    SandboxUnavailable("The fork server ended in mid-run."),
    OSError("The disk is full."),
    Died(Reason.TIMEOUT, "It was not done after 8 seconds."),
    Died(Reason.OUT_OF_MEMORY, "It needed more memory than a run may use."),
    KeyboardInterrupt(),
    SystemExit(0),
]


@pytest.mark.parametrize("error", CUTS, ids=lambda error: f"{type(error).__name__} {error}"[:30])
def test_it_works(tmp_path, store, error):
    with pytest.raises(type(error)):
        ask(Network(error, HALF), tmp_path, store)
    network = Network()
    found, asked = ask(network, tmp_path, store, run=2)
    assert rows_of(found) == list(range(ROWS))
    assert (asked.reused, network.jobs[0].first_row, network.jobs[0].rows) == (HALF, HALF, HALF)
    passes = [(one.run, one.first, one.rows, "is_cut" in one.sandbox) for one in asked.segments]
    assert passes == [(1, 0, HALF, True), (2, HALF, HALF, False)]
    assert asked.segments[0].sandbox["wall_s"] >= 0
    # What is told once is that of the first attempt.
    assert found[1] == Part("preconditions", {"once": True, "session": 1})


@pytest.mark.parametrize(
    "error",
    [
        CheckError("The answers are forged."),
        Died(Reason.FORBIDDEN_CALL, "It tried what no network may do."),
        Died(Reason.BAD_OUTPUT, "It sent a header that is not JSON."),
        RuntimeError("a fault of our own"),
    ],
    ids=str,
)
@pytest.mark.parametrize("flush_s", [0.0, 60.0])
def test_what_the_answers_may_be_to_blame_for_is_not_kept(tmp_path, store, error, flush_s):
    with pytest.raises(type(error)):
        ask(Network(error, HALF), tmp_path, store, flush_s=flush_s)
    network = Network()
    assert ask(network, tmp_path, store)[1].reused == 0


def test_a_judge_that_finds_kept_answers_forged_has_them_dropped(tmp_path, store):
    with pytest.raises(Cancelled):
        ask(Network(Cancelled("x"), HALF), tmp_path, store)

    def judge():
        with asking_of(Network(), tmp_path, store, run=2) as asking:
            for part in asking.parts():
                if part.values.get("start") == WINDOW:
                    raise CheckError("The answers are forged.")

    with pytest.raises(CheckError):
        judge()
    assert ask(Network(), tmp_path, store)[1].reused == 0


def test_answers_that_a_finding_was_made_of_outlive_a_judge_that_refuses(tmp_path, store):
    ask(Network(), tmp_path, store)

    def judge():
        with asking_of(Network(), tmp_path, store, run=2) as asking:
            next(asking.parts())
            raise CheckError("Of this metric there is none.")

    with pytest.raises(CheckError):
        judge()
    assert ask(Network(), tmp_path, store)[1].reused == ROWS


def test_cut_off_again_and_again_it_comes_to_its_end(tmp_path, store):
    for behind in range(40, ROWS, 40):
        network = Network(Cancelled("x"), behind)
        with pytest.raises(Cancelled):
            ask(network, tmp_path, store, run=behind)
        assert network.jobs[0].first_row == behind - 40
    found, asked = ask(Network(), tmp_path, store, run=ROWS)
    assert rows_of(found) == list(range(ROWS))
    assert [one.run for one in asked.segments] == list(range(40, ROWS + 1, 40))
    assert ask(Network(), tmp_path, store)[1].reused == ROWS


def test_a_store_that_is_full_keeps_nothing_and_disturbs_nobody(tmp_path):
    small = Predictions(tmp_path, 100)
    with pytest.raises(Cancelled):
        ask(Network(Cancelled("x"), HALF), tmp_path, small, flush_s=0.0)
    found, asked = ask(Network(), tmp_path, small)
    assert (rows_of(found), asked.reused) == (list(range(ROWS)), 0)


def test_killed_by_a_signal_it_goes_on_where_it_was(tmp_path, store):
    program = [sys.executable, "-m", "tests.workers.dying", str(tmp_path)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    try:
        until = time.monotonic() + 60
        while not list((tmp_path / "predictions").glob("*.parts")):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.5)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    network = Network()
    found, asked = ask(network, tmp_path, store, run=2)
    assert rows_of(found) == list(range(ROWS))
    assert 0 < asked.reused < ROWS
    assert asked.reused % WINDOW == 0
    assert network.jobs[0].first_row == asked.reused
    assert [one.sandbox.get("is_cut", False) for one in asked.segments] == [True, False]


def test_what_a_killed_writer_left_is_removed_some_day(tmp_path, store):
    ask(Network(), tmp_path, store)
    folder = tmp_path / "predictions"
    left, fresh = folder / ".writing-left", folder / ".writing-fresh"
    left.touch()
    fresh.touch()
    os.utime(left, (time.time() - 7200,) * 2)
    ask(Network(), tmp_path, store, run=2, rows=ROWS // 2)
    store.drop("k")
    ask(Network(), tmp_path, store, run=3)
    assert not left.exists()
    assert fresh.exists()


def test_progress_is_told_and_no_judge_sees_it(tmp_path, store):
    told = []
    with pytest.raises(Cancelled):
        ask(
            Network(Cancelled("x"), HALF),
            tmp_path,
            store,
            tell=lambda *said: told.append(said),
        )
    assert told[:2] == [(0, ROWS, "Step 1."), (WINDOW, ROWS, "Step 1.")]
    told.clear()
    ask(Network(), tmp_path, store, run=2, tell=lambda *said: told.append(said))
    assert told[0] == (HALF, ROWS, "Step 1.")  # of the whole, not of the rest


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, (0, 0, "")),
        ({"done": -1, "total": 10}, (0, 10, "")),
        ({"done": 99, "total": 10}, (10, 10, "")),
        ({"done": True, "total": "many", "sentence": 7}, (0, 0, "")),
        ({"done": 1 << 40, "total": 1 << 40}, (0, 0, "")),
        ({"done": 1, "total": 2, "sentence": "x" * 999}, (1, 2, "x" * 200)),
    ],
)
def test_progress_may_say_anything(tmp_path, values, said):
    class Odd(Network):
        def parts(self, rows):
            yield Part("progress", values)
            yield from super().parts(rows)

    told = []
    ask(Odd(), tmp_path, None, tell=lambda *said: told.append(said))
    assert told[0] == said
