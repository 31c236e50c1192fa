"""Metrics of texts, against sacrebleu, rouge-score and jiwer, and SQuAD's by hand."""

from collections.abc import Callable
from typing import Any

import jiwer
import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from analysis.answers import Texts
from analysis.contract import CheckError, Unsupported
from analysis.scoring import Form, Undefined
from analysis.scoring.summaries import by_sentences
from tests.analysis.scoring.computing import compute, scorer_of

RIGHT = [
    "The cat sat on the mat, and it was happy.",
    "There is a dog in the house.",
    "No word of this was said!",
    "",
    "Ein  Haus   am See",
    "1,000 people came; 20 % of them stayed.",
]
GIVEN = [
    "the cat sat upon the mat and was happy.",
    "There is a dog in the house.",
    "",
    "something out of nothing",
    "Ein Haus an dem See",
    "1000 people came, 20% stayed",
]
WORDS = st.text(alphabet="ab c.,'\n", max_size=25)


def texts(right, given_) -> Texts:
    return Texts([[text] for text in right], given_)


def pieces(right, given_) -> list[Texts]:
    return [texts(right[:2], given_[:2]), texts(right[2:], given_[2:])]


# -- exact match and F1 -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "given_", "exact", "f1"),
    [
        (["Denver Broncos"], "denver broncos!", 1, 1),
        (["the Denver Broncos"], "A Denver  Broncos", 1, 1),
        (["Broncos"], "Denver Broncos", 0, 2 / 3),
        (["Carolina", "Denver Broncos"], "Broncos Denver", 0, 1),
        (["a b b"], "b b c", 0, 4 / 5),
        (["Denver"], "", 0, 0),
        (["Denver"], None, 0, 0),
        (["The"], "", 1, 1),  # nothing but an article: the script takes it for no answer
        ([], "", 1, 1),
        ([], None, 1, 1),
        ([], "the", 1, 1),
        ([], "Denver", 0, 0),
        (["", "Denver"], "Denver", 1, 1),
        (["don't"], "dont", 1, 1),
        (["Ünder"], "ünder", 1, 1),
    ],
)
def test_short_texts_are_compared_as_squads_script_does(right, given_, exact, f1):
    answers = Texts([right], [given_])
    assert compute("exact_match", answers) == exact
    assert compute("f1", answers) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("right", "given_", "exact"),
    [(["4"], "4", 1), (["a", "b"], "b", 1), (["Yes"], "yes", 0), (["4"], None, 0), ([], None, 1)],
)
def test_a_verbatim_match_is_to_the_letter(right, given_, exact):
    assert compute("exact_match", Texts([right], [given_]), normalizer="none") == exact


# -- translations -------------------------------------------------------------------------------

ORACLES: dict[str, Callable[..., Any]] = {
    "bleu": sacrebleu.corpus_bleu,
    "chrf": sacrebleu.corpus_chrf,
    "chrf_plus_plus": lambda given_, right: sacrebleu.corpus_chrf(given_, right, word_order=2),
    "ter": sacrebleu.corpus_ter,
}


@pytest.mark.parametrize("metric", ORACLES)
def test_translations_have_sacrebleus_scores(metric):
    expected = ORACLES[metric](GIVEN, [RIGHT]).score
    assert compute(metric, pieces(RIGHT, GIVEN)) == pytest.approx(expected / 100, abs=1e-14)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6), st.sampled_from(sorted(ORACLES)))
@settings(max_examples=100, deadline=None)
def test_any_translations_have_sacrebleus_scores(samples, metric):
    right, given_ = map(list, zip(*samples, strict=True))
    expected = ORACLES[metric](given_, [right]).score
    assert compute(metric, texts(right, given_)) == pytest.approx(expected / 100, abs=1e-12)


@pytest.mark.parametrize("metric", ORACLES)
def test_samples_may_have_several_right_texts(metric):
    second = ["A cat sat on a mat.", None, "Nobody said a word of it.", None, "Haus am See", None]
    both = [[text for text in pair if text is not None] for pair in zip(RIGHT, second, strict=True)]
    expected = ORACLES[metric](GIVEN, [RIGHT, second]).score
    answers = [Texts(both[:1], GIVEN[:1]), Texts(both[1:], GIVEN[1:])]
    assert compute(metric, answers) == pytest.approx(expected / 100, abs=1e-14)
    scorer = scorer_of(metric, Texts)
    for piece in (answers[0], texts(RIGHT, GIVEN)):  # two each, then one each
        scorer.rows(piece)
    assert "nrefs:var" in scorer.signature


@pytest.mark.parametrize("metric", ORACLES)
def test_the_signature_is_sacrebleus(metric):
    scorer = scorer_of(metric, Texts)
    scorer.rows(texts(RIGHT, GIVEN))
    assert "nrefs:1" in scorer.signature
    assert f"version:{sacrebleu.__version__}" in scorer.signature


def test_case_and_tokens_are_arguments():
    assert compute("bleu", texts(["A B C D"], ["a b c d"])) == 0
    assert compute("bleu", texts(["A B C D"], ["a b c d"]), lowercase=True) == pytest.approx(1)
    expected = sacrebleu.corpus_bleu(GIVEN, [RIGHT], tokenize="char").score
    found = compute("bleu", texts(RIGHT, GIVEN), tokenize="char")
    assert found == pytest.approx(expected / 100)
    assert compute("ter", texts(["A"], ["a"]), case_sensitive=True) == 1
    for args in ({"tokenize": "flores200"}, {"lowercase": "yes"}, {"smooth": 1}):
        with pytest.raises(Unsupported):
            scorer_of("bleu", Texts, **args)


@pytest.mark.parametrize("metric", ["bleu", "ter", "rouge1", "wer"])
def test_a_text_without_a_right_one_has_no_value(metric):
    with pytest.raises(CheckError, match="right text"):
        compute(metric, Texts([["a"], []], ["a", "b"]))


@pytest.mark.parametrize("metric", ["bleu", "chrf", "rouge1", "rougel"])
def test_a_missing_text_counts_as_nothing(metric):
    assert compute(metric, texts(["one two three four"], [None])) == 0
    assert compute(metric, texts(["one two three four"], ["one two three four"])) == pytest.approx(
        1
    )


# -- summaries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "variant", "field"),
    [
        ("rouge1", "rouge1", "fmeasure"),
        ("rouge2", "rouge2", "fmeasure"),
        ("rouge2_precision", "rouge2", "precision"),
        ("rouge2_recall", "rouge2", "recall"),
        ("rougel", "rougeL", "fmeasure"),
    ],
)
@pytest.mark.parametrize("stems", [True, False])
def test_summaries_have_the_scores_of_rouge_score(metric, variant, field, stems):
    scorer = RougeScorer([variant], use_stemmer=stems)
    expected = np.mean(
        [
            getattr(scorer.score(right, given_)[variant], field)
            for right, given_ in zip(RIGHT, GIVEN, strict=True)
        ]
    )
    found = compute(metric, pieces(RIGHT, GIVEN), use_stemmer=stems)
    assert found == pytest.approx(expected, abs=1e-12)
    assert stems is False or compute(metric, pieces(RIGHT, GIVEN)) == found


LONG = "Dogs ran home. Cats stayed out!\nNobody knew why."
OTHER = "Cats stayed out. Nobody knew. Dogs ran home."


@pytest.mark.parametrize(
    ("lines", "right", "given_"),
    [("newline", LONG, OTHER), ("sentence", by_sentences(LONG), by_sentences(OTHER))],
)
def test_lines_of_rouge_lsum_are_what_the_claim_says(lines, right, given_):
    expected = RougeScorer(["rougeLsum"], use_stemmer=True).score(right, given_)["rougeLsum"]
    found = compute("rougelsum", texts([LONG], [OTHER]), lines=lines)
    assert found == pytest.approx(expected.fmeasure)


def test_lines_that_are_not_said_are_not_guessed():
    with pytest.raises(Unsupported, match="over lines or sentences"):
        compute("rougelsum", texts([LONG], [OTHER]))
    one = texts(["A dog ran home."], ["The dog ran."])
    assert compute("rougelsum", one) == compute("rougel", one)
    assert compute("rougelsum", texts([LONG], [OTHER]), lines="newline") < compute(
        "rougelsum", texts([LONG], [OTHER]), lines="sentence"
    )


def test_the_best_of_several_summaries_counts():
    answers = Texts([["nothing alike", "a dog ran"]], ["a dog ran"])
    assert compute("rouge1", answers) == pytest.approx(1)


# -- speech -------------------------------------------------------------------------------------

RATES = {
    "wer": jiwer.wer,
    "cer": jiwer.cer,
    "mer": jiwer.mer,
    "wil": jiwer.wil,
    "wip": jiwer.wip,
}


@pytest.mark.parametrize("metric", RATES)
def test_error_rates_are_those_of_jiwer(metric):
    expected = RATES[metric](RIGHT, GIVEN)
    assert compute(metric, pieces(RIGHT, GIVEN)) == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(st.tuples(WORDS.filter(str.strip), WORDS), min_size=1, max_size=6),
    st.sampled_from(sorted(RATES)),
)
@settings(max_examples=100, deadline=None)
def test_any_texts_have_the_error_rates_of_jiwer(samples, metric):
    right, given_ = map(list, zip(*samples, strict=True))
    expected = RATES[metric](right, given_)
    assert compute(metric, texts(right, given_)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("normalizer", "wer"), [("none", 1), ("lower", 1 / 2), ("lower_no_punctuation", 0)]
)
def test_normalisation_is_an_argument(normalizer, wer):
    answers = texts(["Hello, World"], ["hello world"])
    assert compute("wer", answers, normalizer=normalizer) == wer
    assert normalizer in scorer_of("wer", Texts, normalizer=normalizer).signature
    with pytest.raises(Unsupported, match="normalizer"):
        scorer_of("wer", Texts, normalizer="whisper")


def test_contractions_are_one_of_them():
    answers = texts(["I CAN'T  go [noise]"], ["i can not go"])
    assert compute("wer", answers, normalizer="standardize") == 0


def test_an_answer_may_be_worse_than_none():
    assert compute("wer", texts(["a"], ["b c d e"])) == 4
    assert compute("wer", texts(["a b"], [None])) == 1
    assert scorer_of("wer", Texts).form is Form.RATIO
    with pytest.raises(Undefined):
        compute("wer", texts([""], ["a"]))
    with pytest.raises(CheckError, match="exactly one"):
        compute("wer", Texts([["a", "b"]], ["a"]))
