"""Metrics of sets of classes, against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from analysis.answers import LabelSets
from analysis.contract import CheckError, Unsupported
from analysis.scoring import Form, Undefined
from tests.analysis.scoring.computing import compute, scorer_of

SHARES = {
    "f1": oracle.f1_score,
    "precision": oracle.precision_score,
    "recall": oracle.recall_score,
}
AVERAGES = ["macro", "micro", "weighted", "samples"]


def sets(right, chosen, scores=None) -> LabelSets:
    right, chosen = np.array(right, bool), np.array(chosen, bool)
    return LabelSets(right, chosen, chosen.astype(float) if scores is None else scores)


def drawn(n: int = 200, count: int = 6):
    draw = np.random.default_rng(2)
    right = draw.random((n, count)) < 0.3
    right[:, -1] = False  # a class that never occurs
    scores = (right * 0.4 + draw.random((n, count))).round(2)
    return right, scores > 0.7, scores


@pytest.mark.parametrize("metric", SHARES)
@pytest.mark.parametrize("average", AVERAGES)
def test_averages_are_those_of_scikit_learn(metric, average):
    right, chosen, _ = drawn()
    pieces = [sets(right[:50], chosen[:50]), sets(right[50:], chosen[50:])]
    expected = SHARES[metric](right, chosen, average=average, zero_division=0)
    assert compute(metric, pieces, average=average) == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(st.tuples(*[st.booleans()] * 6), min_size=1, max_size=20),
    st.sampled_from(AVERAGES),
    st.sampled_from(sorted(SHARES)),
)
@settings(max_examples=150, deadline=None)
def test_any_sets_agree_with_scikit_learn(samples, average, metric):
    table = np.array(samples)
    right, chosen = table[:, :3], table[:, 3:]
    expected = SHARES[metric](right, chosen, average=average, zero_division=0)
    assert compute(metric, sets(right, chosen), average=average) == pytest.approx(expected)


def test_whole_sets_and_their_parts_are_counted():
    right, chosen, _ = drawn()
    answers = sets(right, chosen)
    accuracy = oracle.accuracy_score(right, chosen)
    assert compute("accuracy", answers) == pytest.approx(accuracy)
    hamming = oracle.hamming_loss(right, chosen)
    assert compute("hamming_loss", answers) == pytest.approx(hamming)


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
def test_areas_are_those_of_scikit_learn(average):
    right, chosen, scores = drawn()
    right[0, -1] = True
    answers = sets(right, chosen, scores)
    area = oracle.roc_auc_score(right, scores, average=average)
    precision = oracle.average_precision_score(right, scores, average=average)
    assert compute("auroc", answers, average=average) == pytest.approx(area, abs=1e-12)
    found = compute("average_precision", answers, average=average)
    assert found == pytest.approx(precision, abs=1e-12)
    assert (average == "macro") is (compute("auroc", answers) == pytest.approx(area, abs=1e-12))


@pytest.mark.parametrize("metric", ["auroc", "average_precision"])
def test_a_class_that_never_occurs_has_no_area(metric):
    with pytest.raises(Undefined):
        compute(metric, sets(*drawn()))


def test_scores_that_are_missing_have_no_area():
    right, chosen, scores = drawn()
    scores[3, 0] = np.nan
    with pytest.raises(CheckError, match="some class of 1 samples"):
        compute("auroc", sets(right, chosen, scores))


@pytest.mark.parametrize("metric", SHARES)
def test_without_an_average_nothing_is_guessed(metric):
    with pytest.raises(Unsupported, match="does not say over which average"):
        scorer_of(metric, LabelSets)


def test_forms():
    assert scorer_of("f1", LabelSets, average="micro").form is Form.RATIO
    assert scorer_of("f1", LabelSets, average="samples").form is Form.MEAN
    assert scorer_of("f1", LabelSets, average="macro").form is Form.SUMS
    assert scorer_of("auroc", LabelSets).form is Form.WHOLE
