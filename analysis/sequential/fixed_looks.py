"""Metrics that are no means: a few looks that were fixed before, each with its part of the level.

Source: Lan and DeMets (Biometrika 1983), with the spending function of Pocock's type; each look
takes an interval at the level of its own part, so that the parts add up to the whole (Bonferroni).
"""

import math
from typing import ClassVar

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import CheckError
from analysis.scoring import Scorer
from analysis.sequential import bootstrap
from analysis.sequential.plan import Look, Plan, Standing

FRACTIONS = (0.05, 0.1, 0.2, 0.4, 0.7)  # of the split; the last look is the whole of it
# Fewer rows say little about the far ends of what a bootstrap draws.
FEWEST = 200


def spent(part: float, alpha: float) -> float:
    """How much of ``alpha`` may have been spent when that part of the split was seen."""
    return alpha * math.log1p((math.e - 1) * part)


class FixedLooks:
    """Stops at a look whose interval lies entirely inside of the claim, or apart from it."""

    method: ClassVar[str] = "fixed looks, approximate (bootstrap)"

    def __init__(self, plan: Plan, scorer: Scorer) -> None:
        self._plan, self._scorer = plan, scorer
        wanted = [math.ceil(part * plan.population) for part in FRACTIONS]
        self._next = [at for at in wanted if FEWEST <= at < plan.population]
        self._rows: list[NumpyArray] = []
        self._read = 0
        self._spent = 0.0
        self.standing = Standing.OPEN
        self.n = 0
        self.looks: list[Look] = []

    def add(self, rows: NumpyArray) -> None:
        """Keep the rows; look where enough of them are there."""
        if self._plan.may_stop and self.standing is not Standing.OPEN:
            return
        self._rows.append(rows)
        self._read += len(rows)
        self.n = self._read
        while self._next and self._next[0] <= self._read:
            found = self._look(self._next.pop(0))
            if found is not None and self._plan.may_stop:
                self.standing = self._plan.stand(found.low, found.high)
                if self.standing is not Standing.OPEN:
                    self.n = found.n
                    return

    def interval(self) -> tuple[float, float]:
        """Give the interval of the last look; one more is taken where the rows ended."""
        is_new = not self.looks or self.looks[-1].n != self.n
        found = self._look(self.n) if is_new and self.n else None
        last = found or (self.looks[-1] if self.looks else None)
        return (last.low, last.high) if last else self._plan.span

    def _look(self, n: int) -> Look | None:
        """Take the interval after ``n`` rows, at the level of this look; None: undefined."""
        upto = spent(n / self._plan.population, self._plan.alpha)
        alpha, self._spent = upto - self._spent, upto
        rows = np.concatenate(self._rows)[:n]
        ends = bootstrap.interval(self._scorer, rows, self._plan.population, alpha, self._plan.seed)
        if ends is None:
            return None
        try:
            found = Look(n, self._scorer.value(rows), *ends)
        except CheckError:
            return None
        self.looks.append(found)
        return found
