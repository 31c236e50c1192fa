"""Metrics of classes, against scikit-learn."""

import time
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from analysis.answers import Classes
from analysis.contract import CheckError, Unsupported
from analysis.scoring import Form, Undefined
from tests.analysis.scoring.computing import compute, scorer_of

SHARES = {
    "f1": oracle.f1_score,
    "precision": oracle.precision_score,
    "recall": oracle.recall_score,
}


def classes(right: Any, given_: Any, count: int = 0, scores: Any = None) -> Classes:
    names = tuple(f"c{number}" for number in range(count))
    return Classes(np.array(right), np.array(given_)[:, None], scores, names)


def drawn(count: int, n: int = 300, seed: int = 1) -> tuple[Any, Any]:
    draw = np.random.default_rng(seed)
    right = draw.integers(0, count, n)
    return right, np.where(draw.random(n) < 0.6, right, draw.integers(0, count, n))


@pytest.mark.parametrize("metric", SHARES)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("count", [2, 3, 40])
def test_averages_are_those_of_scikit_learn(metric: str, average: str, count: int):
    right, given_ = drawn(count)
    pieces = [classes(right[:90], given_[:90], count), classes(right[90:], given_[90:], count)]
    expected = SHARES[metric](right, given_, average=average, zero_division=0)
    assert compute(metric, pieces, average=average) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", SHARES)
@pytest.mark.parametrize("args", [{}, {"average": "binary"}])
@pytest.mark.parametrize(
    ("names", "positive"),
    [(("a", "b"), 1), (("positive", "negative"), 0), (("No", "Yes"), 1), (("1", "0"), 0), ((), 1)],
)
def test_of_two_classes_the_positive_one_counts(metric, args, names, positive):
    right, given_ = drawn(2)
    expected = SHARES[metric](right, given_, pos_label=positive, zero_division=0)
    answers = Classes(right, given_[:, None], None, names)
    assert compute(metric, answers, **args) == pytest.approx(expected, abs=1e-12)


def test_the_positive_class_is_named_in_the_signature():
    scorer = scorer_of("f1", Classes)
    scorer.rows(Classes(np.array([0, 1]), np.array([[0], [1]]), None, ("negative", "positive")))
    assert scorer.signature == "average=binary pos_label=1 (positive) zero_division=0"
    assert scorer.extremes == ((0, 0), (0, 1), (2, 2))


@pytest.mark.parametrize("metric", SHARES)
def test_without_an_average_more_than_two_classes_are_not_guessed(metric: str):
    with pytest.raises(Unsupported, match="does not say over which average") as caught:
        compute(metric, classes([0, 1, 2], [0, 1, 2], 3))
    assert caught.value.missing == "metric"


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40),
    st.sampled_from(["macro", "micro", "weighted"]),
    st.sampled_from(sorted(SHARES)),
)
@settings(max_examples=150, deadline=None)
def test_any_answers_agree_with_scikit_learn(pairs, average, metric):
    right, given_ = map(list, zip(*pairs, strict=True))
    expected = SHARES[metric](right, given_, average=average, zero_division=0)
    assert compute(metric, classes(right, given_, 5), average=average) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
@settings(max_examples=150, deadline=None)
def test_mcc_and_balanced_accuracy_agree_with_scikit_learn(pairs):
    right, given_ = map(list, zip(*pairs, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mcc = oracle.matthews_corrcoef(right, given_)
        balanced = oracle.balanced_accuracy_score(right, given_)
    assert compute("mcc", classes(right, given_, 4)) == pytest.approx(mcc, abs=1e-9)
    assert compute("balanced_accuracy", classes(right, given_, 4)) == pytest.approx(balanced)


def test_a_missing_answer_is_wrong():
    two = Classes(np.array([0, 1, 1]), np.array([[-1], [-1], [1]]), None, ("no", "yes"))
    three = classes([0, 1, 2], [-1, 1, -1], 3)
    assert compute("accuracy", two) == pytest.approx(1 / 3)
    assert compute("precision", two) == pytest.approx(1 / 2)  # the first became a false "yes"
    assert compute("recall", two) == pytest.approx(1 / 2)
    assert compute("f1", three, average="macro") == pytest.approx(1 / 3)
    assert compute("balanced_accuracy", three) == pytest.approx(1 / 3)
    assert compute("mcc", three) < compute("mcc", classes([0, 1, 2], [0, 1, -1], 3))


@pytest.mark.parametrize(
    ("metric", "args"),
    [
        ("accuracy", {}),
        ("f1", {}),
        ("f1", {"average": "macro"}),
        ("mcc", {}),
        ("auroc", {}),
        ("loss", {}),
        ("calibration_error", {}),
    ],
)
def test_labels_that_are_kept_back_leave_no_value(metric, args):
    hidden = Classes(np.array([0, -1]), np.array([[0], [-1]]), np.eye(2), ("a", "b"))
    with pytest.raises(CheckError, match="which class is right for 1 samples"):
        compute(metric, hidden, **args)


def test_a_network_that_ranks_nothing_hits_nothing():
    none = Classes(np.array([0, 1]), np.zeros((2, 0), int), None, ("a", "b"))
    assert compute("accuracy", none) == 0
    assert compute("balanced_accuracy", none) == 0
    assert compute("f1", none) == 0


def test_a_class_that_never_occurs_does_not_count():
    assert compute("f1", classes([0, 2], [0, 2], 4), average="macro") == 1
    assert compute("f1", classes([0, 2], [0, 1], 4), average="macro") == pytest.approx(1 / 3)
    assert compute("balanced_accuracy", classes([0, 2], [0, 1], 4)) == 1 / 2


def test_a_sample_that_hits_nothing_scores_0():
    for metric in SHARES:
        assert compute(metric, classes([0, 0], [0, 0], 2)) == 0
        assert compute(metric, classes([0, 1], [1, 0], 2), average="macro") == 0


@pytest.mark.parametrize(
    ("metric", "args", "says"),
    [
        ("f1", {"average": "samples"}, "average is 'samples'"),
        ("f1", {"average": 3}, "average is '3'"),
        ("f1", {"beta": 2}, "no argument 'beta'"),
        ("accuracy", {"average": "macro"}, "no argument 'average'"),
        ("auroc", {"average": "micro"}, "average is 'micro'"),
    ],
)
def test_arguments_that_are_not_understood_are_refused(metric, args, says):
    with pytest.raises(Unsupported, match=says):
        scorer_of(metric, Classes, **args)


def test_a_thousand_classes_take_seconds_and_little_memory():
    right, given_ = drawn(1_000, n=100_000)
    scorer = scorer_of("f1", Classes, average="macro")
    start = time.process_time()
    rows = scorer.rows(classes(right, given_, 1_000))
    value = scorer.value(rows)
    assert time.process_time() - start < 3
    assert rows.nbytes < 2_000_000
    assert value == pytest.approx(oracle.f1_score(right, given_, average="macro"))


@pytest.mark.parametrize(
    ("metric", "args", "form"),
    [
        ("accuracy", {}, Form.MEAN),
        ("top5_accuracy", {}, Form.MEAN),
        ("f1", {"average": "micro"}, Form.MEAN),
        ("recall", {"average": "weighted"}, Form.MEAN),
        ("f1", {}, Form.RATIO),
        ("precision", {"average": "binary"}, Form.RATIO),
        ("f1", {"average": "macro"}, Form.WHOLE),
        ("balanced_accuracy", {}, Form.WHOLE),
        ("auroc", {}, Form.WHOLE),
        ("loss", {}, Form.RATIO),
        ("calibration_error", {}, Form.SUMS),
    ],
)
def test_each_metric_has_the_most_telling_form_that_is_true(metric, args, form):
    assert scorer_of(metric, Classes, **args).form is form


# -- scores ------------------------------------------------------------------------------------


def softmax(logits: Any) -> Any:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def scored(count: int, n: int = 400, seed: int = 5) -> tuple[Any, Any]:
    draw = np.random.default_rng(seed)
    right = draw.integers(0, count, n)
    right[:count] = np.arange(count)
    logits = draw.normal(size=(n, count)).round(1)  # with ties
    logits[np.arange(n), right] += 1
    return right, logits


def of_scores(right: Any, scores: Any) -> Classes:
    return classes(right, scores.argmax(1), scores.shape[1], scores)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_areas_of_two_classes_are_those_of_scikit_learn(dtype):
    right, logits = scored(2)
    scores = softmax(logits).astype(dtype)
    answers = of_scores(right, scores)
    area = oracle.roc_auc_score(right, scores[:, 1])
    precision = oracle.average_precision_score(right, scores[:, 1])
    assert compute("auroc", answers) == pytest.approx(area, abs=1e-12)
    assert compute("average_precision", answers) == pytest.approx(precision, abs=1e-12)
    # Logits are ordered by their difference, as their probabilities are.
    assert compute("auroc", of_scores(right, logits)) == pytest.approx(area, abs=1e-3)


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_the_areas_of_many_classes_are_those_of_scikit_learn(average):
    right, logits = scored(5)
    scores = softmax(logits)
    area = oracle.roc_auc_score(right, scores, multi_class="ovr", average=average)
    precision = oracle.average_precision_score(np.eye(5)[right], scores, average=average)
    answers = of_scores(right, scores)
    assert compute("auroc", answers, average=average) == pytest.approx(area, abs=1e-12)
    found = compute("average_precision", answers, average=average)
    assert found == pytest.approx(precision, abs=1e-12)


def test_the_loss_is_scikit_learns():
    right, logits = scored(4)
    scores = softmax(logits)
    scores[0] = np.eye(4)[(right[0] + 1) % 4]  # a sample that is certainly wrong
    expected = oracle.log_loss(right, scores)
    assert compute("loss", of_scores(right, scores)) == pytest.approx(expected, rel=1e-12)


def test_the_calibration_error_is_the_mean_gap_of_its_bins():
    right, logits = scored(3)
    scores = softmax(logits * 3)
    confidence, is_right = scores.max(1), scores.argmax(1) == right
    expected = 0.0
    for low in np.arange(15) / 15:
        inside = (confidence > low) & (confidence <= low + 1 / 15)
        if inside.any():
            gap = abs(is_right[inside].mean() - confidence[inside].mean())
            expected += gap * inside.mean()
    found = compute("calibration_error", of_scores(right, scores))
    assert found == pytest.approx(expected, abs=1e-12)
    certain = Classes(np.array([0]), np.array([[0]]), np.array([[1.0, 0.0]]))
    assert compute("calibration_error", certain) == 0


@pytest.mark.parametrize("metric", ["loss", "calibration_error"])
@pytest.mark.parametrize("scores", [[[1.0, 2.0]], [[1e300, -1e300]], [[0.2, 0.2]], [[np.inf, 0]]])
def test_scores_that_are_no_probabilities_have_no_loss(metric, scores):
    with pytest.raises(CheckError, match="no probabilities"):
        compute(metric, classes([0], [0], 2, np.array(scores)))


def test_scores_that_are_missing_have_no_area():
    with pytest.raises(CheckError, match="no score to each"):
        compute("auroc", classes([0, 1], [0, 1], 2))
    with pytest.raises(CheckError, match="to some class of 1 samples"):
        compute("auroc", classes([0, 1], [0, 1], 2, np.array([[0.5, np.nan], [0.1, 0.9]])))


@pytest.mark.parametrize("metric", ["auroc", "average_precision"])
def test_a_class_that_never_occurs_has_no_area(metric):
    with pytest.raises(Undefined):
        compute(metric, classes([0, 0], [0, 0], 3, np.eye(3)[[0, 1]]))


def test_huge_scores_are_only_ordered():
    scores = np.array([[-1e300, 1e300], [1e300, -1e300], [0, 1e299]])
    assert compute("auroc", classes([1, 0, 1], [1, 0, 1], 2, scores)) == 1
