"""Words and letters of texts in any script, and the case of words."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.perturbations.splitting import (
    begins_sentence,
    edit_distance,
    find_words,
    letters_of,
    with_case_of,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Don't stop, it's good-natured!", ["Don't", "stop", "it's", "good", "natured"]),
        ("the boys\u2019 dog\u2019s \u2018tail\u2019", ["the", "boys", "dog\u2019s", "tail"]),
        ("mp3 4you abc_def C3PO plain", ["plain"]),
        ("mail a@b.org, see https://b.org/good or www.b.org #good ok", ["mail", "see", "or", "ok"]),
        ("nai\u0308ve cafe\u0301", ["nai\u0308ve", "cafe\u0301"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("\u2764\ufe0f love \U0001f468\u200d\U0001f467", ["love"]),
        ("привет, \u05e9\u05dc\u05d5\u05dd", ["привет", "\u05e9\u05dc\u05d5\u05dd"]),
        ("tab\tnew\nline\u00a0gap", ["tab", "new", "line", "gap"]),
    ],
)  # fmt: skip
def test_words_are_found(text: str, expected: list[str]):
    words = find_words(text)
    assert [word.text for word in words] == expected
    assert all(text[word.start : word.end] == word.text for word in words)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_words_stand_where_they_say_and_letters_make_them(text: str):
    ends = 0
    for word in find_words(text):
        assert ends <= word.start < word.end
        assert text[word.start : word.end] == word.text
        assert "".join(letters_of(word.text)) == word.text
        ends = word.end


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "x'" * 100_000, "@a " * 60_000, "a0" * 100_000, "e\u0301" * 90_000]
)
def test_long_texts_take_time_in_proportion(text: str):
    began = time.process_time()
    find_words(text)
    assert time.process_time() - began < 2


def test_a_letter_keeps_its_marks():
    assert letters_of("nai\u0308ve") == ["n", "a", "i\u0308", "v", "e"]
    assert letters_of("cafe") == ["c", "a", "f", "e"]


@pytest.mark.parametrize(
    ("model", "word", "expected"),
    [
        ("good", "great", "great"),
        ("Good", "great", "Great"),
        ("GOOD", "great", "GREAT"),
        ("I", "you", "You"),
        ("gOOd", "great", None),
        ("iPhone", "phone", None),
        ("Don't", "do not", "Do not"),
        ("DON'T", "do not", "DO NOT"),
    ],
)
def test_case_is_kept(model: str, word: str, expected: str | None):
    assert with_case_of(model, word) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("^Film", True),
        ("Yes. ^Film", True),
        ("Yes! \u201c^Film", True),
        ("one\n^Film", True),
        ("the ^Film", False),
        ("Mr, ^Film", False),
        ("(^Film", True),
    ],
)
def test_sentences_begin_behind_an_end(text: str, expected: bool):
    assert begins_sentence(text.replace("^", ""), text.index("^")) is expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "abbc", 1),
        ("abc", "axc", 1),
        ("film", "movie", 5),
        ("ca", "abc", 3),
        ("cafe\u0301", "cafe", 1),
    ],
)
def test_edits_are_counted(first: str, second: str, expected: int):
    assert edit_distance(first, second) == edit_distance(second, first) == expected


@settings(deadline=None)
@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_a_distance_is_none_for_equals_alone_and_never_too_large(first: str, second: str):
    found = edit_distance(first, second)
    assert (found == 0) == (first == second)
    assert abs(len(first) - len(second)) <= found <= max(len(first), len(second))
