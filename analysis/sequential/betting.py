"""Means and ratios of sums: an interval by betting that is valid at every look.

Both are one thing here. A ratio of sums is at most f exactly where the mean of first - f * second
is at most 0, and a mean is the ratio whose second column is 1. Between the corners of what a row
can be that difference is bounded, so it is brought to [0, 1] and bet upon.
"""

import math
from typing import ClassVar

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import CheckError
from analysis.sequential.capitals import Capitals
from analysis.sequential.plan import LOOKS, Look, Plan, Standing

# How many items the claim counts for, as what to expect: much where a bet is that it holds,
# little where the bet is that it does not.
CONFIRMING, REFUTING = 1000.0, 20.0
_STEPS = 1_000  # of the grid that the shown interval is read from
_ELEMENTS = 1 << 16  # of the largest arrays
_OUTSIDE = 1e-9

Corners = tuple[tuple[float, float], ...]


class Betting:
    """Stops with the very item at which the verdict is certain."""

    method: ClassVar[str] = "betting"

    def __init__(self, plan: Plan, corners: Corners) -> None:
        self._plan = plan
        self._threshold = math.log(2 / plan.alpha)
        self._ends = _Bets(np.array([plan.low, plan.high]), plan, corners)
        self._grid = _Grid(plan, corners, self._threshold)
        self._every = max(1, math.ceil(plan.population / LOOKS))
        self._sums = np.zeros(2)
        self.standing = Standing.OPEN
        self.n = 0
        self.looks: list[Look] = []

    def add(self, rows: NumpyArray) -> None:
        """Fold rows in: one column (a mean) or two (a ratio)."""
        pairs = np.column_stack(
            [rows[:, 0], rows[:, 1] if rows.shape[1] > 1 else np.ones(len(rows))]
        )
        while len(pairs) and not (self._plan.may_stop and self.standing is not Standing.OPEN):
            now = min(len(pairs), self._every - self.n % self._every)
            self._take(pairs[:now])
            pairs = pairs[now:]

    def interval(self) -> tuple[float, float]:
        """Give the confidence sequence where it ended."""
        return self._grid.low, self._grid.high

    def _take(self, pairs: NumpyArray) -> None:
        above, below = self._ends.add(pairs)
        if self._plan.may_stop:
            decided, at = first_certain(above[:1], above[1:], below[:1], below[1:])
            self.standing = OUTCOMES[decided[0]]
            if self.standing is not Standing.OPEN:
                pairs = pairs[: at[0] + 1]
        self._grid.add(pairs)
        self._sums += pairs.sum(axis=0)
        self.n += len(pairs)
        if self.standing is not Standing.OPEN:
            self._grid.agree(self.standing, self._plan)
        if self.standing is not Standing.OPEN or self.n % self._every == 0:
            self._show()

    def _show(self) -> None:
        if self._sums[1]:
            estimate = float(self._sums[0] / self._sums[1])
            self.looks.append(Look(self.n, estimate, *self.interval()))


OUTCOMES = (Standing.BELOW, Standing.ABOVE, Standing.INSIDE, Standing.OPEN)


def first_certain(
    above_low: NumpyArray, above_high: NumpyArray, below_low: NumpyArray, below_high: NumpyArray
) -> tuple[NumpyArray, NumpyArray]:
    """Find the first item at which something is certain: (index into OUTCOMES, item) a claim.

    Each argument, (claims, n), says after each item whether it was refuted by then that the metric
    is not above, or not below, the low or the high end of the claim. An end that is refuted from
    both sides is the rare event that the level allows for: nothing is certain then, and the run
    reads on.
    """
    found = np.stack(
        [
            below_low & ~above_low,
            above_high & ~below_high,
            above_low & below_high & ~below_low & ~above_high,
        ]
    )
    length = found.shape[-1]
    first = np.where(found.any(axis=-1), found.argmax(axis=-1), length)
    outcome = np.where(first.min(axis=0) < length, first.argmin(axis=0), len(OUTCOMES) - 1)
    return outcome, first.min(axis=0)


class _Bets:
    """Two capitals a value: that the metric is above it, and that it is below."""

    def __init__(self, values: NumpyArray, plan: Plan, corners: Corners) -> None:
        first, second = np.array(corners, dtype=np.float64).T
        self._is_mean = bool((second == 1).all())
        self._low, self._high = first.min(), first.max()
        self._claim, self._values = plan.claim, values[:, None]
        at_corners = first - self._values * second
        self._shift = at_corners.min(axis=1, keepdims=True)
        self._width = np.maximum(np.ptp(at_corners, axis=1)[:, None], _OUTSIDE)
        self._seconds, self._number = float(second.mean()), 1
        self._threshold = math.log(2 / plan.alpha)
        null = (-self._shift / self._width)[:, 0]
        is_under = values < plan.claim
        up, down = (np.where(is_under == way, CONFIRMING, REFUTING) for way in (True, False))
        self.above = Capitals(null, up, plan.population)
        self.below = Capitals(1 - null, down, plan.population)

    def add(self, pairs: NumpyArray) -> tuple[NumpyArray, NumpyArray]:
        """Say after each item which values were refuted so far, from above and from below."""
        scores, expected = self._scored(pairs)
        if not (scores.min() >= -_OUTSIDE and scores.max() <= 1 + _OUTSIDE):
            raise CheckError("A sample scores more or less than the metric allows.")
        scores = scores.clip(0, 1)
        rich = []
        for side, score, mean in (
            (self.above, scores, expected),
            (self.below, 1 - scores, 1 - expected),
        ):
            before = side.best[:, None]
            path = np.maximum(before, np.maximum.accumulate(side.add(score, mean), axis=1))
            rich.append(path >= self._threshold)
        return rich[0], rich[1]

    def _scored(self, pairs: NumpyArray) -> tuple[NumpyArray, NumpyArray]:
        """Bring the items to [0, 1]; say what is expected of each if the claim holds."""
        first, second = pairs[None, :, 0], pairs[None, :, 1]
        if self._is_mean:
            width = self._high - self._low
            return (first - self._low) / width, np.full((1, 1), (self._claim - self._low) / width)
        # The mean of the second column is only known from the items before.
        sums = self._seconds + np.cumsum(second, axis=1) - second
        mean = sums / (self._number + np.arange(len(pairs)))
        self._seconds, self._number = float(sums[0, -1] + second[0, -1]), self._number + len(pairs)
        scores = (first - self._values * second - self._shift) / self._width
        return scores, ((self._claim - self._values) * mean - self._shift) / self._width

    def keep(self, chosen: slice) -> None:
        """Go on with some of the values only."""
        self._values, self._shift = self._values[chosen], self._shift[chosen]
        self._width = self._width[chosen]
        self.above.keep(chosen)
        self.below.keep(chosen)


class _Grid:
    """The interval to show: the values between those that were refuted from either side.

    Its lower end is the last of the values, from the bottom, that were all refuted; so a metric
    between two values is missed only where the upper one was refuted wrongly, and the level holds
    whatever the step. What was refuted is not bet upon any more, so that a look costs little.
    """

    def __init__(self, plan: Plan, corners: Corners, threshold: float) -> None:
        low, high = plan.span
        far = 1 + 2 * abs(plan.claim)  # the grid's end where the metric has none
        around = np.linspace(
            low if math.isfinite(low) else -far, high if math.isfinite(high) else far, _STEPS + 1
        )
        ends = [end for end in (plan.low, plan.high) if low < end < high]
        self._values = np.union1d(around, ends)
        self._bets = _Bets(self._values, plan, corners)
        self._threshold = threshold
        self.low, self.high = low, high

    def add(self, pairs: NumpyArray) -> None:
        """Fold the next items in."""
        while len(pairs) and len(self._values):
            now = max(1, _ELEMENTS // len(self._values))
            self._bets.add(pairs[:now])
            self._narrow()
            pairs = pairs[now:]

    def _narrow(self) -> None:
        from_below = _leading(self._bets.above.best >= self._threshold)
        from_above = _leading(self._bets.below.best[::-1] >= self._threshold)
        count = len(self._values)
        if from_below + from_above > count:
            # Everything was refuted: the rare event that the level allows for. No interval says
            # more than the last one.
            self._values = self._values[:0]
            return
        if from_below:
            self.low = float(self._values[from_below - 1])
        if from_above:
            self.high = float(self._values[count - from_above])
        chosen = slice(from_below, count - from_above)
        self._values = self._values[chosen]
        self._bets.keep(chosen)

    def agree(self, standing: Standing, plan: Plan) -> None:
        """Take in what the ends of the claim say, which are values like all others."""
        if standing is not Standing.BELOW:
            self.low = max(self.low, plan.high if standing is Standing.ABOVE else plan.low)
        if standing is not Standing.ABOVE:
            self.high = min(self.high, plan.low if standing is Standing.BELOW else plan.high)


def _leading(values: NumpyArray) -> int:
    """Count the values before the first that is False."""
    return len(values) if values.all() else int(values.argmin())
