"""Model cards: front matter, body, and what is wrong with them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cards import attributes, claims, eval_results, is_error_text, read_card

GOOD = "---\nlicense: mit\nlanguage: no\n---\n# Title\n"


@pytest.mark.parametrize(
    ("text", "front", "body", "body_line"),
    [
        (GOOD, {"license": "mit", "language": "no"}, "# Title\n", 5),
        (GOOD.replace("\n", "\r\n"), {"license": "mit", "language": "no"}, "# Title\n", 5),
        ("\ufeff" + GOOD, {"license": "mit", "language": "no"}, "# Title\n", 5),
        ("\n \n" + GOOD, {"license": "mit", "language": "no"}, "# Title\n", 7),
        ("---\nlicense: mit\n---", {"license": "mit"}, "", 4),
        ("---\nlicense: mit\n---  \nx", {"license": "mit"}, "x", 4),
        ("---\n---\nlicense: mit\n---\nx", {"license": "mit"}, "x", 5),
        ("---\n---\n# Title", {}, "# Title", 3),
        ("---\n---\n# Title\n\n---\ntext", {}, "# Title\n\n---\ntext", 3),
        ("---\n# only a remark\n---\nx", {}, "x", 4),
        ("# No front matter\n---\n", {}, "# No front matter\n---\n", 1),
        ("----\nlicense: mit\n---\n", {}, "----\nlicense: mit\n---\n", 1),
        ("", {}, "", 1),
    ],
)
def test_a_sound_card_is_split_without_a_problem(text, front, body, body_line):
    card = read_card(text)
    assert card.problem == ""
    assert card.front == front
    assert (card.body, card.body_line) == (body, body_line)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("---\nlicense: mit\n# never closed", "opened by --- but never closed"),
        ("--- license: mit tags: - a --- # Title", "line breaks of this card are lost"),
        ("---\na: &x 1\nb: *x\n---\n", "(line 2). YAML anchors and aliases"),
        ("---\nok: 1\na: b: c\n---\n", "(line 3). It is not valid YAML"),
        ("---\n" + "[" * 10_000 + "\n---\n", "nested more than 64 levels"),
        ("---\n- a\n- b\n---\n", "but it is a list"),
        ("---\njust text\n---\n", "but it is a single value"),
        ("---\nlicense: mit\nlicense: apache-2.0\n---\n", "“license” more than once"),
        ("x" * 1_000_001, "Only the first 262,144 characters"),
        ("---\na: 1\n---\n" + "x" * 300_000, "Only the first 262,144 characters"),
        ("---\na: " + "x" * 1_100_000 + "\n---\n", "longer than 1,048,576 characters"),
        ("---\na: " + "x" * 3_000_000 + "\n---\n", "longer than 1,048,576 characters"),
    ],
)
def test_a_bad_card_has_a_reason(text, says):
    card = read_card(text)
    assert says in card.problem
    assert card.problem.endswith(".")


def test_a_card_with_nul_and_controls_is_read_all_the_same():
    card = read_card("---\nlicense: m\x00it\ntags: [a\x07, \ud800]\n---\nb\x00\n")
    assert card.front == {"license": "m\ufffdit", "tags": ["a\ufffd", "\ufffd"]}
    assert card.body == "b\ufffd\n"
    assert card.problem == ""


def test_a_card_whose_front_matter_is_bad_keeps_its_body():
    card = read_card("---\na: b: c\n---\n| Metric | Value |\n|---|---|\n| WER | 0.3 |\n")
    assert [claim.metric for claim in claims(card).claims] == ["WER"]
    assert "cannot be read" in claims(card).problems[0].sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Error: the path 'README.md' does not exist in the given tree", True),
        ("Error: 401\n", True),
        ("Entry not found", True),
        ("# Error: a card\n\nabout errors", False),
        ("Error: is the name of this model\n\n# Card", False),
        ("Error: " + "x" * 1_000, False),
        ("", False),
        (GOOD, False),
    ],
)
def test_error_texts_of_a_hub_are_no_cards(text, expected):
    assert is_error_text(text) is expected


ATTRIBUTES = """---
license: [mit, other]
license_name: my-licence
license_link: https://example.org/licence
language:
- en
- no
- en
datasets: glue
metrics: [accuracy, f1, null]
tags: [a, 2024, "b"]
library_name: transformers
pipeline_tag: text-classification
base_model:
- google-bert/bert-base-cased
- gpt2
base_model_relation: finetune
new_version: somebody/better
---
"""


def test_attributes_have_one_shape_each():
    found = attributes(read_card(ATTRIBUTES))
    assert found.licences == ("mit", "other")
    assert (found.licence_name, found.licence_link) == ("my-licence", "https://example.org/licence")
    assert found.languages == ("en", "no")
    assert found.datasets == ("glue",)
    assert found.metrics == ("accuracy", "f1")
    assert found.tags == ("a", "2024", "b")
    assert (found.library_name, found.pipeline_tag) == ("transformers", "text-classification")
    assert found.base_models == ("google-bert/bert-base-cased", "gpt2")
    assert (found.base_model_relation, found.new_version) == ("finetune", "somebody/better")
    assert found.problems == ()


@pytest.mark.parametrize(
    ("front", "says"),
    [
        ("license: {a: b}", "license"),
        ("tags: [a, [b], {c: d}, true]", "3 of 4 entries of tags are not texts"),
        ("library_name: [a, b]", "library_name must be one text"),
        ("base_model: '../../etc/passwd'", "not the id of a repo"),
        ("base_model: a/b/c", "not the id of a repo"),
        ("base_model: a..b/c", "not the id of a repo"),
        ("base_model_relation: cousin", "not a relation"),
        ("tags: [" + "x," * 2000 + "]", "Only the first 500"),
    ],
)
def test_attributes_of_a_wrong_type_are_left_out_with_a_reason(front, says):
    found = attributes(read_card(f"---\n{front}\n---\n"))
    assert any(says in problem.sentence for problem in found.problems)
    assert found.base_models == ()


def test_attributes_of_an_empty_card_are_empty():
    assert attributes(read_card("")).problems == ()


def everything(text: str) -> None:
    card = read_card(text)
    attributes(card)
    claims(card, repo="org/name")
    eval_results(text, ".eval_results/x.yaml")
    is_error_text(text)


card_like = st.lists(
    st.sampled_from([
        "---", "model-index:", "- name: x", "  results:", "  - metrics:", "    - type: wer",
        "      value: 0.3", "      value: [1, 2]", "| a | Accuracy |", "|---|---|", "| x | 0.9 |",
        "It achieves the following results on the evaluation set:", "- Loss: 0.3", "- Wer: x",
        "```", "<!--", "-->", "| Metric | Value |", "\x00", "\ud800", "tags: *a", "| WER | 1\\|2 |",
    ]) | st.text(st.characters(), max_size=30),
    max_size=40,
).map("\n".join)  # fmt: skip


@given(card_like | st.text(st.characters(), max_size=300))
def test_reading_never_raises(text):
    everything(text)


@given(st.binary(max_size=400))
def test_reading_bytes_of_any_kind_never_raises(data):
    everything(data.decode("utf-8", "surrogateescape"))
    everything(data.decode("latin-1"))


SIZE = 256 << 10
LONG = {
    "pipes": "|" * SIZE,
    "table of one row": "|a" * 60_000 + "\n" + "|-" * 60_000 + "\n",
    "tables": "|WER|x|\n|-|-|\n|1|2|\n\n" * (SIZE // 22),
    "fences": "```\n" * (SIZE // 4),
    "comments": "<!-- --> | " * (SIZE // 11),
    "comments open": "<!--" * (SIZE // 4) + "|",
    "dashes": "-" * SIZE + "|\n" + "|" + "-" * SIZE,
    "colons": "|:-:" * (SIZE // 4) + "x\n" * 2,
    "links": "|[a](b" * (SIZE // 6),
    "brackets": "| Accuracy " + "(" * SIZE + "|\n|-|-|\n|1|2|",
    "list": "It achieves the following results on the evaluation set:\n" + "- Wer: 0.3\n" * 20_000,
    "lists": "It achieves the following results on the evaluation set:\n- Wer: 1\n\n" * 3_800,
    "sentences": "on the " * (SIZE // 8) + "achieves the following results on the evaluation set",
    "spaces": "---\n" + " " * SIZE,
    "new lines": "\n" * SIZE,
    "marks": "| Accuracy | b |\n|-|-|\n| 1" + "\u0301\u0316" * (SIZE // 4) + "|2|",
    "metrics": "---\nmodel-index: [{results: [{metrics: ["
    + "{type: wer, value: 1}," * 9_000
    + "]}]}]\n---\n",
    "long arguments": "---\nmodel-index: [{results: [{dataset: {args: ["
    + "1," * 50_000
    + "]}, metrics: ["
    + "{type: wer, value: 1}," * 4_000
    + "]}]}]\n---\n",
}


@pytest.mark.parametrize("name", LONG)
def test_no_card_of_256_kib_takes_two_seconds(name):
    start = time.process_time()
    everything(LONG[name])
    assert time.process_time() - start < 2
