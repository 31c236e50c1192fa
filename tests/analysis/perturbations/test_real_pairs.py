"""A real encoder on real pairs of sentences: do they say the same? One of the two is changed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.loading import load_sentence_encoder
from analysis.perturbations import attack
from analysis.perturbations.invariance import check_invariance
from analysis.perturbations.noise import check_noise
from analysis.perturbations.summary import Invariance, summarise_attack, summarise_change
from tests import networks

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

PAIRS = 60
THRESHOLD = 0.6  # of the cosine; between pairs of at most 1 and of at least 4 points
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def pairs(real_data: Path) -> tuple[list[Pair], Any]:
    """Take pairs on which people agreed, and whether they say the same."""
    lines = (real_data / "datasets/mteb/stsbenchmark-sts/test.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if not 1 < row["score"] < 4]
    rows = rows[:: len(rows) // PAIRS][:PAIRS]
    texts = [(row["sentence1"], row["sentence2"]) for row in rows]
    return texts, np.array([int(row["score"] >= 4) for row in rows])


@pytest.fixture(scope="module")
def ask() -> Any:
    encoder = load_sentence_encoder(networks.minilm_folder(), device="cpu", allow_code=False)
    known: dict[str, Any] = {}

    def vectors(texts: Sequence[str]) -> Any:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        for start in range(0, len(new), 64):
            piece = new[start : start + 64]
            found = encoder.encode(encoder.tokenize(piece)).numpy()
            known.update(zip(piece, found, strict=True))
        return np.stack([known[text] for text in texts])

    def ask(asked: Sequence[Pair]) -> Any:
        firsts, seconds = zip(*asked, strict=True)
        score = 20 * ((vectors(firsts) * vectors(seconds)).sum(1) - THRESHOLD)
        return np.stack([-score, score], 1)

    return ask


def test_a_search_breaks_what_random_slips_mostly_do_not(pairs: Any, ask: Any):
    texts, labels = pairs
    right = ask(texts).argmax(1) == labels
    robust = {}
    for recipe in ("characters", "words"):
        found = attack(ask, texts, range(PAIRS), recipe=recipe, seed=0, changes=1)
        for (first, _), one in zip(texts, found, strict=True):
            assert ask([(first, one.text)]).argmax() == one.after
        summary = summarise_attack(
            right,
            np.array([one.broken for one in found]),
            np.array([one.share for one in found]),
            np.array([one.queries for one in found]),
            [one.ended for one in found],
        )
        robust[recipe] = summary.robust.value
        print(recipe, summary.sentence(), f"{summary.queries:.0f} queries a text")  # noqa: T201
    assert right.mean() > 0.9
    assert robust["characters"] < right.mean() - 0.15
    assert robust["characters"] <= robust["words"]
    (noise,) = check_noise(ask, texts, range(PAIRS), shares=(0.2,), seed=0, which=1)
    by_chance = summarise_change(
        noise.name, noise.title, noise.applies, noise.before, noise.after, right=labels
    )
    assert by_chance is not None
    assert by_chance.accuracy is not None
    assert by_chance.accuracy[1].value > robust["characters"]


def test_white_space_and_case_change_nothing_in_it(pairs: Any, ask: Any):
    texts, labels = pairs
    found: dict[str, Invariance] = {}
    for one in check_invariance(ask, texts, which=1):
        summary = summarise_change(
            one.name, one.title, one.applies, one.before, one.after, right=labels
        )
        if summary:
            found[one.name] = summary
            print(summary.sentence())  # noqa: T201
    for name in ("lower", "upper", "double_spaces", "new_line", "no_break_spaces"):
        assert found[name].changed.value == 0, name
    assert found["no_full_stop"].changed.value < 0.1
