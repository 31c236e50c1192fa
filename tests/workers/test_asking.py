"""One stream of parts out of what is kept and what a sandbox sends, wherever the reader stops."""

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.arrays import pack, unpack
from analysis.contract import CheckError, Columns, DataRequest, Feature, Job, Part
from workers.asking import Asking, Changed
from workers.inputs import Sample
from workers.predictions import Predictions
from workers.samples import Split
from workers.sandbox.outcomes import Level, Report

ROWS, WINDOW = 50, 8
KEY = "k"


class Numbered(Sample):
    """A sample of which only the first row that is asked for is written."""

    def write(self, path: Path, start: int = 0) -> Path:
        path.write_text(str(start))
        return path


def sample_of(rows):
    request = DataRequest("d", "c", "test", "5" * 40)
    split = Split(Path(), request, ROWS, "f", "0" * 64, {}, {"x": Feature("text")}, ())
    targets: list[Any] = list(range(rows))
    return Numbered(split, Columns(("x",), "y"), np.arange(rows), targets, ROWS)


class Network:
    """Answers row n by n, in windows; counts how often it was started and what it answered."""

    def __init__(self, **says):
        self.says = says
        self.starts: list[int] = []
        self.answered = 0

    @contextmanager
    def begin(self, job, inputs):
        self.starts.append(int(inputs.read_text()))
        yield SimpleNamespace(report=Report(Level.FULL), parts=lambda: self.parts(job.rows))

    def parts(self, rows):
        first = self.starts[-1]
        yield Part("network", {"classes": 2, "batch_size": len(self.starts)} | self.says)
        for start in range(0, rows, WINDOW):
            count = min(WINDOW, rows - start)
            self.answered += count
            answers = np.arange(first + start, first + start + count, dtype=np.int32)
            yield Part("predictions", {"start": start}, {"top": pack(answers)})


@pytest.fixture
def ask(tmp_path):
    """Ask for rows, stop after some parts; return what came and how."""
    store = Predictions(tmp_path, 1 << 20)

    def ask(network, *, rows=ROWS, parts=None, run=1, keep=True):
        job = Job("claim", Path(), Path(), rows, ("input_0",), "cpu", 0)
        kept = store if keep else None
        with Asking(run, job, sample_of(rows), network.begin, tmp_path, kept, KEY) as asking:
            found = []
            for part in asking.parts():
                found.append(part)
                if len(found) == parts:
                    break
            return found, asking.settle()

    return ask


class Saying(Network):
    """A network whose parts say how many rows they answer."""

    def parts(self, rows):
        for part in super().parts(rows):
            if part.arrays:
                part.values["rows"] = part.arrays["top"].shape[0]
            yield part


def rows_of(parts):
    """Return the answers, after a look at whether they are one stream."""
    assert parts[0].name == "network"
    found: list[int] = []
    for part in parts[1:]:
        assert part.values["start"] == len(found)
        found += unpack(part.arrays["top"]).tolist()
    return found


def test_it_works(ask):
    network = Network()
    found, asked = ask(network)
    assert rows_of(found) == list(range(ROWS))
    assert (asked.reused, asked.segments[0].rows, network.starts) == (0, ROWS, [0])
    again, asked = ask(network, run=2)
    assert again == found
    assert (asked.reused, [one.run for one in asked.segments]) == (ROWS, [1])
    assert asked.sandbox["level"] == Level.FULL
    assert network.starts == [0]


@pytest.mark.parametrize("stop", range(9))
def test_wherever_the_first_reader_stops_the_next_gets_one_stream(ask, stop):
    network = Network()
    if stop:
        ask(network, parts=stop)
    found, asked = ask(network, run=2)
    assert rows_of(found) == list(range(ROWS))
    # Nothing certain is asked twice; a single part may have any number of rows, so it is.
    assert asked.reused == (0 if stop < 3 else min(ROWS, (stop - 1) * WINDOW))
    assert network.starts[-1] == (asked.reused if asked.reused < ROWS else 0)
    third, asked = ask(network, run=3)
    assert rows_of(third) == list(range(ROWS))
    assert asked.reused == ROWS


def test_readers_that_stop_one_after_another_go_on_where_the_last_one_was(ask):
    network = Saying()
    stops = enumerate((2, 3, 5, 7), 1)
    several = [ask(network, parts=parts, run=run) for run, parts in stops]
    for found, _ in several:
        assert rows_of(found) == list(range(len(rows_of(found))))
    asked = several[-1][1]
    assert network.answered == 6 * WINDOW
    assert [one.run for one in asked.segments] == [1, 2, 3, 4]
    assert [(one.first, one.rows) for one in asked.segments] == [(0, 8), (8, 8), (16, 16), (32, 16)]


def test_more_and_fewer_rows_than_were_asked_before(ask):
    network = Network()
    ask(network, rows=20)
    found, asked = ask(network, rows=ROWS)
    assert (rows_of(found), asked.reused) == (list(range(ROWS)), 20)
    found, asked = ask(network, rows=13)
    assert (rows_of(found), asked.reused) == (list(range(13)), 8)


def test_a_network_that_is_another_one_is_asked_anew(ask):
    ask(Network(), parts=4)
    with pytest.raises(Changed):
        ask(Network(classes=3))
    found, asked = ask(Network(classes=3))
    assert (rows_of(found), asked.reused) == (list(range(ROWS)), 0)


def test_nothing_is_kept_of_a_run_that_came_to_nothing(ask, tmp_path):
    network = Network()
    job = Job("claim", Path(), Path(), ROWS, ("input_0",), "cpu", 0)
    store = Predictions(tmp_path, 1 << 20)
    with Asking(1, job, sample_of(ROWS), network.begin, tmp_path, store, KEY) as asking:
        assert len(list(asking.parts())) > 2  # and then the judge found them forged
    assert ask(network)[1].reused == 0
    ask(network, keep=False)
    assert network.starts == [0, 0, 0]


def test_the_readers_count_settles_what_parts_do_not_say(tmp_path):
    store = Predictions(tmp_path, 1 << 20)
    job = Job("claim", Path(), Path(), ROWS, ("input_0",), "cpu", 0)
    with Asking(1, job, sample_of(ROWS), Network().begin, tmp_path, store, KEY) as asking:
        next(asking.parts())
        next(asking.parts())
        assert asking.settle(WINDOW).segments[0].rows == WINDOW
    found = store.find(KEY)
    assert found is not None
    assert found.usable(ROWS) == WINDOW
    found.close()


class Forger(Network):
    """Does not say which samples it answers."""

    def parts(self, rows):
        yield Part("network", {"classes": 2})
        yield Part("predictions", {"start": "x"})


def test_the_rest_must_say_where_it_stands(ask):
    ask(Network(), parts=4)
    with pytest.raises(CheckError, match="without saying which"):
        ask(Forger())
