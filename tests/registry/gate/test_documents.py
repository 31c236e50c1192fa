"""Hostile YAML and JSON."""

import json

import pytest

from registry.gate.documents import MAX_DEPTH, Unreadable, front_matter, load_json, load_yaml


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("---\nlicense: mit\n---\n# x", {"license": "mit"}),
        ("\ufeff---\r\nlicense: mit\r\n---\r\n", {"license": "mit"}),
        ("\n---\na: 1\n---", {"a": 1}),
        ("---\na: |\n  x\n  ---- y\n---\n", {"a": "x\n---- y\n"}),
        ("# no head\n---\na: 1\n---\n", {}),
        ("---\na: 1\n", {}),
        ("---\n\n---\n", {}),
        ("", {}),
    ],
)
def test_front_matter_is_what_stands_between_the_fences(card, expected):
    assert front_matter(card) == expected


def test_values_become_what_json_can_say():
    found = load_yaml(
        "day: 2024-02-03\nnan: .nan\nbig: 0x" + "f" * 40 + "\n2: two\ntrue: yes\nraw: !!binary aGk="
    )
    assert found == {
        "day": "2024-02-03",
        "nan": None,
        "big": None,
        "2": "two",
        "true": True,
        "raw": None,
    }
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000 + "]" * 20_000,  # this and the next ones crash the C loader itself
        "{a: " * 40_000,
        "- " * 50_000 + "a",
        "? " * 50_000,
        "a: &x [1]\nb: *x\n",
        "a: " + "9" * 5_000,
        "a: 2020-99-99",
        "a: !!python/object/apply:os.system [ls]",
        "a: [",
        "[1, 2]: 3",
        "a" * 300_000,
        "[" + "[]," * 60_000 + "]",
    ],
)
def test_yaml_that_cannot_be_used_says_so(text):
    with pytest.raises(Unreadable):
        load_yaml(text)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5_000, b"[" * 70 + b"]" * 70]
)
def test_json_that_cannot_be_used_says_so(text):
    with pytest.raises(Unreadable):
        load_json(text)


def test_numbers_without_end_are_null():
    assert load_json(b'{"a": NaN, "b": [Infinity, 1e999], "c": 1.5}') == {
        "a": None,
        "b": [None, None],
        "c": 1.5,
    }


def test_depth_is_bounded_at_the_same_place_for_both():
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert load_yaml(deep) == load_json(deep.encode())


def test_a_head_that_is_no_mapping_is_unreadable():
    with pytest.raises(Unreadable, match="not a mapping"):
        front_matter("---\n- a\n---\n")
