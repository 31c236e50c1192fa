"""Intervals of metrics that are no means, by drawing again from the rows. Approximate.

Sources: Efron, Better Bootstrap Confidence Intervals (JASA 1987), for the bias-corrected and
accelerated interval; the finite population correction as in ``analysis.verdicts``.
"""

import math
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import CheckError
from analysis.scoring import Form, Scorer

_TAIL_DRAWS = 20  # draws that lie beyond each end, so that the end is known
_FEWEST = 2_000
# A function of sums is drawn from the sums of this many groups of rows: the rows are in random
# order, so groups vary as rows do, and a draw costs the same however many rows there are.
_GROUPS = 1_000
_WHOLE_DRAWS = 400  # of a function of all rows: enough for its standard error
_WEIGHTS = 1 << 21  # that are drawn at once
_NORMAL = NormalDist()


def interval(
    scorer: Scorer, rows: NumpyArray, population: int, alpha: float, seed: int
) -> tuple[float, float] | None:
    """Give the interval at the level ``1 - alpha``, by the scorer's formula or a bootstrap.

    The rows were drawn from ``population`` without replacement; where they are all of it, the
    interval says how far another split of that size could lie. None where the metric has no value
    on these rows, or on too many of the draws.
    """
    try:
        formula = scorer.interval(rows, population, 1 - alpha)
        value = scorer.value(rows)
    except CheckError:
        return None
    if formula is not None:
        return formula
    n = len(rows)
    if n < 2 or not math.isfinite(value):
        return None
    generator = np.random.Generator(np.random.PCG64([seed, n]))
    if scorer.form is Form.WHOLE:
        ends = _normal(scorer, rows, value, alpha, generator)
    else:
        ends = _accelerated(scorer, rows, value, alpha, generator)
    if not all(map(math.isfinite, ends)):
        return None
    part = math.sqrt((population - n) / (population - 1)) if n < population else 1.0
    return value + (ends[0] - value) * part, value + (ends[1] - value) * part


def _normal(
    scorer: Scorer, rows: NumpyArray, value: float, alpha: float, generator: np.random.Generator
) -> tuple[float, float]:
    """Take the standard error from the draws, and the ends from it."""
    drawn = []
    for _ in range(_WHOLE_DRAWS):
        try:
            drawn.append(scorer.value(rows[generator.integers(len(rows), size=len(rows))]))
        except CheckError:
            return math.nan, math.nan
    half = _NORMAL.inv_cdf(1 - alpha / 2) * float(np.std(drawn, ddof=1))
    return value - half, value + half


def _accelerated(
    scorer: Scorer, rows: NumpyArray, value: float, alpha: float, generator: np.random.Generator
) -> tuple[float, float]:
    """Give the bias-corrected and accelerated interval of a function of the rows' sums."""
    groups = _grouped(rows)
    count = max(_FEWEST, math.ceil(2 * _TAIL_DRAWS / alpha))
    drawn = np.concatenate([_values(scorer, sums) for sums in _sums(groups, count, generator)])
    missing = int(np.isnan(drawn).sum())
    if missing > alpha / 4 * count:
        return math.nan, math.nan
    drawn = np.sort(drawn[~np.isnan(drawn)])
    share = float((drawn < value).mean() + (drawn <= value).mean()) / 2
    if not 0 < share < 1:
        return float(drawn[0]), float(drawn[-1])
    bias = _NORMAL.inv_cdf(share)
    without = _values(scorer, groups.sum(axis=0) - groups)
    away = np.nanmean(without) - without[~np.isnan(without)]
    size = float((away**2).sum()) ** 1.5
    speed = float((away**3).sum()) / (6 * size) if size > 0 else 0.0
    ends = [_level(level, bias, speed) for level in (alpha / 2, 1 - alpha / 2)]
    low, high = np.quantile(drawn, ends)
    return float(low), float(high)


def _level(level: float, bias: float, speed: float) -> float:
    moved = bias + _NORMAL.inv_cdf(level)
    return _NORMAL.cdf(bias + moved / max(1 - speed * moved, 1e-6))


def _grouped(rows: NumpyArray) -> NumpyArray:
    """Sum neighbours, so that at most so many groups are left; with a column that counts rows."""
    counted = np.column_stack([rows, np.ones(len(rows))])
    size = min(len(rows), _GROUPS)
    starts = np.arange(size) * len(rows) // size
    found: NumpyArray = np.add.reduceat(counted, starts, axis=0)
    return found


def _sums(groups: NumpyArray, count: int, generator: np.random.Generator) -> Iterator[NumpyArray]:
    """Draw as many groups as there are, ``count`` times; yield the sums: (draws, columns)."""
    size = len(groups)
    step = max(1, _WEIGHTS // size)
    for start in range(0, count, step):
        draws = min(step, count - start)
        picked = generator.integers(size, size=(draws, size))
        picked += size * np.arange(draws)[:, None]
        weights = np.bincount(picked.ravel(), minlength=draws * size).reshape(draws, size)
        yield weights @ groups


def _values(scorer: Scorer, sums: NumpyArray) -> NumpyArray:
    """Compute the metric of sums, whose last column counts the rows."""
    if scorer.form is not Form.MEAN:
        return scorer.values(sums[:, :-1])
    means: NumpyArray = sums[:, 0] / sums[:, 1]
    return means
