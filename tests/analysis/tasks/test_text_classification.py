"""Text classification: the probe against transformers' pipeline, the reader over forged parts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from analysis.answers import Classes, LabelSets, Numbers
from analysis.arrays import pack, unpack
from analysis.contract import JSON, Case, CheckError, Feature, Part, Unsupported
from analysis.metrics import state
from analysis.tasks import replies
from analysis.tasks.text_classification import TextClassification
from tests import text_networks
from tests.analysis import samples

TASK = TextClassification()
HEAD = "BertForSequenceClassification"
NLI = ("entailment", "neutral", "contradiction")
STATED = state(samples.claim(task="text-classification"))
TEXT, LABEL, LABELS, NUMBER = (Feature(kind) for kind in ("text", "label", "labels", "number"))


@pytest.fixture(scope="module")
def nli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a network that was taught a rule: "good" entails, "bad" contradicts."""
    folder = tmp_path_factory.mktemp("networks") / "nli"
    text_networks.write_bert(folder, HEAD, NLI, initializer_range=0.1)
    texts = text_networks.sentences(120, seed=9)
    batch = text_networks.tokens(folder, texts)
    return text_networks.train(folder, HEAD, {**batch, "labels": torch.tensor(rule(texts))})


def rule(texts: list[str]) -> list[int]:
    return [0 if " good" in f" {text}" else 2 if " bad" in f" {text}" else 1 for text in texts]


def logits_of(parts: list[Part]) -> Any:
    return np.concatenate([unpack(part.arrays["logits"]) for part in parts[1:]])


def classes_of(
    parts: list[Part], targets: list[Any], names: tuple[str, ...] = NLI, stated: Any = STATED
) -> Any:
    given = iter(parts)
    case = Case(samples.subject(), targets, len(targets), names)
    reader = TASK.reader(stated, case, replies.read_network(given))
    return [reader.read(part) for part in given], reader


def piped(folder: Path, inputs: list[Any], **options: Any) -> list[dict[str, float]]:
    pipeline = transformers.pipeline("text-classification", model=str(folder))
    found = pipeline(inputs, top_k=None, truncation=True, **options)
    return [{row["label"]: row["score"] for row in rows} for rows in found]


def test_scores_are_those_of_the_pipeline(tmp_path: Path, nli: Path):
    texts = [*text_networks.sentences(40), "cat " * 300, ""]
    job = text_networks.text_job(tmp_path, nli, {"text": texts})
    # The dataset has the classes in another order than the network.
    names = ("contradiction", "entailment", "neutral")
    (answers,), reader = classes_of(list(TASK.probe(job)), [0] * len(texts), names)
    expected = np.array([[row[name] for name in names] for row in piped(nli, texts)])
    np.testing.assert_allclose(answers.scores, expected, atol=1e-5)
    np.testing.assert_array_equal(answers.ranked[:, 0], expected.argmax(1))
    assert reader.evidence["classes_matched"] == "by name"


def test_a_network_that_knows_its_rule_is_right(tmp_path: Path, nli: Path):
    texts = text_networks.sentences(120, seed=9)
    job = text_networks.text_job(tmp_path, nli, {"text": texts})
    case = Case(samples.subject(), rule(texts), 120, ("Entailment", "NEUTRAL", "contradicts"))
    found = samples.measured(TASK, STATED, case, TASK.probe(job))
    assert found.estimate.value > 0.9
    assert found.is_full_split


def test_pairs_are_those_of_the_pipeline(tmp_path: Path, nli: Path):
    first, second = text_networks.sentences(20), text_networks.sentences(20, seed=1)
    job = text_networks.text_job(tmp_path, nli, {"premise": first, "hypothesis": second})
    (answers,), _ = classes_of(list(TASK.probe(job)), [0] * 20)
    pairs = [{"text": a, "text_pair": b} for a, b in zip(first, second, strict=True)]
    expected = [[row[name] for name in NLI] for row in piped(nli, pairs)]
    np.testing.assert_allclose(answers.scores, expected, atol=1e-5)


def test_several_windows_cover_the_rows_in_order(tmp_path: Path, nli: Path):
    texts = text_networks.sentences(600)
    parts = list(TASK.probe(text_networks.text_job(tmp_path, nli, {"text": texts})))
    assert [part.values.get("start") for part in parts[1:]] == [0, 512]
    alone = text_networks.text_job(tmp_path, nli, {"text": texts[590:]})
    np.testing.assert_allclose(
        logits_of(parts)[590:], logits_of(list(TASK.probe(alone))), atol=1e-5
    )


def test_labels_in_sets_are_chosen_one_by_one(tmp_path: Path):
    names = ["joy", "anger", "fear", "love"]
    folder = text_networks.write_bert(
        tmp_path / "net", HEAD, names, problem_type="multi_label_classification"
    )
    texts = text_networks.sentences(30)
    parts = list(TASK.probe(text_networks.text_job(tmp_path, folder, {"text": texts})))
    targets: list[Any] = [[1, 3], [], None, *[[0]] * 27]
    (answers,), reader = classes_of(parts, targets, ("love", "joy", "fear", "anger"))
    assert isinstance(answers, LabelSets)
    assert reader.answers is LabelSets
    scores = piped(folder, texts)
    expected = np.array([[row[name] for name in answers.names] for row in scores])
    np.testing.assert_allclose(answers.scores, expected, atol=1e-5)
    np.testing.assert_array_equal(answers.chosen, expected > 0.5)
    assert answers.right[:3].tolist() == [[False, True, False, True], [False] * 4, [False] * 4]
    assert not reader.assumptions


def test_sets_of_a_network_that_does_not_say_so_are_an_assumption(tmp_path: Path, nli: Path):
    parts = list(TASK.probe(text_networks.text_job(tmp_path, nli, {"text": ["a cat", "a dog"]})))
    _, reader = classes_of(parts, [["neutral", "entailment"], ["contradiction"]], ())
    assert "by itself" in reader.assumptions[0]


def test_a_network_with_one_output_gives_numbers(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", HEAD, num_labels=1)
    first, second = text_networks.sentences(20), text_networks.sentences(20, seed=1)
    job = text_networks.text_job(tmp_path, folder, {"sentence1": first, "sentence2": second})
    (answers,), reader = classes_of(list(TASK.probe(job)), [0.5] * 20, ())
    pairs = [{"text": a, "text_pair": b} for a, b in zip(first, second, strict=True)]
    expected = [row["LABEL_0"] for row in piped(folder, pairs, function_to_apply="none")]
    assert isinstance(answers, Numbers)
    np.testing.assert_allclose(answers.given, expected, atol=1e-5)
    assert reader.answers is Numbers


def test_numbers_are_not_held_against_classes(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", HEAD, num_labels=1)
    parts = list(TASK.probe(text_networks.text_job(tmp_path, folder, {"text": ["a cat"] * 2})))
    with pytest.raises(Unsupported, match="one number a text"):
        classes_of(parts, [0, 1], ("bad", "good"))


def test_a_missing_text_is_no_answer(tmp_path: Path, nli: Path):
    job = text_networks.text_job(tmp_path, nli, {"text": ["a cat", None, "a dog"]})
    (answers,), reader = classes_of(list(TASK.probe(job)), [0, 0, 0])
    assert (answers.ranked[:, 0] < 0).tolist() == [False, True, False]
    assert np.isnan(answers.scores[1]).all()
    assert reader.evidence["failed_samples"] == 1


def test_a_network_that_answers_no_numbers_has_no_verdict(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", HEAD, NLI)
    text_networks.spoil(folder, "classifier.weight")
    parts = list(TASK.probe(text_networks.text_job(tmp_path, folder, {"text": ["a", "dog"]})))
    with pytest.raises(CheckError, match="no answer to any of the first 2 samples"):
        classes_of(parts, [0, 1])


def test_a_network_without_a_token_to_pad_takes_one_text_at_a_time(tmp_path: Path, nli: Path):
    texts = text_networks.sentences(9)
    job = text_networks.text_job(tmp_path, nli, {"text": texts})
    expected = logits_of(list(TASK.probe(job)))
    folder = text_networks.write_bert(tmp_path / "net", HEAD, NLI, pad_token_id=None)
    parts = list(TASK.probe(replace(job, snapshot=folder)))
    assert parts[0].values["batch_size"] == 1
    assert logits_of(parts).shape == expected.shape


def test_a_run_may_ask_for_smaller_batches(tmp_path: Path, nli: Path):
    job = text_networks.text_job(tmp_path, nli, {"text": text_networks.sentences(9)})
    parts = list(TASK.probe(replace(job, options={"batch_size": 2})))
    assert parts[0].values["batch_size"] == 2
    np.testing.assert_allclose(logits_of(parts), logits_of(list(TASK.probe(job))), atol=1e-5)


def test_a_missing_tokenizer_is_its_own_reason(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", HEAD, NLI)
    (folder / "vocab.txt").unlink()
    with pytest.raises(Unsupported) as caught:
        list(TASK.probe(text_networks.text_job(tmp_path, folder, {"text": ["a"]})))
    assert caught.value.missing == "tokenizer"


def test_a_network_without_a_head_is_not_measured(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", "BertModel")
    with pytest.raises(Unsupported, match="lack") as caught:
        list(TASK.probe(text_networks.text_job(tmp_path, folder, {"text": ["a"]})))
    assert caught.value.missing == "weights"


def test_a_text_of_ten_megabytes_is_cut(tmp_path: Path, nli: Path):
    texts = ["a cat " * 1_700_000, "the dog sits"]
    parts = list(TASK.probe(text_networks.text_job(tmp_path, nli, {"text": texts})))
    short = text_networks.text_job(tmp_path, nli, {"text": ["a cat " * 1_000, texts[1]]})
    np.testing.assert_allclose(logits_of(parts), logits_of(list(TASK.probe(short))), atol=1e-5)


@pytest.mark.parametrize(
    ("features", "inputs", "target"),
    [
        ({"text": TEXT, "label": LABEL}, ("text",), "label"),
        ({"sentence": TEXT, "label": LABEL, "idx": NUMBER}, ("sentence",), "label"),
        (
            {"premise": TEXT, "hypothesis": TEXT, "label": LABEL, "idx": NUMBER},
            ("premise", "hypothesis"),
            "label",
        ),
        ({"question": TEXT, "sentence": TEXT, "label": LABEL}, ("question", "sentence"), "label"),
        ({"sentence1": TEXT, "sentence2": TEXT, "label": NUMBER}, ("sentence1", "sentence2"),
         "label"),
        ({"uid": TEXT, "premise": TEXT, "hypothesis": TEXT, "label": LABEL, "reason": TEXT},
         ("premise", "hypothesis"), "label"),
        ({"title": TEXT, "content": TEXT, "label": LABEL}, ("content",), "label"),
        ({"text": TEXT, "intent": LABEL}, ("text",), "intent"),
        ({"id": TEXT, "text": TEXT, "labels": LABELS}, ("text",), "labels"),
        ({"text": TEXT, "label": NUMBER, "label_text": TEXT}, ("text",), "label_text"),
        ({"Tweet": TEXT, "sentiment": TEXT}, ("Tweet",), "sentiment"),
        ({"text": TEXT, "species": LABEL}, ("text",), "species"),
    ],
)  # fmt: skip
def test_columns_are_chosen(features: dict[str, Feature], inputs: tuple[str, ...], target: str):
    columns = TASK.columns(features)
    assert (columns.inputs, columns.target) == (inputs, target)


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"label": LABEL},
        {"text": TEXT},
        {"first": TEXT, "second": TEXT, "label": LABEL},
        {"text": TEXT, "coarse": LABEL, "fine": LABEL},
        {"text": TEXT, "idx": NUMBER},
    ],
)
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


# -- reading -----------------------------------------------------------------------------------


def network(**values: Any) -> Part:
    labels: list[JSON] = [[0, "neg"], [1, "pos"]]
    return Part("network", {"classes": 2, "labels": labels, **values})


def logits(rows: Any, start: int = 0) -> Part:
    found = np.asarray(rows, dtype=np.float32)
    return Part("predictions", {"start": start}, {"logits": pack(found)})


def test_names_that_mean_the_same_are_the_same():
    (answers,), _ = classes_of([network(), logits([[0, 3], [2, 1]])], [1, 1], ("Negative", "POS"))
    assert answers.ranked[:, 0].tolist() == [1, 0]
    assert isinstance(answers, Classes)


def test_classes_are_never_matched_by_position_where_one_side_has_names():
    parts = [network(labels=[[0, "LABEL_0"], [1, "LABEL_1"]]), logits([[0, 3]])]
    with pytest.raises(Unsupported, match="network does not name"):
        classes_of(parts, [1], ("negative", "positive"))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([network(classes=0)], "no sensible number"),
        ([network(classes=10**6)], "no sensible number"),
        ([network(), logits([[0, 1, 2]])], "3 numbers a sample"),
        ([network(), logits([0, 1])], "right form"),
        ([network(), logits([[0, 1]] * 3)], "more samples than the 2"),
        ([network(), logits(np.zeros((0, 2)))], "more samples"),
        ([network(), logits([[0, 1]], 1)], "out of order"),
        ([network(), network()], "out of order"),
        ([network(), Part("predictions", {"start": 0})], "right form"),
        ([network(), logits([[np.nan, 0], [0, np.inf]])], "no answer to any"),
        ([network(), logits([[-np.inf, -np.inf]])], "no answer to any"),
    ],
)
def test_forged_parts_never_give_an_answer(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        classes_of(parts, [0, 1], ("neg", "pos"))
    assert not isinstance(caught.value, Unsupported)


@pytest.mark.parametrize(
    ("targets", "names", "message"),
    [
        ([-1, 0], ("neg", "pos"), "without a label"),
        ([None, 0], ("neg", "pos"), "neither whole numbers nor names"),
        ([0, 7], ("neg", "pos"), "beyond its own class names"),
        ([[0], [7]], ("neg", "pos"), "beyond its own class names"),
        ([[0], [-1]], ("neg", "pos"), "neither whole numbers nor names"),
        ([[], []], (), "No sample of the split has a label"),
        (["neg", "odd"], (), "no class 'odd'"),
    ],
)
def test_odd_labels_end_in_a_sentence(targets: list[Any], names: tuple[str, ...], message: str):
    with pytest.raises(CheckError, match=message):
        classes_of([network(), logits([[0, 1], [1, 0]])], targets, names)
