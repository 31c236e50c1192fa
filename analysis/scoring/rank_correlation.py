"""Kendall's correlation, by scipy."""

from collections.abc import Mapping

from scipy import stats

from analysis.answers import Numbers
from analysis.arrays import NumpyArray
from analysis.contract import JSON
from analysis.scoring import arguments
from analysis.scoring.forms import Whole
from analysis.scoring.numbers import both
from analysis.scoring.scorer import Make, Undefined


class Kendall(Whole):
    """Kendall's tau-b: pairs in order less pairs out of order, with ties counted apart."""

    library = "scipy"
    bounds: tuple[float, float] = (-1.0, 1.0)
    signature: str = "kendalltau variant=b"

    def rows(self, answers: Numbers) -> NumpyArray:
        """Both numbers of each sample; raise CheckError where one is missing."""
        return both(answers)

    def value(self, rows: NumpyArray) -> float:
        """Compute it; raise Undefined where one side is constant."""
        if len(rows) < 2 or (rows.min(axis=0) == rows.max(axis=0)).any():
            raise Undefined("A correlation needs numbers that differ, on both sides.")
        return float(stats.kendalltau(rows[:, 0], rows[:, 1]).statistic)


def _kendall(args: Mapping[str, JSON]) -> Kendall:
    arguments.only(args, "similarity")
    return Kendall()


SCORERS: Mapping[str, Make] = {"kendall": _kendall}
