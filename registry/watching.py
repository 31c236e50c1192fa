"""Waiting for runs in a terminal, and telling how they ended."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from registry.models import Finding, Run

POLL_S = 0.3


def described(run: Run) -> dict[str, Any]:
    """Return a run as `verify --json` prints it."""
    finding = Finding.objects.filter(run=run).first()
    claim = run.claim
    return {
        "id": run.pk,
        "check": run.check_id,
        "status": run.status,
        "reason": run.reason,
        "claim": {
            "task": claim.task,
            "dataset": claim.dataset,
            "config": claim.config,
            "split": claim.split,
            "metric": claim.metric,
            "value": claim.value_text,
            "file": claim.file,
            "path": claim.path,
            "line": claim.line,
        }
        if claim
        else None,
        "verdict": finding.verdict if finding else None,
        "estimate": {
            "value": finding.value,
            "low": finding.low,
            "high": finding.high,
            "n": finding.n,
        }
        if finding and finding.value is not None
        else None,
        "summary": finding.summary if finding else run.reason,
    }


def wait(
    runs: Sequence[Run],
    *,
    timeout_s: float | None = None,
    out: TextIO | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> bool:
    """Wait until every run has ended; say so line by line on ``out`` (stderr, where not given).

    False when time ran out, or when it is not wanted any more.
    """
    keys = [run.pk for run in runs]
    told: set[int] = set()
    until = time.monotonic() + timeout_s if timeout_s is not None else None
    line = Line(out)
    while True:
        now = list(Run.objects.for_pages().filter(pk__in=keys))
        for run in now:
            if run.has_ended and run.pk not in told:
                told.add(run.pk)
                line.print(f"{len(told):>4}/{len(keys)}  {_ending(run)}")
        if len(told) == len(keys):
            line.clear()
            return True
        if not is_wanted() or (until is not None and time.monotonic() > until):
            line.clear()
            return False
        line.show(_progress([run for run in now if not run.has_ended], len(told), len(keys)))
        time.sleep(POLL_S)


def _ending(run: Run) -> str:
    """Say in one line how a run ended."""
    what = f"{run.revision.repo.name}: "
    finding = Finding.objects.filter(run=run).first()
    if finding is not None:
        return f"{what}{finding.verdict.upper()}. {finding.summary}"
    states = {Run.Status.UNSUPPORTED: "could not be measured", Run.Status.CANCELLED: "cancelled"}
    return f"{what}{states.get(Run.Status(run.status), 'given up')}. {run.reason}"


def _progress(going: Sequence[Run], done: int, total: int) -> str:
    """Say what is under way."""
    running = [run for run in going if run.status == Run.Status.RUNNING]
    if not running:
        return f"{done}/{total} ended; {len(going)} waiting for a worker"
    run = running[0]
    part = f" {run.progress}/{run.total}" if run.total else ""
    said = f", {run.note}" if run.note else ""
    return f"{done}/{total} ended; {run.revision.repo.name}: {run.stage}{part}{said}"


class Line:
    """A line of a terminal that is written over; elsewhere only whole lines are printed."""

    def __init__(self, out: TextIO | None) -> None:
        self._out = out or sys.stderr
        self._is_terminal = self._out.isatty()

    def show(self, text: str) -> None:
        """Write over the line."""
        if self._is_terminal:
            self._out.write(f"\r\x1b[2K{text[:118]}")
            self._out.flush()

    def clear(self) -> None:
        """Empty the line."""
        if self._is_terminal:
            self._out.write("\r\x1b[2K")
            self._out.flush()

    def print(self, text: str) -> None:
        """Write a line that stays."""
        self.clear()
        self._out.write(f"{text}\n")
        self._out.flush()
