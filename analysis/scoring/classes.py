"""Metrics of one class a sample."""

from collections.abc import Mapping

import numpy as np

from analysis import verdicts
from analysis.answers import Classes
from analysis.arrays import NumpyArray
from analysis.contract import JSON, Unsupported
from analysis.scoring.scorer import Make, Mean

TOP = 5


class TopAccuracy(Mean):
    """The share of samples whose right class is among the first ``k`` answers."""

    def __init__(self, k: int = 1) -> None:
        self.k = k
        self.signature: str = f"top {k}"

    def rows(self, answers: Classes) -> NumpyArray:
        """1 where the right class is there, else 0."""
        is_right: NumpyArray = (answers.ranked[:, : self.k] == answers.right[:, None]).any(1)
        return is_right[:, None].astype(np.float64)

    def interval(self, rows: NumpyArray, population: int) -> tuple[float, float]:
        """Wilson's interval, with the finite population correction on a sample."""
        n = len(rows)
        whole = population if n < population else None
        return verdicts.wilson(float(rows.sum()), n, population=whole)


def _top(k: int, args: Mapping[str, JSON]) -> TopAccuracy:
    if args:
        raise Unsupported(f"Accuracy takes no argument {sorted(args)[0]!a}.", "metric")
    return TopAccuracy(k)


SCORERS: Mapping[str, Make] = {
    "accuracy": lambda args: _top(1, args),
    "top5_accuracy": lambda args: _top(TOP, args),
}
