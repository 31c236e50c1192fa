"""Changes that must not matter, random slips, and what a network answers to them."""

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.contract import CheckError
from analysis.perturbations.invariance import CHANGES, Answers, check_invariance
from analysis.perturbations.noise import check_noise, noisy
from analysis.perturbations.splitting import find_words
from tests.analysis.perturbations import reviews
from tests.analysis.perturbations.reviews import Counting, constant, rough

GERMAN = "Wir haben 5 Hunde und 30000 Katzen in einem Garten gesehen"
MAKE = {change.name: change.make for change in CHANGES}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("lower", "It's A Café", "it's a café"),
        ("upper", "it's a café", "IT'S A CAFÉ"),
        ("title", "it's a gOOd day", "It's A Good Day"),
        ("no_full_stop", "Good. Bad.", "Good. Bad"),
        ("no_full_stop", "\u201cGood.\u201d ", "\u201cGood\u201d "),
        ("no_full_stop", "Good...", "Good..."),
        ("no_full_stop", "Good?", "Good?"),
        ("full_stop", "Good ", "Good. "),
        ("full_stop", "Good!", "Good!"),
        ("full_stop", "你好", "你好"),
        ("full_stop", "", ""),
        ("no_end_mark", "Good?!\u201d", "Good\u201d"),
        ("no_punctuation", 'So: "good", 3.5 of 5, at 10:30!', "So good 3.5 of 5 at 10:30"),
        ("no_punctuation", "here; e.g. (there)", "here e.g there"),
        ("no_punctuation", "wait...what \u2014 a well-known one", "wait what a well-known one"),
        ("no_punctuation", "(a@b.org, https://b.org/?a=b), x", "(a@b.org, https://b.org/?a=b), x"),
        ("no_punctuation", "\u2764\ufe0f fine. \U0001f600", "\u2764\ufe0f fine \U0001f600"),
        ("double_spaces", "a b  c\nd", "a  b  c\nd"),
        ("leading_space", "a", " a"),
        ("trailing_space", "a", "a "),
        ("new_line", "one two three four", "one two\nthree four"),
        ("tab", "one two", "one\ttwo"),
        ("tab", "one", "one"),
        ("no_break_spaces", "a b c", "a\u00a0b\u00a0c"),
        ("curly_quotes", "\"It's\" ('good')", "\u201cIt\u2019s\u201d (\u2018good\u2019)"),
        ("straight_quotes", "\u201cIt\u2019s\u201d", "\"It's\""),
        ("decomposed", "café", "cafe\u0301"),
        ("borrowed_accents", "a naïve man in años", "a naive man in años"),
        ("no_accents", "años й हि naïve", "anos й हि naive"),
        ("thousands", "1,000,000 of 5,000", "1000000 of 5000"),
        ("thousands", "12000 in 1999", "12,000 in 1999"),
        ("thousands", "at 10:3000 for 0012 or 5.2500", "at 10:3000 for 0012 or 5.2500"),
        ("number_words", "5 of 12 in 2012, 3.5, 4/5, 7th", "five of twelve in 2012, 3.5, 4/5, 7th"),
        ("number_words", GERMAN, GERMAN),
        ("thousands", GERMAN, GERMAN),
    ],
)  # fmt: skip
def test_each_change(name: str, text: str, expected: str):
    assert MAKE[name](text) == expected


@settings(deadline=None)
@given(st.text(max_size=40))
def test_changes_take_any_text(text: str):
    for change in CHANGES:
        assert isinstance(change.make(text), str)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "." * 99_999 + "a",
        " " * 99_999 + "\u2014",
        "a" + " ." * 50_000,
        "\"'" * 50_000,
        "1,111" * 20_000,
        "5 " * 50_000,
        "e" + "\u0301\u0316" * 50_000,
        "a\u0301 caf\u00e9 " * 15_000,
    ],
)
def test_long_texts_take_time_in_proportion(text: str):
    for change in CHANGES:
        began = time.process_time()
        change.make(text)
        assert time.process_time() - began < 2, change.name


def test_only_white_space_changes_where_it_says_so():
    text = "It's  a good\nday, isn't it? "
    for name in (
        "double_spaces",
        "leading_space",
        "trailing_space",
        "new_line",
        "tab",
        "no_break_spaces",
    ):
        other = MAKE[name](text)
        assert other != text
        assert other.split() == text.split()


def by_name(found: list[Answers]) -> dict[str, Answers]:
    return {answers.name: answers for answers in found}


def test_a_network_that_looks_at_case_alone_changes_with_it_alone():
    texts = ["Good and fine.", "good and fine.", "GOOD AND FINE.", ""]

    def ask(asked: Any) -> Any:
        score = np.array([sum(map(str.isupper, text)) - 0.5 for text in asked])
        return np.stack([-score, score], 1)

    found = by_name(check_invariance(ask, texts))
    assert list(found) == [change.name for change in CHANGES]
    changed = {name for name, one in found.items() if (one.before != one.after).any()}
    assert changed == {"lower", "upper", "title"}
    assert found["lower"].applies.tolist() == [True, False, True, False]
    assert found["lower"].before.tolist() == [1, 0, 1, 0]
    assert found["lower"].after.tolist() == [0, 0, 0, 0]
    assert found["upper"].after.tolist() == [1, 1, 1, 0]


def test_only_what_applies_is_asked_in_full_batches():
    texts, _ = reviews.reviews(40)
    ask = Counting(constant)
    found = check_invariance(ask, texts, batch=32)
    asked = sum(int(one.applies.sum()) for one in found)
    assert len(ask.texts) == 40 + asked
    assert set(ask.batches) - {32} == {40 % 32, asked % 32} - {0}
    assert not any((one.before != one.after).any() for one in found)


def test_answers_are_the_same_in_any_batch():
    texts, _ = reviews.reviews(20)
    expected = check_invariance(rough, texts)
    for one, other in zip(expected, check_invariance(rough, texts, batch=3), strict=True):
        np.testing.assert_array_equal(one.after, other.after)
    assert any((one.before != one.after).any() for one in expected)


def test_of_pairs_one_text_or_both_are_changed():
    pairs = [("One.", "Two.")]
    for which, expected in ((None, ("ONE.", "TWO.")), (0, ("ONE.", "Two.")), (1, ("One.", "TWO."))):
        ask = Counting(constant)
        check_invariance(ask, pairs, which=which)  # type: ignore[arg-type]
        assert expected in ask.texts


def test_no_texts_and_no_logits():
    assert all(not one.applies.size for one in check_invariance(constant, []))
    with pytest.raises(CheckError):
        check_invariance(lambda texts: np.zeros((len(texts), 1)), ["a"])
    sizes = iter((2, 3))
    with pytest.raises(CheckError, match="numbers of classes"):
        check_invariance(lambda texts: np.zeros((len(texts), next(sizes))), ["a", "b"], batch=1)


@pytest.mark.parametrize("recipe", ["characters", "words", "both"])
def test_noise_changes_the_share_that_it_says(recipe: Any):
    text = "The movie was terrible and the errors amused nobody in the huge house " * 3
    words = find_words(text)
    for share in (0.01, 0.1, 0.2):
        differ = sum(
            a != b
            for a, b in zip(
                text.split(),
                noisy(text, 5, recipe=recipe, share=share, seed=1).split(),
                strict=True,
            )
        )
        assert differ == max(1, round(share * len(words)))
    assert noisy(text, 5, recipe=recipe, share=0.2, seed=1) != noisy(
        text, 6, recipe=recipe, share=0.2, seed=1
    )
    assert noisy("", 5, recipe=recipe, share=0.2, seed=1) == ""


def test_noise_counts_a_contraction_as_two_words():
    text = "we do not know it"
    assert noisy(text, 0, recipe="words", share=0.2, seed=0) == text
    assert noisy(text, 0, recipe="words", share=0.4, seed=0) == "we don't know it"


def test_noise_is_asked_at_each_share():
    texts, labels = reviews.reviews(60)
    ask = reviews.BagOfWords(texts, labels)
    found = check_noise(ask, texts, range(60), shares=(0.1, 0.8), seed=0)
    changed = [(one.before != one.after).mean() for one in found]
    assert [one.name for one in found] == ["characters_0.1", "characters_0.8"]
    assert changed[0] < changed[1]
    again = check_noise(ask, texts, range(60), shares=(0.1, 0.8), seed=0, batch=7)
    np.testing.assert_array_equal(found[1].after, again[1].after)
