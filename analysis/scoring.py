"""From predictions and labels to a number with its 95 % interval. Pure arithmetic, no torch.

On a sample, the interval is for the number that the whole split would give, so it shrinks as the
sample grows towards the split. On the whole split there is nothing left to estimate; the interval
shown there says how far the number would carry to other samples like these.
"""

import math
from typing import Literal

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import CheckError, Estimate
from analysis.verdicts import fisher_interval, wilson

Correlation = Literal["spearman", "pearson"]
CORRELATIONS: dict[str, Correlation] = {"spearman": "spearman", "pearson": "pearson"}
_FEWEST_PAIRS = 4


def share(correct: int, n: int, population: int) -> Estimate:
    """Estimate the share of a split of ``population`` of which ``correct`` of ``n`` are right."""
    low, high = wilson(correct, n, population=population if n < population else None)
    return Estimate(correct / n, low, high, n)


def correlation(
    kind: Correlation, scores: NumpyArray, targets: NumpyArray, population: int
) -> Estimate:
    """Correlate ``scores`` with ``targets``; raise CheckError where that is not defined."""
    n = len(targets)
    if n < _FEWEST_PAIRS:
        raise CheckError(f"A correlation needs at least {_FEWEST_PAIRS} pairs, not {n}.")
    for values, whose in ((scores, "network"), (targets, "dataset")):
        if np.ptp(values) == 0:
            raise CheckError(
                f"The {whose} gives each pair the same score, so that there is no correlation."
            )
    value = spearman(scores, targets) if kind == "spearman" else pearson(scores, targets)
    low, high = fisher_interval(value, n, kind, population=population if n < population else None)
    return Estimate(value, low, high, n)


def pearson(first: NumpyArray, second: NumpyArray) -> float:
    """Pearson's correlation of two arrays of finite numbers that are not constant."""
    a = first - first.mean(dtype=np.float64)
    b = second - second.mean(dtype=np.float64)
    # Scaled before they are multiplied, so that neither tiny nor huge scores leave the range.
    a, b = a / np.abs(a).max(), b / np.abs(b).max()
    value = float((a @ b) / math.sqrt(float(a @ a) * float(b @ b)))
    return max(-1.0, min(1.0, value))


def spearman(first: NumpyArray, second: NumpyArray) -> float:
    """Spearman's correlation: Pearson's of the ranks, with the mean rank for ties."""
    return pearson(_ranks(first), _ranks(second))


def _ranks(values: NumpyArray) -> NumpyArray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NumpyArray = np.cumsum(counts) - (counts - 1) / 2
    return ranks[places]
