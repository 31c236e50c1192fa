"""What a metric is to whoever judges: rows of contributions and a function of them."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError


class Undefined(CheckError):  # noqa: N818 - reads as the state of the metric
    """The metric has no value on these answers (the correlation of constant scores, say)."""


class Form(StrEnum):
    """How a metric depends on its rows. Decides what may be said before all rows are there."""

    MEAN = "mean"  # the mean of the only column, which lies within ``bounds``
    RATIO = "ratio"  # the sum of the first column over that of the second
    SUMS = "sums"  # a function of the columns' sums
    WHOLE = "whole"  # a function of all rows together


class Scorer(Protocol):
    """One metric with its parameters, over one kind of answers.

    ``library`` names who computes it, ``signature`` the parameters in that library's own words:
    both stand in the evidence. ``bounds`` are what a row of a MEAN can be. ``extremes`` are, for a
    RATIO, the corners (first, second) between which each row lies, empty where there are none.
    What depends on the data (the name of the positive class, corners that grow with the number of
    classes) is known with the first rows. A scorer belongs to one run.
    """

    form: ClassVar[Form]
    library: ClassVar[str]
    signature: str
    bounds: tuple[float, float]
    extremes: tuple[tuple[float, float], ...]

    def rows(self, answers: Any) -> NumpyArray:
        """Return what each sample contributes: (n, columns) float64; raise CheckError."""

    def value(self, rows: NumpyArray) -> float:
        """Compute the metric of some rows, in its own scale; raise Undefined."""

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Compute it of many column sums at once: (draws, columns) → (draws,), NaN for undefined.

        Not called for the form WHOLE.
        """

    def interval(
        self, rows: NumpyArray, population: int, confidence: float = 0.95
    ) -> tuple[float, float] | None:
        """Give an interval by a formula, where the metric has one; None asks for a bootstrap.

        ``population`` is the size of what the rows were drawn from without replacement.
        """


# The arguments of a claim's metric → its scorer; raises Unsupported where they are not understood.
Make = Callable[[Mapping[str, JSON]], Scorer]


class Plain:
    """What most scorers have in common: no parameters, a share, no formula for an interval."""

    library: ClassVar[str] = "numpy"
    signature: str = ""
    bounds: tuple[float, float] = (0.0, 1.0)
    extremes: tuple[tuple[float, float], ...] = ()

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Asked of ratios and functions of sums only, which say it themselves."""
        raise NotImplementedError

    def interval(
        self, rows: NumpyArray, population: int, confidence: float = 0.95
    ) -> tuple[float, float] | None:
        """No formula holds for all; those that have one say it themselves."""
        return None


class Mean(Plain):
    """A scorer of the form MEAN; a subclass says what one sample contributes."""

    form: ClassVar[Form] = Form.MEAN

    def value(self, rows: NumpyArray) -> float:
        """Average the rows."""
        return float(rows[:, 0].mean())
