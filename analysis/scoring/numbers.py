"""Metrics of one number a sample."""

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from analysis import verdicts
from analysis.answers import Numbers
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments
from analysis.scoring.forms import Ratio, Whole
from analysis.scoring.scorer import Form, Make, Scorer, Undefined

Kind = Literal["spearman", "pearson"]
_FEWEST_PAIRS = 4


def both(answers: Numbers) -> NumpyArray:
    """Give both numbers of each sample; raise CheckError where one is missing."""
    broken = int((~np.isfinite(answers.given)).sum())
    if broken:
        # Leaving samples out would measure another split, and there is no number that is wrong.
        raise CheckError(f"The network gave no number for {broken:,} of the samples.")
    return np.stack([answers.given, answers.right], axis=1).astype(np.float64)


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
        return both(answers)

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

    def interval(
        self, rows: NumpyArray, population: int, confidence: float = verdicts.CONFIDENCE
    ) -> tuple[float, float]:
        """Fisher's interval, with the finite population correction on a sample."""
        n = len(rows)
        whole = population if n < population else None
        return verdicts.fisher_interval(self.value(rows), n, self.kind, confidence, whole)


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


class MeanError(Ratio):
    """The mean of a power of the distance; no mean of bounded scores, since a miss can be any."""

    bounds: tuple[float, float] = (0.0, math.inf)

    def __init__(self, power: int, signature: str) -> None:
        self.power = power
        self.signature: str = signature

    def rows(self, answers: Numbers) -> NumpyArray:
        """What each sample is off by, to the power, and 1; infinite where no float can hold it."""
        given, right = both(answers).T
        with np.errstate(over="ignore"):
            errors = np.abs(given - right) ** self.power
        return np.stack([errors, np.ones(len(errors))], axis=1)


class RootMeanError(MeanError):
    """The root of the mean squared distance."""

    def to_metric(self, ratio: NumpyArray) -> NumpyArray:
        """Take the root."""
        root: NumpyArray = np.sqrt(ratio)
        return root

    def to_ratio(self, value: float) -> float:
        """Square."""
        return value * value


class Determination(Whole):
    """R²: the share of the spread of what is right that is explained. scikit-learn's ``r2_score``.

    Of all rows and not of sums, because sums of squares lose the spread of numbers that are large.
    """

    bounds: tuple[float, float] = (-math.inf, 1.0)
    signature: str = "r2_score"

    def rows(self, answers: Numbers) -> NumpyArray:
        """Both numbers of each sample; raise CheckError where one is missing."""
        return both(answers)

    def value(self, rows: NumpyArray) -> float:
        """Compute it; where all is the same, 1 for perfect answers and else 0."""
        if len(rows) < 2:
            raise Undefined("R² needs at least two samples.")
        scaled = rows / (np.abs(rows[:, 1]).max() or 1.0)
        with np.errstate(over="ignore"):
            missed = float(((scaled[:, 0] - scaled[:, 1]) ** 2).sum())
        spread = float(((scaled[:, 1] - scaled[:, 1].mean()) ** 2).sum())
        if spread == 0:
            return 1.0 if missed == 0 else 0.0
        return 1 - missed / spread


def _correlation(kind: Kind, args: Mapping[str, JSON]) -> Correlation:
    # Which similarity was correlated is settled where the answers are read.
    arguments.only(args, "similarity")
    return Correlation(kind)


def _plain(scorer: Scorer, args: Mapping[str, JSON]) -> Scorer:
    arguments.only(args)
    return scorer


SCORERS: Mapping[str, Make] = {
    "spearman": lambda args: _correlation("spearman", args),
    "pearson": lambda args: _correlation("pearson", args),
    "mse": lambda args: _plain(MeanError(2, "mean_squared_error"), args),
    "mae": lambda args: _plain(MeanError(1, "mean_absolute_error"), args),
    "rmse": lambda args: _plain(RootMeanError(2, "root_mean_squared_error"), args),
    "r2": lambda args: _plain(Determination(), args),
}
