"""Zero-shot classification: the probe against transformers' pipeline, the reader over forgeries."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers

from analysis.arrays import pack
from analysis.contract import Case, CheckError, Feature, Part, Unsupported
from analysis.metrics import state
from analysis.tasks import replies
from analysis.tasks.zero_shot_classification import ZeroShotClassification
from tests import text_networks
from tests.analysis import samples

TASK = ZeroShotClassification()
HEAD = "BertForSequenceClassification"
STATED = state(samples.claim(task="zero-shot-classification"))
NAMES = ("cat", "red_house", "good", "bad")
ASKED = {"classes": list(NAMES), "template": "This is {}."}
TEXT, NUMBER = Feature("text"), Feature("number")
LABEL, BARE = Feature("label", NAMES), Feature("label", ("0", "1"))


@pytest.fixture(scope="module")
def nli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks") / "nli"
    return text_networks.write_bert(folder, HEAD, ("contradiction", "neutral", "Entailment"))


def answers_of(parts: Any, targets: list[Any]) -> Any:
    given = iter(parts)
    case = Case(samples.subject(), targets, len(targets), NAMES)
    reader = TASK.reader(STATED, case, replies.read_network(given))
    return [reader.read(part) for part in given], reader


def test_scores_are_those_of_the_pipeline(tmp_path: Path, nli: Path):
    texts = text_networks.sentences(70)
    job = text_networks.text_job(tmp_path, nli, {"text": texts}, options=ASKED)
    found, reader = answers_of(TASK.probe(job), [0] * 70)
    scores = np.concatenate([answers.scores for answers in found])
    pipeline = transformers.pipeline("zero-shot-classification", model=str(nli))
    names = [name.replace("_", " ") for name in NAMES]
    for place in (0, 1, 5, 66, 69):
        row = pipeline(texts[place], names, hypothesis_template="This is {}.")
        expected = dict(zip(row["labels"], row["scores"], strict=True))
        np.testing.assert_allclose(scores[place], [expected[name] for name in names], atol=1e-5)
        assert found[place // 64].ranked[place % 64, 0] == names.index(row["labels"][0])
    assert reader.evidence["template"] == "This is {}."


def test_a_missing_text_is_no_answer(tmp_path: Path, nli: Path):
    job = text_networks.text_job(tmp_path, nli, {"text": [None, "a cat"]}, options=ASKED)
    (answers,), reader = answers_of(TASK.probe(job), [0, 0])
    assert (answers.ranked[:, 0] < 0).tolist() == [True, False]
    assert reader.evidence["failed_samples"] == 1


def test_a_network_that_infers_nothing_is_unsupported(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", HEAD, ("good", "bad"))
    job = text_networks.text_job(tmp_path, folder, {"text": ["a cat"]}, options=ASKED)
    with pytest.raises(Unsupported) as caught:
        list(TASK.probe(job))
    assert caught.value.missing == "task"


@pytest.mark.parametrize(
    ("said", "template"),
    [
        ("It is about {}.", "It is about {}."),
        ("no place", "This example is {}."),
        (3, "This example is {}."),
        (None, "This example is {}."),
    ],
)
def test_the_template_is_the_claims_own(said: Any, template: str):
    claim = samples.claim(args={"hypothesis_template": said} if said is not None else {})
    assert TASK.options(claim) == {"template": template}


def test_columns_bring_the_names_of_the_classes():
    columns = TASK.columns({"text": TEXT, "label": LABEL, "id": NUMBER})
    assert (columns.inputs, columns.target) == (("text",), "label")
    assert columns.options == {"classes": list(NAMES)}


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"text": TEXT},
        {"label": LABEL},
        {"text": TEXT, "label": NUMBER},
        {"text": TEXT, "label": BARE},
        {"text": TEXT, "label": Feature("label", tuple(f"name {n}" for n in range(201)))},
    ],
)
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


# -- reading -----------------------------------------------------------------------------------

NETWORK = Part("network", {"classes": 4})


def given(scores: Any, start: int = 0) -> Part:
    return Part("predictions", {"start": start}, {"scores": pack(np.asarray(scores, np.float32))})


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([Part("network", {"classes": 3})], "other classes than the dataset"),
        ([Part("network", {"classes": "4"})], "no sensible number"),
        ([NETWORK, given([[0, 1, 2]])], "3 numbers a sample"),
        ([NETWORK, given([0, 1, 2, 3])], "right form"),
        ([NETWORK, given([[0, 1, 2, 3]] * 3)], "more samples than the 2"),
        ([NETWORK, given([[0, 1, 2, 3]], 1)], "out of order"),
        ([NETWORK, given([[np.nan] * 4] * 2)], "no answer to any"),
    ],
)
def test_forged_parts_never_give_an_answer(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        answers_of(parts, [0, 1])
    assert not isinstance(caught.value, Unsupported)
