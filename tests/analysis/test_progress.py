"""Long work beside its reader: what it tells, what it returns, and how it ends."""

import threading
import time

import pytest

from analysis import progress
from analysis.progress import followed


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(progress, "_EVERY_S", 0.01)


def drained(stream):
    parts = []
    while True:
        try:
            parts.append(next(stream))
        except StopIteration as ended:
            return parts, ended.value


def test_what_is_told_comes_as_parts_and_the_result_at_the_end():
    heard = threading.Event()

    def work(tell):
        tell(1, 3, "first")
        assert heard.wait(10)
        return "done"

    stream = followed(work)
    part = next(stream)
    assert (part.name, part.values) == (
        "progress", {"done": 1, "total": 3, "sentence": "first"},
    )  # fmt: skip
    heard.set()
    assert drained(stream) == ([], "done")  # what was told once does not come again


def test_quick_work_tells_nothing():
    assert drained(followed(lambda tell: 7)) == ([], 7)


def test_what_the_work_raises_is_raised():
    def work(tell):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        drained(followed(work))


def test_a_reader_who_leaves_ends_the_work():
    told: list[int] = []
    failures: list[Exception] = []

    def work(tell):
        while not failures:
            told.append(len(told))
            try:
                tell(len(told), 0, "")
            except Exception as failure:  # noqa: BLE001 - as foreign code does
                failures.append(failure)
            time.sleep(0.001)

    stream = followed(work)
    next(stream)
    stream.close()  # waits for the work
    before = len(told)
    time.sleep(0.02)
    assert len(told) == before > 0
    assert failures == []
