"""The three forms of a scorer that are no mean: what they have in common."""

from typing import ClassVar

import numpy as np

from analysis.arrays import NumpyArray
from analysis.scoring.scorer import Form, Plain, Undefined


class Ratio(Plain):
    """A scorer of the form RATIO: the metric grows with (sum of first) / (sum of second).

    ``to_metric`` makes the metric of that ratio and ``to_ratio`` the ratio of a metric; both are
    the same number unless a subclass says otherwise (a perplexity is e to the power of a ratio).
    ``empty`` is the metric where the second sum is 0; None where there is none then.
    """

    form: ClassVar[Form] = Form.RATIO
    empty: float | None = None

    def to_metric(self, ratio: NumpyArray) -> NumpyArray:
        """Make the metric of the ratio; grows with it."""
        return ratio

    def to_ratio(self, value: float) -> float:
        """Make the ratio of the metric."""
        return value

    def value(self, rows: NumpyArray) -> float:
        """Divide the sums; raise Undefined where there is nothing to divide by."""
        value = float(self.values(_sums(rows))[0])
        if np.isnan(value):
            raise Undefined("The metric divides by a sum that is zero here.")
        return value

    def values(self, sums: NumpyArray) -> NumpyArray:
        """Divide each pair of sums, NaN where there is nothing to divide by."""
        first, second = sums[:, 0], sums[:, 1]
        with np.errstate(all="ignore"):
            values = self.to_metric(first / second)
        empty = np.nan if self.empty is None else self.empty
        return np.where(second > 0, values, empty)


class Sums(Plain):
    """A scorer of the form SUMS; a subclass gives ``rows`` and ``values``."""

    form: ClassVar[Form] = Form.SUMS

    def value(self, rows: NumpyArray) -> float:
        """Compute the metric of the sums; raise Undefined where it has none."""
        value = float(self.values(_sums(rows))[0])
        if np.isnan(value):
            raise Undefined("The metric has no value on these answers.")
        return value


class Whole(Plain):
    """A scorer of the form WHOLE; a subclass gives ``rows`` and ``value``."""

    form: ClassVar[Form] = Form.WHOLE


def _sums(rows: NumpyArray) -> NumpyArray:
    with np.errstate(over="ignore"):
        sums: NumpyArray = rows.sum(axis=0, dtype=np.float64, keepdims=True)
    return sums
