"""A network that answers row n by n, in windows, and what asks it: for tests of asking."""

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from analysis.arrays import pack, unpack
from analysis.contract import Columns, DataRequest, Feature, Job, Part
from workers.asking import Asking
from workers.inputs import Sample
from workers.samples import Split
from workers.sandbox.outcomes import Level, Report

ROWS, WINDOW = 400, 4
KEY = "k"


class Numbered(Sample):
    """A sample of which only the first row that is asked for is written."""

    def write(self, path: Path, start: int = 0) -> Path:
        path.write_text(str(start))
        return path


def sample_of(rows: int) -> Numbered:
    request = DataRequest("d", "c", "test", "5" * 40)
    split = Split(Path(), request, ROWS, "f", "0" * 64, {}, {"x": Feature("text")}, ())
    targets: list[Any] = list(range(rows))
    return Numbered(split, Columns(("x",), "y"), np.arange(rows), targets, ROWS)


class Network:
    """Tells its preconditions once, its progress always; may end with an error behind a row."""

    def __init__(self, error: BaseException | None = None, behind: int = ROWS) -> None:
        self.error, self.behind = error, behind
        self.jobs: list[Job] = []

    @contextmanager
    def begin(self, job, inputs):
        assert int(inputs.read_text()) == job.first_row
        self.jobs.append(job)
        yield SimpleNamespace(report=Report(Level.FULL), parts=lambda: self.parts(job.rows))

    def parts(self, rows):
        first = self.jobs[-1].first_row if self.jobs else 0
        yield Part("network", {"classes": 2})
        yield Part("preconditions", {"once": True, "session": len(self.jobs)})
        for start in range(0, rows, WINDOW):
            if self.error and first + start >= self.behind:
                raise self.error
            yield Part("progress", {"done": start, "total": rows, "sentence": " Step\n 1. "})
            count = min(WINDOW, rows - start)
            answers = np.arange(first + start, first + start + count, dtype=np.int32)
            yield Part("rows", {"start": start, "rows": count}, {"top": pack(answers)})


def asking_of(network, folder, store, *, run=1, rows=ROWS, **more):
    """Return what asks for rows."""
    job = Job("claim", Path(), Path(), rows, ("input_0",), "cpu", 0)
    return Asking(run, job, sample_of(rows), network.begin, folder, store, KEY, **more)


def rows_of(parts):
    """Return the answers, after a look at whether they are one stream."""
    assert [part.name for part in parts[:2]] == ["network", "preconditions"]
    found: list[int] = []
    for part in parts[2:]:
        assert part.name == "rows"
        assert part.values["start"] == len(found)
        found += unpack(part.arrays["top"]).tolist()
    return found
