"""Shares and correlations with their intervals, against other implementations."""

import numpy as np
import pytest
from scipy import stats

from analysis import scoring
from analysis.contract import CheckError


@pytest.mark.parametrize(("correct", "n"), [(9173, 10_000), (0, 10), (10, 10), (1, 3)])
def test_the_share_of_a_full_split_has_wilsons_interval(correct: int, n: int):
    found = scoring.share(correct, n, n)
    expected = stats.binomtest(correct, n).proportion_ci(method="wilson")
    assert (found.value, found.n) == (correct / n, n)
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=1e-12)


def test_a_sample_of_most_of_the_split_has_a_narrower_interval():
    small = scoring.share(900, 1_000, 1_000_000)
    large = scoring.share(900, 1_000, 1_100)
    assert large.high - large.low < (small.high - small.low) / 2


@pytest.mark.parametrize("kind", ["spearman", "pearson"])
def test_correlations_are_those_of_scipy(kind: scoring.Correlation):
    draw = np.random.default_rng(3)
    first = draw.integers(0, 20, 500).astype(float)  # with ties
    second = first + draw.normal(size=500) * 9
    reference = stats.spearmanr if kind == "spearman" else stats.pearsonr
    found = scoring.correlation(kind, first, second, 500)
    assert found.value == pytest.approx(reference(first, second).statistic, abs=1e-12)
    assert -1 < found.low < found.value < found.high < 1


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_tiny_and_huge_scores_stay_in_range(scale: float):
    values = np.array([1.0, 2.0, 3.0, 5.0])
    assert scoring.pearson(values * scale, values) == pytest.approx(1)


@pytest.mark.parametrize(
    ("scores", "targets", "message"),
    [
        ([1, 1, 1, 1], [1, 2, 3, 4], "network gives each pair the same"),
        ([1, 2, 3, 4], [5, 5, 5, 5], "dataset gives each pair the same"),
        ([1, 2, 3], [1, 2, 3], "at least 4 pairs"),
    ],
)
def test_an_undefined_correlation_is_no_number(scores: list[int], targets: list[int], message: str):
    with pytest.raises(CheckError, match=message):
        scoring.correlation("spearman", np.array(scores, float), np.array(targets, float), 9)
