"""Metrics of tags, against seqeval."""

import math
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval import metrics as oracle

from analysis.answers import Tags
from analysis.contract import CheckError, Unsupported
from analysis.scoring import Form
from analysis.scoring.tags import TYPES, entities
from tests.analysis.scoring.computing import compute, scorer_of

SHARES = {
    "f1": oracle.f1_score,
    "precision": oracle.precision_score,
    "recall": oracle.recall_score,
}
TAG = st.sampled_from(
    ["O", "B-PER", "I-PER", "E-PER", "S-PER", "B-LOC", "I-LOC", "I-A-B", "B", "I", "NOUN", "."]
)
SENTENCE = st.lists(st.tuples(TAG, TAG), max_size=9)


@pytest.fixture(autouse=True)
def _seqeval_may_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def tags(sentences) -> Tags:
    right = [[right for right, _ in sentence] for sentence in sentences]
    return Tags(right, [[given_ for _, given_ in sentence] for sentence in sentences])


@given(st.lists(TAG, max_size=12))
@settings(max_examples=400, deadline=None)
def test_entities_are_those_of_seqeval(sentence):
    from seqeval.metrics.sequence_labeling import get_entities

    assert list(entities(sentence)) == get_entities(sentence)


# Behind a full stop as a tag, seqeval begins an entity where one of another sentence began.
UNSTOPPED = st.lists(st.tuples(TAG, TAG).filter(lambda pair: "." not in pair), max_size=9)


@given(
    st.lists(UNSTOPPED, min_size=1, max_size=8),
    st.sampled_from(["micro", "macro", "weighted"]),
    st.sampled_from(sorted(SHARES)),
)
@settings(max_examples=200, deadline=None)
def test_any_tags_agree_with_seqeval(sentences, average, metric):
    answers = tags(sentences)
    expected = SHARES[metric](answers.right, answers.given, average=average, zero_division=0)
    # seqeval averages no types to NaN, where there is nothing to be found and nothing was found.
    expected = 0.0 if math.isnan(expected) else expected
    assert compute(metric, answers, average=average) == pytest.approx(float(expected))


@given(st.lists(SENTENCE.filter(bool), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_the_accuracy_of_tokens_is_seqevals(sentences):
    answers = tags(sentences)
    expected = oracle.accuracy_score(answers.right, answers.given)
    assert compute("accuracy", answers) == pytest.approx(expected)


def test_pieces_add_up_to_the_corpus():
    first = tags([[("B-PER", "B-PER"), ("O", "B-LOC")], [("B-ORG", "O")]])
    second = tags([[("B-LOC", "B-LOC"), ("I-LOC", "O")]])
    right = [*first.right, *second.right]
    given_ = [*first.given, *second.given]
    for average in ("micro", "macro", "weighted"):
        expected = oracle.f1_score(right, given_, average=average, zero_division=0)
        assert compute("f1", [first, second], average=average) == pytest.approx(expected)


def test_an_answer_that_is_missing_or_short_is_wrong():
    whole = Tags([["B-PER", "O", "O"]], [["B-PER", "O", "O"]])
    assert compute("accuracy", whole) == 1
    assert compute("accuracy", Tags(whole.right, [["B-PER", "", "O"]])) == pytest.approx(2 / 3)
    assert compute("accuracy", Tags(whole.right, [["B-PER"]])) == pytest.approx(1 / 3)
    assert compute("recall", Tags(whole.right, [["", "", ""]])) == 0
    with pytest.raises(CheckError, match="more tags than"):
        compute("f1", Tags([["O"]], [["O", "O"]]))


def test_too_many_types_are_refused():
    names = [[f"B-{number}" for number in range(TYPES + 1)]]
    assert compute("f1", Tags(names, names)) == 1
    with pytest.raises(CheckError, match="types of entities"):
        compute("f1", Tags(names, names), average="macro")


def test_without_an_average_it_is_seqevals_default():
    scorer = scorer_of("f1", Tags)
    assert scorer.signature.startswith("average=micro")
    assert scorer.form is Form.RATIO
    with pytest.raises(Unsupported):
        scorer_of("f1", Tags, average="binary")
