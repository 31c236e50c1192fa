"""Metrics of one number a sample."""

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from analysis import verdicts
from analysis.answers import Numbers
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring.scorer import Form, Make, Undefined

Kind = Literal["spearman", "pearson"]
_FEWEST_PAIRS = 4


class Correlation:
    """Spearman's or Pearson's correlation of what is given with what is right."""

    form: ClassVar[Form] = Form.WHOLE
    library: ClassVar[str] = "numpy"
    bounds = (-1.0, 1.0)
    extremes: tuple[tuple[float, float], ...] = ()

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind
        self.signature: str = kind

    def rows(self, answers: Numbers) -> NumpyArray:
        """Both numbers of each sample; raise CheckError where one is missing."""
        broken = int((~np.isfinite(answers.given)).sum())
        if broken:
            # Leaving samples out would measure another split, and there is no number that is wrong.
            raise CheckError(f"The network gave no number for {broken:,} of the samples.")
        return np.stack([answers.given, answers.right], axis=1).astype(np.float64)

    def value(self, rows: NumpyArray) -> float:
        """Correlate the columns; raise Undefined for too few or constant numbers."""
        n = len(rows)
        if n < _FEWEST_PAIRS:
            raise Undefined(f"A correlation needs at least {_FEWEST_PAIRS} pairs, not {n}.")
        for column, whose in ((0, "network"), (1, "dataset")):
            if np.ptp(rows[:, column]) == 0:
                raise Undefined(
                    f"The {whose} gives each pair the same score, so that there is no correlation."
                )
        correlate = spearman if self.kind == "spearman" else pearson
        return correlate(rows[:, 0], rows[:, 1])

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Not asked of a function of all rows."""
        raise NotImplementedError

    def interval(self, rows: NumpyArray, population: int) -> tuple[float, float]:
        """Fisher's interval, with the finite population correction on a sample."""
        n = len(rows)
        whole = population if n < population else None
        return verdicts.fisher_interval(self.value(rows), n, self.kind, population=whole)


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


def _correlation(kind: Kind, args: Mapping[str, JSON]) -> Correlation:
    # Which similarity was correlated is settled where the answers are read.
    del args
    return Correlation(kind)


SCORERS: Mapping[str, Make] = {
    "spearman": lambda args: _correlation("spearman", args),
    "pearson": lambda args: _correlation("pearson", args),
}
