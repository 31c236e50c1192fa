"""Shares and correlations with their intervals, against other implementations."""

import numpy as np
import pytest
from scipy import stats

from analysis.answers import Classes, Numbers
from analysis.contract import CheckError
from analysis.scoring.classes import TopAccuracy
from analysis.scoring.numbers import Correlation, Kind, pearson


def ratings(given: list[float], right: list[float]) -> np.ndarray:
    return Correlation("spearman").rows(Numbers(np.array(right, float), np.array(given, float)))


def hits(correct: int, n: int) -> np.ndarray:
    right = np.zeros(n, int)
    return TopAccuracy().rows(Classes(right, (np.arange(n) >= correct).astype(int)[:, None]))


@pytest.mark.parametrize(("correct", "n"), [(9173, 10_000), (0, 10), (10, 10), (1, 3)])
def test_the_share_of_a_full_split_has_wilsons_interval(correct: int, n: int):
    rows = hits(correct, n)
    expected = stats.binomtest(correct, n).proportion_ci(method="wilson")
    assert TopAccuracy().value(rows) == correct / n
    assert TopAccuracy().interval(rows, n) == pytest.approx(tuple(expected), abs=1e-12)


def test_a_sample_of_most_of_the_split_has_a_narrower_interval():
    small = TopAccuracy().interval(hits(900, 1_000), 1_000_000)
    large = TopAccuracy().interval(hits(900, 1_000), 1_100)
    assert large[1] - large[0] < (small[1] - small[0]) / 2


@pytest.mark.parametrize("kind", ["spearman", "pearson"])
def test_correlations_are_those_of_scipy(kind: Kind):
    draw = np.random.default_rng(3)
    first = draw.integers(0, 20, 500).astype(float)  # with ties
    second = first + draw.normal(size=500) * 9
    reference = stats.spearmanr if kind == "spearman" else stats.pearsonr
    scorer = Correlation(kind)
    rows = scorer.rows(Numbers(second, first))
    value = scorer.value(rows)
    low, high = scorer.interval(rows, 500)
    assert value == pytest.approx(reference(first, second).statistic, abs=1e-12)
    assert -1 < low < value < high < 1


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_tiny_and_huge_scores_stay_in_range(scale: float):
    values = np.array([1.0, 2.0, 3.0, 5.0])
    assert pearson(values * scale, values) == pytest.approx(1)


@pytest.mark.parametrize(
    ("scores", "targets", "message"),
    [
        ([1, 1, 1, 1], [1, 2, 3, 4], "network gives each pair the same"),
        ([1, 2, 3, 4], [5, 5, 5, 5], "dataset gives each pair the same"),
        ([1, 2, 3], [1, 2, 3], "at least 4 pairs"),
        ([1, 2, float("nan"), 4], [1, 2, 3, 4], "no number for 1 of"),
    ],
)
def test_an_undefined_correlation_is_no_number(
    scores: list[float], targets: list[float], message: str
):
    with pytest.raises(CheckError, match=message):
        Correlation("spearman").value(ratings(scores, targets))
