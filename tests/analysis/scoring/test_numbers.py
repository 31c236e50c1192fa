"""Metrics of numbers, and of pairs told apart by a number, against scikit-learn and scipy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as oracle

from analysis.answers import Numbers
from analysis.contract import CheckError
from analysis.scoring import Form, Undefined
from tests.analysis.scoring.computing import compute, scorer_of

ORACLES = {
    "mse": oracle.mean_squared_error,
    "mae": oracle.mean_absolute_error,
    "rmse": oracle.root_mean_squared_error,
    "r2": oracle.r2_score,
    "kendall": lambda right, given_: stats.kendalltau(right, given_).statistic,
    "spearman": lambda right, given_: stats.spearmanr(right, given_).statistic,
    "pearson": lambda right, given_: stats.pearsonr(right, given_).statistic,
}


def numbers(right, given_) -> Numbers:
    return Numbers(np.array(right, float), np.array(given_, float))


@pytest.mark.parametrize("metric", ORACLES)
@pytest.mark.parametrize("offset", [0, 1e6])
def test_metrics_are_those_of_their_libraries(metric, offset):
    draw = np.random.default_rng(4)
    right = draw.normal(size=300).round(1) + offset
    given_ = right + draw.normal(size=300).round(1)
    pieces = [numbers(right[:7], given_[:7]), numbers(right[7:], given_[7:])]
    assert compute(metric, pieces) == pytest.approx(ORACLES[metric](right, given_), rel=1e-9)


@given(
    st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2), min_size=2, max_size=30),
    st.sampled_from(["mse", "mae", "rmse"]),
)
@settings(max_examples=100, deadline=None)
def test_any_errors_agree_with_scikit_learn(pairs, metric):
    right, given_ = map(list, zip(*pairs, strict=True))
    expected = ORACLES[metric](right, given_)
    assert compute(metric, numbers(right, given_)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("given_", "expected"), [([2, 2, 2], 1), ([2, 2, 3], 0)])
def test_r2_of_constant_numbers_is_scikit_learns(given_, expected):
    assert compute("r2", numbers([2, 2, 2], given_)) == expected
    assert oracle.r2_score([2, 2, 2], given_) == expected


def test_huge_numbers_overflow_without_a_warning():
    right, given_ = [1e300, -1e300, 1.0, 2.0], [-1e300, 1e300, 1.0, 2.0]
    assert (
        scorer_of("mse", Numbers).value(scorer_of("mse", Numbers).rows(numbers(right, given_)))
        == math.inf
    )
    assert compute("mae", numbers(right, given_)) == pytest.approx(1e300)
    assert compute("r2", numbers(right, given_)) == pytest.approx(-3)


@pytest.mark.parametrize("metric", [*ORACLES, "pair_f1"])
def test_a_number_that_is_missing_leaves_no_value(metric):
    with pytest.raises(CheckError, match="no number for 1 of"):
        compute(metric, numbers([0, 1, 0, 1], [1, 2, math.nan, 4]))


@pytest.mark.parametrize("metric", ["r2", "kendall", "spearman"])
def test_one_sample_is_too_few(metric):
    with pytest.raises(Undefined):
        compute(metric, numbers([1], [1]))


# -- pairs -------------------------------------------------------------------------------------


def by_hand(right, given_, metric):
    """Try every threshold between two neighbours of the order."""
    order = sorted(range(len(right)), key=lambda number: -given_[number])
    best = {"accuracy": 0.0, "f1": 0.0, "precision": 0.0, "recall": 0.0}
    for cut in range(1, len(right)):
        chosen = np.zeros(len(right), int)
        chosen[order[:cut]] = 1
        best["accuracy"] = max(best["accuracy"], oracle.accuracy_score(right, chosen))
        f1 = oracle.f1_score(right, chosen, zero_division=0)
        if f1 > best["f1"] + 1e-12:
            best["f1"] = f1
            best["precision"] = oracle.precision_score(right, chosen)
            best["recall"] = oracle.recall_score(right, chosen)
    return best[metric]


@pytest.mark.parametrize("metric", ["accuracy", "f1", "precision", "recall"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pairs_are_told_apart_at_the_best_threshold(metric, seed):
    draw = np.random.default_rng(seed)
    right = draw.integers(0, 2, 60)
    given_ = right * 0.5 + draw.normal(size=60)
    expected = by_hand(right, given_, metric)
    assert compute(f"pair_{metric}", numbers(right, given_)) == pytest.approx(expected)


def test_the_average_precision_of_pairs_is_scikit_learns():
    draw = np.random.default_rng(6)
    right = draw.integers(0, 2, 90)
    given_ = (right * 0.5 + draw.normal(size=90)).round(1)
    expected = oracle.average_precision_score(right, given_)
    assert compute("pair_average_precision", numbers(right, given_)) == pytest.approx(expected)


def test_pairs_need_labels():
    with pytest.raises(CheckError, match="no labels of alike"):
        compute("pair_f1", numbers([0, 1, 0.5], [1, 2, 3]))
    with pytest.raises(Undefined):
        compute("pair_f1", numbers([0, 0, 0], [1, 2, 3]))


def test_forms():
    forms = {metric: scorer_of(metric, Numbers).form for metric in ORACLES}
    assert {metric for metric, form in forms.items() if form is Form.RATIO} == {
        "mse", "mae", "rmse",
    }  # fmt: skip
