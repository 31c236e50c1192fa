"""Every claim of the real records through matching: how many can be measured, and why not others.

The figures are pinned, so that a change of a table shows what it changes. A claim may lack nothing
and name a dataset that the table does not have: it is asked for at the hub.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.cards import attributes, claims, is_error_text, read_card
from analysis.contract import ClaimSource
from analysis.matching import Match, match
from analysis.matching.tally import Tally, tally

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


def matches(path: Path, *, is_index: bool) -> Iterator[Match]:
    """Match the claims of all cards: those of the model-index, or those of tables and lists."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            text = record["card"] or ""
            if is_error_text(text) or not text.strip():
                continue
            card = read_card(text)
            tag = (record.get("info") or {}).get("pipeline_tag") or attributes(card).pipeline_tag
            for claim in claims(card, repo=record["id"]).claims:
                if (claim.source is ClaimSource.MODEL_INDEX) is is_index:
                    yield match(claim, tag or "")


def shown(total: Tally) -> Tally:
    print("\n" + "\n".join(total.lines()))  # noqa: T201 - the table that the page of docs has
    return total


@pytest.mark.parametrize(
    ("name", "is_index", "expected"),
    [
        ("hub-models-2022-02", True, (3_531, 1_143, 549)),
        ("hub-models-2022-02", False, (20_575, 1_245, 123)),
        ("hub-cards-2024-11", True, (55_261, 39_519, 40_765)),
        ("hub-cards-2024-11", False, (589, 8, 4)),
    ],
)
def test_every_claim_goes_through_matching(real_data, name, is_index, expected):
    total = shown(tally(matches(real_data / f"records/{name}.jsonl.gz", is_index=is_index)))
    assert (total.claims, total.understood, total.complete) == expected
    assert sum(total.reasons.values()) == total.claims - total.complete
