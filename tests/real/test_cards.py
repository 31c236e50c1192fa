"""Real cards: 29,432 records of 2022 and 2,200 cards of 2024, with exact totals.

The totals of 2022 that the material's own description gives count only cards whose very first
characters are ``---``; for those, this reader gives exactly the same numbers: 13,740 with YAML,
2,765 with a ``model-index``, 1,342 of them with values, 3,504 values, 18 that do not parse. The 18
are 15 whose index is one mapping without results, 1 empty, 1 whose result is the text "WER = 0.094
CER = 0.031", and 1 in a front matter that is no YAML.

The Hub itself reads more, and so does this reader: 176 cards begin with blank lines (the Hub's
own answer shows the licence of all 32 of them that declare one), which adds 9 with an index, 8
with values, 27 values. Its own totals are therefore 13,916, 2,774, 1,350 and 3,531.

"Real" cards are those that are neither a hub's error text (12,842) nor blank (349): 16,241.
"""

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from analysis.cards import Card, Reading, attributes, claims, is_error_text, read_card
from analysis.cards.markdown import prose_lines, tables
from analysis.contract import ClaimSource, Unsupported
from analysis.metrics import state

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

OF_2022 = "records/hub-models-2022-02.jsonl.gz"
OF_2024 = "records/hub-cards-2024-11.jsonl.gz"


def cards(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["id"], record["card"]


def count(totals: Counter[str], text: str, card: Card, reading: Reading, name: str) -> None:
    """Count one card, apart for those that begin with --- and for those that the Hub reads too."""
    place = "first" if text.startswith("---") else "later"
    totals[f"yaml {place}"] += bool(card.front_source)
    names_index = any("model-index" in line for line in card.front_source)
    totals[f"index {place}"] += "model-index" in card.front or (names_index and not card.front)
    found = Counter(claim.source for claim in reading.claims)
    for source, number in found.items():
        totals[f"{source} {place}"] += number
        totals[f"{source} cards {place}"] += 1
    for claim in reading.claims:
        assert claim.raw, name
        assert claim.place.line, name
        assert bool(claim.problem) is (claim.value is None), name
        try:
            state(claim)
        except Unsupported as reason:
            totals[f"{claim.source} without {reason.missing}"] += 1
        else:
            totals[f"{claim.source} stated"] += 1


def read_all(path: Path) -> tuple[Counter[str], Counter[str], tuple[float, str]]:
    """Read every card: (totals, sentences of problems, the slowest card)."""
    totals: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    slowest = (0.0, "")
    for name, text in cards(path):
        kind = "error" if is_error_text(text) else "real" if text.strip() else "blank"
        totals[kind] += 1
        if kind != "real":
            continue
        start = time.process_time()
        card = read_card(text)
        attributes(card)
        reading = claims(card, repo=name)
        slowest = max(slowest, (time.process_time() - start, name))
        count(totals, text, card, reading, name)
        for sentence in {problem.sentence for problem in reading.problems}:
            sentences[sentence] += 1
    return totals, sentences, slowest


@pytest.fixture(scope="module")
def of_2022(real_data):
    return read_all(real_data / OF_2022)


def test_cards_of_2022_are_told_from_error_texts_and_blanks(of_2022):
    totals, _, _ = of_2022
    assert {key: totals[key] for key in ("real", "error", "blank")} == {
        "real": 16_241,
        "error": 12_842,
        "blank": 349,
    }


def test_cards_of_2022_give_the_totals_of_their_description(of_2022):
    totals, _, _ = of_2022
    described = ("yaml", "index", "model-index cards", "model-index")
    assert [totals[f"{key} first"] for key in described] == [13_740, 2_765, 1_342, 3_504]
    assert [totals[f"{key} later"] for key in described] == [176, 9, 8, 27]


def test_the_18_indexes_of_2022_that_do_not_parse_have_their_reasons(of_2022):
    _, sentences, _ = of_2022
    assert sentences["This must be a list, but an entry stands here alone."] == 15
    assert sentences["This must be a list, but it is empty."] == 1
    assert sentences["This result is a text, not names with values."] == 1
    unreadable = {sentence for sentence in sentences if "front matter cannot be read" in sentence}
    assert len(unreadable) == 3  # one of which holds the 18th index


def test_tables_and_lists_of_2022_give_as_many_claims_as_ever(of_2022):
    """Of this reader's own rules: pinned, so that a change of them shows what it changes."""
    totals, _, _ = of_2022
    own = {key: totals[key] for key in totals if key.startswith(("table", "result-list"))}
    assert own == {
        "table first": 14_572,
        "table later": 787,
        "table cards first": 1_736,
        "table cards later": 198,
        "table stated": 15_048,
        "table without value": 311,
        "result-list first": 5_195,
        "result-list later": 21,
        "result-list cards first": 2_017,
        "result-list cards later": 6,
        "result-list stated": 4_719,
        "result-list without metric": 359,
        "result-list without value": 138,
    }


def test_most_claims_of_the_indexes_of_2022_can_be_stated(of_2022):
    """Not stated are 107 without one clear number ("NA", "???", an error rate of 1.0 …)

    and 11 of metrics that are not known.
    """
    totals, _, _ = of_2022
    assert totals["model-index stated"] == 3_413
    assert totals["model-index without value"] == 107
    assert totals["model-index without metric"] == 11


def test_cards_of_2024_give_as_many_claims_as_ever(real_data, capsys, of_2022):
    totals, sentences, slowest = read_all(real_data / OF_2024)
    with capsys.disabled():
        for year, (seconds, name) in ((2022, of_2022[2]), (2024, slowest)):
            print(f"\nslowest card of {year}: {name}, {seconds:.3f} s", end="")  # noqa: T201
    assert totals == {
        "real": 2_181,
        "error": 19,
        "yaml first": 1_197,
        "yaml later": 22,
        "index first": 286,
        "index later": 2,
        "model-index first": 55_237,
        "model-index later": 24,
        "model-index cards first": 168,
        "model-index cards later": 2,
        "model-index stated": 51_747,
        "model-index without metric": 3_507,
        "model-index without value": 7,
        "table first": 420,
        "table cards first": 15,
        "table stated": 420,
        "result-list first": 169,
        "result-list cards first": 79,
        "result-list stated": 147,
        "result-list without metric": 20,
        "result-list without value": 2,
    }
    flattened = "The line breaks of this card are lost, so its front matter cannot be read."
    assert sentences[flattened] == 821


def test_places_of_real_claims_point_at_the_lines_where_they_stand(real_data):
    """Each number is found in the very lines that its claim names."""
    emphasis = re.compile(r"\*\*|`")
    looked_at = 0
    for number, (name, text) in enumerate(cards(real_data / OF_2022)):
        if number % 10 or is_error_text(text):
            continue
        lines = text.replace("\r\n", "\n").split("\n")
        for claim in claims(read_card(text)).claims:
            line = claim.place.line
            assert line is not None
            found = "\n".join(lines[line - 1 : line + 11])
            if claim.source is not ClaimSource.MODEL_INDEX:
                found = lines[line - 1]
            if claim.value is not None:
                assert claim.value_text in emphasis.sub("", found), (name, claim)
                looked_at += 1
    assert looked_at > 1_500


def test_tables_are_those_that_a_markdown_parser_finds(real_data):
    """A full parser finds the same tables, but for rows without a pipe and for odd blocks."""
    parser = MarkdownIt("commonmark").enable("table")
    same = different = 0
    for number, (_, text) in enumerate(cards(real_data / OF_2022)):
        if number % 20 or is_error_text(text) or "|" not in text:
            continue
        body = read_card(text).body
        ours = [table.header for table in tables(prose_lines(body, 1))]
        tokens = parser.parse(body)
        cells = [
            cell.content
            for before, cell in pairwise(tokens)
            if cell.type == "inline" and before.type == "th_open"
        ]
        is_same = [cell for header in ours for cell in header] == cells
        same += is_same
        different += not is_same
    assert same > 200
    assert different <= 3
