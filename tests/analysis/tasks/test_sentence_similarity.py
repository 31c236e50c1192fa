"""Sentence similarity: the probe over real files, the score over forged parts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.arrays import pack, unpack
from analysis.contract import Case, CheckError, Feature, Part, Unsupported
from analysis.loading import load_sentence_encoder
from analysis.metrics import state
from analysis.tasks.sentence_similarity import SIMILARITIES, SentenceSimilarity
from tests import networks
from tests.analysis import samples

TASK = SentenceSimilarity()
TEXT, NUMBER, LABEL = (Feature(kind) for kind in ("text", "number", "label"))
PAIRS = [
    ("a man plays", "a man sings"),
    ("the red house", "a dog runs in the park"),
    ("a cat", "a cat"),
    ("a woman sits on the house " * 4, "dog"),
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return networks.write_tiny_encoder(tmp_path_factory.mktemp("networks") / "bert")


def scores_of(parts: list[Part], name: str) -> Any:
    return np.concatenate([unpack(part.arrays[name]) for part in parts if part.name != "network"])


def test_similarities_are_those_of_the_vectors(tmp_path: Path, encoder: Path):
    parts = list(TASK.probe(samples.sentence_job(tmp_path, encoder, PAIRS)))
    loaded = load_sentence_encoder(encoder, device="cpu", allow_code=False)
    first, second = (
        loaded.encode(loaded.tokenize(list(side))).numpy().astype(float)
        for side in zip(*PAIRS, strict=True)
    )
    expected = {
        "cosine": (first * second).sum(1)
        / np.linalg.norm(first, axis=1)
        / np.linalg.norm(second, axis=1),
        "dot": (first * second).sum(1),
        "euclidean": -np.linalg.norm(first - second, axis=1),
        "manhattan": -np.abs(first - second).sum(1),
    }
    assert set(expected) == set(SIMILARITIES)
    for name, values in expected.items():
        np.testing.assert_allclose(scores_of(parts, name), values, atol=2e-6)
    assert scores_of(parts, "cosine")[2] == pytest.approx(1)


def test_order_does_not_matter_to_a_pair(tmp_path: Path, encoder: Path):
    forward = list(TASK.probe(samples.sentence_job(tmp_path, encoder, PAIRS)))
    backward = list(TASK.probe(samples.sentence_job(tmp_path, encoder, PAIRS[::-1])))
    np.testing.assert_allclose(
        scores_of(forward, "cosine"), scores_of(backward, "cosine")[::-1], atol=1e-6
    )


def test_a_missing_text_has_no_score(tmp_path: Path, encoder: Path):
    pairs = [("a cat", None), *PAIRS]
    scores = scores_of(list(TASK.probe(samples.sentence_job(tmp_path, encoder, pairs))), "cosine")
    assert np.isnan(scores).tolist() == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("features", "inputs", "target"),
    [
        (
            {"sentence1": TEXT, "sentence2": TEXT, "score": NUMBER},
            ("sentence1", "sentence2"),
            "score",
        ),
        (
            {"split": TEXT, "genre": TEXT, "sentence1": TEXT, "sentence2": TEXT, "score": NUMBER},
            ("sentence1", "sentence2"),
            "score",
        ),
        ({"left": TEXT, "right": TEXT, "gold": NUMBER}, ("left", "right"), "gold"),
        ({"left": TEXT, "right": TEXT, "id": NUMBER, "label": NUMBER}, ("left", "right"), "label"),
    ],
)
def test_columns_are_chosen(features: dict[str, Feature], inputs: tuple[str, ...], target: str):
    columns = TASK.columns(features)
    assert (columns.inputs, columns.target) == (inputs, target)


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"sentence1": TEXT, "sentence2": TEXT},
        {"sentence1": TEXT, "score": NUMBER},
        {"a": TEXT, "b": TEXT, "c": TEXT, "score": NUMBER},
        {"a": TEXT, "b": TEXT, "x": NUMBER, "y": NUMBER},
        {"sentence1": TEXT, "sentence2": TEXT, "label": LABEL},
    ],
)
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


# -- scoring -----------------------------------------------------------------------------------


def stated(metric: str = "cosine_spearman") -> Any:
    return state(samples.claim(metric=metric, value=0.8, value_text="0.8"))


def answers(values: list[float], start: int = 0, dtype: Any = np.float32) -> Part:
    packed = pack(np.array(values, dtype=dtype))
    return Part("predictions", {"start": start}, {"cosine": packed, "dot": packed})


NETWORK = Part("network", {"batch_size": 64, "assumption": "something was taken"})
TARGETS: list[Any] = [0.0, 1, 2.5, 5.0, 4.0]


def score(parts: list[Part], targets: list[Any] = TARGETS, metric: str = "cosine_spearman") -> Any:
    case = Case(samples.subject(), targets, len(targets))
    return samples.measured(TASK, stated(metric), case, iter(parts))


def test_ranks_are_compared():
    found = score([NETWORK, answers([0.1, 0.2, 0.3, 0.9]), answers([0.4], 4)])
    assert found.estimate.value == pytest.approx(1)
    assert found.evidence["similarity"] == "cosine"
    assert found.assumptions == ("something was taken",)


def test_a_claim_without_similarity_means_the_cosine():
    found = score([NETWORK, answers([0.1, 0.2, 0.3, 0.9, 0.4])], metric="spearmanr")
    assert "cosine was taken" in found.assumptions[0]


@pytest.mark.parametrize(
    "metric", ["pearson_cosine", "dot_spearman", "spearman_dot", "cos_sim_pearson"]
)
def test_other_names_of_the_metrics_are_known(metric: str):
    assert TASK.measures(stated(metric))
    assert score([NETWORK, answers([0.1, 0.2, 0.3, 0.9, 0.4])], metric=metric).estimate.n == 5


def test_other_metrics_are_not_measured():
    assert not TASK.measures(stated("accuracy"))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "which network"),
        ([NETWORK, answers([0.1] * 4)], "only 4 of 5"),
        ([NETWORK, answers([0.1] * 6)], "more samples"),
        (
            [NETWORK, answers([0.1, 0.2, float("nan"), 0.3, 0.4])],
            "no number for 1 of the samples",
        ),
        (
            [NETWORK, answers([0.1, 0.2, float("inf"), 0.3, 0.4])],
            "no number for 1 of the samples",
        ),
        ([NETWORK, answers([0.5] * 5)], "network gives each pair the same"),
        ([NETWORK, answers([1, 2, 3, 4, 5], dtype=np.float64)], "right form"),
        ([NETWORK, Part("predictions", {"start": 0})], "right form"),
    ],
)
def test_forged_or_missing_parts_never_give_a_number(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message):
        score(parts)


@pytest.mark.parametrize("odd", [None, "5", True, [1]])
def test_scores_that_are_no_numbers_are_unsupported(odd: Any):
    with pytest.raises(Unsupported, match="not all numbers"):
        score([NETWORK, answers([0.1, 0.2, 0.3, 0.9, 0.4])], [*TARGETS[:4], odd])
