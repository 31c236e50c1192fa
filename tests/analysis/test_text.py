"""Text and JSON from outside, made safe to store."""

import json
import math
import time
import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.text import (
    KEY_LIMIT,
    MARKS_LIMIT,
    clean_json,
    clean_parsed_json,
    clean_text,
    clean_texts,
    replace_forbidden,
)

# hypothesis leaves surrogates out of text() unless they are asked for.
any_text = st.text(st.characters(), max_size=200)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.binary(max_size=20)
    | st.dates() | st.datetimes(),
    lambda children: st.lists(children, max_size=5)
    | st.dictionaries(any_text | st.integers() | st.none() | st.booleans(), children, max_size=5),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("plain", "plain"),
        ("a\x00b", "a\ufffdb"),
        ("a\x07\x1bb", "a\ufffd\ufffdb"),
        ("keeps\n\ttabs", "keeps\n\ttabs"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("e\u0301", "\u00e9"),
        ("\u202eright to left stays", "\u202eright to left stays"),
    ],
)
def test_clean_text_replaces_what_cannot_be_stored(dirty, clean):
    assert clean_text(dirty) == clean


def test_clean_text_cuts_to_the_limit():
    assert clean_text("abcdef", 3) == "abc"
    assert clean_text("\u00e9" * 10, 3) == "\u00e9" * 3


def test_clean_text_is_quick_on_runs_of_marks_that_python_sorts_in_quadratic_time():
    start = time.process_time()
    cleaned = clean_text("a" + "\u0301\u0316" * 200_000)
    assert time.process_time() - start < 2
    assert len(cleaned) <= 1 + MARKS_LIMIT


@given(any_text, st.integers(0, 50))
def test_clean_text_can_always_be_stored(dirty, limit):
    cleaned = clean_text(dirty, limit)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert len(cleaned) <= limit
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean_text(cleaned, limit) == cleaned


@given(
    st.text(
        st.sampled_from("ae\u0301\u0316\u0344\u0f73\u0f75\u1e9b\u0323\uac00\u11a8"), max_size=120
    )
)
def test_clean_text_twice_is_clean_text_once_for_marks(dirty):
    assert clean_text(clean_text(dirty)) == clean_text(dirty)


@given(any_text)
def test_replace_forbidden_keeps_every_position(dirty):
    assert len(replace_forbidden(dirty)) == len(dirty)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (math.inf, None),
        (1.5, 1.5),
        (True, True),
        (2**62, 2**62),
        (2**70, str(2**70)),
        pytest.param(10**5000, None, id="more digits than Python prints"),
        (date(2022, 2, 1), "2022-02-01"),
        (datetime(2022, 2, 1, 3, 4), "2022-02-01T03:04:00"),  # noqa: DTZ001 - as YAML gives it
        (b"\xff\x00a", "\ufffd\ufffda"),
        ({"a\x00": ["\ud800", (1, {2})]}, {"a\ufffd": ["\ufffd", [1, [2]]]}),
        ({1: "a", None: "b", False: "c"}, {"1": "a", "null": "b", "false": "c"}),
        (object(), None),
    ],
)
def test_clean_json_turns_values_into_json(value, expected):
    assert clean_json(value) == expected


def test_clean_json_ends_on_cycles_and_alias_bombs():
    cycle: list[object] = []
    cycle.append(cycle)
    bomb: list[object] = ["lol"]
    for _ in range(40):
        bomb = [bomb, bomb, bomb]
    assert json.dumps(clean_json(cycle)).count("[") == 64
    assert len(json.dumps(clean_json(bomb, items=1_000))) < 20_000


def test_clean_json_leaves_out_what_is_too_deep_or_too_much():
    assert clean_json([[[1]]], depth=2) == [[None]]
    assert clean_json([1, 2, 3, 4], items=3) == [1, 2]
    assert clean_json({"a": 1, "b": 2, "c": 3}, items=2) == {"a": 1}


@given(any_json)
def test_clean_json_can_always_be_stored(value):
    text = json.dumps(clean_json(value), allow_nan=False, ensure_ascii=False)
    text.encode("utf-8")
    assert "\\u0000" not in json.dumps(clean_json(value))


# What a parser of JSON gives: text keys only, and no bytes or dates.
parsed_json = st.recursive(
    st.none() | st.booleans() | st.floats() | any_text
    | st.integers() | st.integers(-(2**80), 2**80) | st.sampled_from([2**63 - 1, 2**63, -(2**63)])
    | st.sampled_from(["", '"', "\\u0000", "\\", "[" * 80, "a" * 1_200, "e\u0301", "\u0301" * 40]),
    lambda children: st.lists(children, max_size=5)
    | st.dictionaries(any_text | st.sampled_from(["k" * 1_200, "\u0301"]), children, max_size=5),
    max_leaves=20,
)  # fmt: skip


def written(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@given(parsed_json)
def test_clean_parsed_json_is_clean_json_written(value):
    assert clean_parsed_json(value) == written(clean_json(value))


@pytest.mark.parametrize("depth", [1, 62, 63, 64, 65, 66, 5_000])
@pytest.mark.parametrize("is_list", [True, False])
def test_clean_parsed_json_is_clean_json_written_at_any_depth(depth, is_list):
    value: object = 1
    for _ in range(depth):
        value = [value] if is_list else {"a": value}
    assert clean_parsed_json(value) == written(clean_json(value))


@pytest.mark.parametrize("number", [1, 99_999, 149_000, 199_998, 199_999, 200_000, 300_000])
def test_clean_parsed_json_is_clean_json_written_at_any_length(number):
    for value in ([1] * number, {"a": [0] * number, "b": 1}):
        assert clean_parsed_json(value) == written(clean_json(value))


@given(st.lists(any_text | st.text("ab\x7f\n", max_size=12), max_size=5), st.integers(0, 10))
def test_clean_texts_is_clean_text_of_each(dirty, limit):
    assert clean_texts(dirty, limit) == [clean_text(text, limit) for text in dirty]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.integers(10**18 - 1, 10**18 + 1)
        | st.floats()
        | any_text
        | st.text('a\\"\x00\x7f\n', max_size=9)
        | st.just("k" * (KEY_LIMIT + 1)),
        lambda children: (
            st.lists(children, max_size=5)
            | st.dictionaries(any_text | st.just("k" * (KEY_LIMIT + 1)), children, max_size=5)
        ),
        max_leaves=20,
    )
)
def test_parsed_json_is_cleaned_as_any_other(value):
    assert clean_parsed_json(value) == json.dumps(
        clean_json(value), ensure_ascii=False, separators=(",", ":")
    )
