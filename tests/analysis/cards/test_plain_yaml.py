"""YAML of strangers, read as the Hub reads it and in bounded time."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cards.plain_yaml import NotPlainYAML, load, path_text


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("language: no", {"language": "no"}),  # YAML 1.1 would say False
        ("on: yes", {"on": "yes"}),
        ("a: true\nb: False\nc: ~\nd:", {"a": True, "b": False, "c": None, "d": None}),
        ("a: 1\nb: -0.5\nc: 1e-5", {"a": 1, "b": -0.5, "c": 1e-5}),
        ("a: 0x1F\nb: 0o17", {"a": 31, "b": 15}),
        ("a: 012\nb: 1:30", {"a": 12, "b": "1:30"}),
        ("a: '1'\nb: \"2\"", {"a": "1", "b": "2"}),
        ("a: .nan\nb: .inf\nc: 1e999", {"a": ".nan", "b": ".inf", "c": "1e999"}),
        ("a: 2022-99-99\nb: 2022-01-01", {"a": "2022-99-99", "b": "2022-01-01"}),
        ("a: " + "9" * 5000, {"a": "9" * 5000}),
        ('a: "\\0b"', {"a": "\ufffdb"}),
        ("1: a\ntrue: b\n? c\n: d", {"1": "a", "true": "b", "c": "d"}),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("a: !!str 5\nb: !!int 6", {"a": "5", "b": "6"}),
        ("- [a, {b: c}]\n- x", [["a", {"b": "c"}], "x"]),
        ("a: |\n  x\n  y\nb: >\n  x\n  y", {"a": "x\ny\n", "b": "x y"}),
    ],
)  # fmt: skip
def test_plain_data_are_read_as_yaml_1_2(text, data):
    assert load(text).data == data


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ("a: &x 1\nb: *x", "anchors and aliases", 0),
        ("a: [1]\nb: *x", "anchors and aliases", 1),
        ("a: !!python/object/apply:os.system [ls]", "tag", 0),
        ("a: !thing x", "tag", 0),
        ("%TAG ! tag:x\n--- a", "directives", 0),
        ("# x\n%YAML 1.1\n--- a", "directives", 0),
        ("? [a]\n: b", "A key is a list or a mapping", 0),
        ("a: 1\n...\n---\nb: 2", "more than one YAML document", 2),
        ("a: b: c", "not valid YAML", 0),
        ("a:\n\tb", "not valid YAML", 1),
        ("a: [", "not valid YAML", 1),
        ("a: \x00", "cannot be decoded", None),
        ("a: \ud800", "cannot be decoded", None),
        ("[" * 10_000, "nested more than 64 levels", 0),
        ("- " * 10_000, "nested more than 64 levels", 0),
        ("{a: " * 10_000, "nested more than 64 levels", 0),
        ("[" + "1," * 120_000 + "]", "more than 100,000 values", 0),
    ],
)
def test_what_is_not_plain_is_refused_with_a_sentence(text, says, line):
    with pytest.raises(NotPlainYAML, match=says) as raised:
        load(text)
    assert raised.value.line == line
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 250_000,
        "{" * 250_000,
        "- " * 125_000,
        "".join(f"%TAG !a{n}! tag:x{n}\n" for n in range(12_000)) + "--- a",
        "\n".join(f"k{n}: 1" for n in range(30_000)),
        "a: [" + "1," * 125_000,
        "".join(f"&a{n} " for n in range(50_000)),
        '"' + "\\x41" * 62_000 + '"',
    ],
    ids=["brackets", "braces", "dashes", "tags", "keys", "items", "anchors", "escapes"],
)
def test_256_kib_of_anything_take_less_than_two_seconds(text):
    start = time.process_time()
    with contextlib.suppress(NotPlainYAML):
        load(text)
    assert time.process_time() - start < 2


def test_numbers_keep_how_they_were_written_and_mappings_their_lines():
    document = load("a:\n- v: 0.90\n  t: x\n\n- v: '1.0'\n- {v: 1e-3, w: 2}\nz: 1")
    assert document.written == {
        ("a", 0, "v"): "0.90",
        ("a", 2, "v"): "1e-3",
        ("a", 2, "w"): "2",
        ("z",): "1",
    }
    assert document.lines[("a", 0)] == (1, 3)
    assert document.lines[("a", 1)] == (4, 4)
    assert document.lines[("a", 2)] == (5, 5)


def test_of_repeated_keys_the_last_counts_and_they_are_named():
    document = load("a: 1\nb: {c: 1, c: 2}\na: 3")
    assert document.data == {"a": 3, "b": {"c": 2}}
    assert document.repeated == ("b.c", "a")


def test_paths_are_written_as_people_read_them():
    assert path_text(("model-index", 0, "results", 2)) == "model-index[0].results[2]"
    assert path_text((3, "value")) == "[3].value"


yaml_like = st.text(
    st.sampled_from([*"abc:-[]{}#&*!|>'\"%@`,? \n\t0123.~\\=<", "\x00", "\ud800", "é", "\u2028"]),
    max_size=80,
)


@given(st.one_of(st.text(st.characters(), max_size=80), yaml_like))
def test_loading_gives_json_or_a_refusal(text):
    try:
        document = load(text)
    except NotPlainYAML:
        return
    json.dumps(document.data, allow_nan=False, ensure_ascii=False).encode("utf-8")
