"""Attacks on networks that are loaded as a check loads them: small transformers, taught here."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from analysis.loading.batching import Batches
from analysis.loading.text_network import lengths, load_text_network
from analysis.perturbations import attack
from analysis.perturbations.invariance import check_invariance
from analysis.perturbations.noise import check_noise
from analysis.perturbations.summary import summarise_attack
from tests import text_networks
from tests.analysis.perturbations import reviews
from tests.analysis.perturbations.reviews import Counting

HEAD = "BertForSequenceClassification"
Ask = Callable[[Sequence[Any]], Any]


def opened(folder: Path, snapshot: Path) -> Ask:
    """Load a network, and ask it in batches of texts of one length, as a check does."""
    job = text_networks.text_job(folder, snapshot, {"text": ["a"]})
    network = load_text_network(job, "AutoModelForSequenceClassification")
    batches = Batches(budget=16_384, largest=64)

    def ask(texts: Sequence[Any]) -> Any:
        if isinstance(texts[0], str):
            rows = network.encode(texts)
        else:
            rows = network.encode([one for one, _ in texts], [other for _, other in texts])
        answer = np.zeros((len(rows), 2), dtype=np.float32)
        run = lambda places: network.run([rows[place] for place in places], "logits")[0]  # noqa: E731
        for places, logits in batches.each(lengths(rows), run):
            answer[places] = logits.numpy()
        return answer

    return ask


def rule(texts: list[str]) -> list[int]:
    return [int(" good" in f" {text}") for text in texts]


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a BERT that looks for "good" in a text, or in the second text of a pair."""
    folder = tmp_path_factory.mktemp("networks") / "bert"
    text_networks.write_bert(folder, HEAD, ("other", "good"), initializer_range=0.1)
    texts = text_networks.sentences(160, seed=1)
    batch = text_networks.tokens(folder, texts)
    return text_networks.train(folder, HEAD, {**batch, "labels": torch.tensor(rule(texts))})


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, taught: Path) -> Ask:
    return opened(tmp_path_factory.mktemp("jobs"), taught)


def test_a_small_transformer_is_broken_at_the_word_that_it_looks_for(ask: Ask):
    texts = [text for text in text_networks.sentences(200, seed=2) if rule([text]) == [1]]
    right = ask(texts).argmax(1) == 1
    assert right.mean() > 0.9
    counting = Counting(ask)
    found = attack(counting, texts, range(len(texts)), seed=0)
    hits = [one for one in found if one.broken]
    assert len(hits) > 0.8 * len(texts)
    at_good = [any(edit.before == "good" for edit in one.edits) for one in hits if one.before == 1]
    assert np.mean(at_good) > 0.8
    for one in hits:  # each alone, in a batch of its own
        assert ask([one.text]).argmax() == one.after != one.before
    assert sum(one.queries for one in found) == len(counting.texts)
    summary = summarise_attack(
        right,
        np.array([one.broken for one in found]),
        np.array([one.share for one in found]),
        np.array([one.queries for one in found]),
        [one.ended for one in found],
    )
    assert summary.robust.value < 0.2 < 0.9 < summary.clean.value


def test_a_transformer_that_folds_case_does_not_see_it(ask: Ask):
    texts = [text.capitalize() for text in text_networks.sentences(60, seed=3)]
    found = {one.name: one for one in check_invariance(ask, texts)}
    for name in ("lower", "upper", "title", "double_spaces", "new_line", "no_break_spaces"):
        assert found[name].applies.any()
        np.testing.assert_array_equal(found[name].before, found[name].after)


def test_random_slips_change_less_than_a_search(ask: Ask):
    texts = text_networks.sentences(60, seed=4)
    (noise,) = check_noise(ask, texts, range(60), shares=(0.2,), seed=0)
    found = attack(ask, texts, range(60), seed=0)
    by_chance = noise.before != noise.after
    assert 0 < by_chance.sum() < sum(one.broken for one in found)


def test_pairs_are_asked_as_pairs(tmp_path: Path, ask: Ask):
    pairs = [("the cat sits", text) for text in text_networks.sentences(24, seed=5)]
    second = attack(ask, pairs, range(24), seed=0, changes=1)
    for pair, one in zip(pairs, second, strict=True):
        assert ask([pair]).argmax() == one.before
        assert ask([(pair[0], one.text)]).argmax() == one.after


@pytest.mark.parametrize("recipe", ["characters", "words", "both"])
def test_the_machinery_costs_little_beside_a_network(recipe: Any):
    texts, _ = reviews.reviews(100)
    spent = 0.0

    def timed(asked: Any) -> Any:
        nonlocal spent
        began = time.process_time()
        answer = np.tile([9.0, 0.0], (len(asked), 1))
        spent += time.process_time() - began
        return answer

    attack(timed, texts[:5], range(5), recipe=recipe, seed=0)  # reads the lexicon
    counting = Counting(timed)
    spent, began = 0.0, time.process_time()
    attack(counting, texts, range(100), recipe=recipe, seed=0)
    own = (time.process_time() - began - spent) / len(counting.texts)
    queries = len(counting.texts) / len(texts)
    print(f"{recipe}: {queries:.0f} queries a text, {own * 1e6:.0f} µs a query")  # noqa: T201
    assert own < 0.0005  # a small BERT takes ten times that on a CPU
