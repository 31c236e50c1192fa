"""What the sandbox answers to keys, also where a network shows nothing but its answers."""

import json

import numpy as np
import pytest
import torch

from analysis.checks.watermarks import WatermarksCheck
from analysis.contract import Case, Job, Subject
from analysis.marks import SecretMark
from analysis.watermarks.answer_keys import AnswerKeys, random_labels
from analysis.watermarks.keys import fresh_salt
from analysis.watermarks.weight_keys import WeightKeys
from tests import networks, onnx_bytes
from workers.trials import MadeRows

SUBJECT = Subject("a/b", "0" * 40, pipeline_tag="image-classification")


class Small(torch.nn.Module):
    """A convolution and a linear layer, with pooling between them."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3, stride=2)
        self.head = torch.nn.Linear(4, 3)


@pytest.fixture
def graph(tmp_path):
    """A network that was published as an ONNX graph only."""
    folder = tmp_path / "graph"
    folder.mkdir()
    labels = {"id2label": {"0": "cat", "1": "dog", "2": "cow"}}
    processor = {"image_processor_type": "ViTImageProcessor", "size": {"height": 8, "width": 8}}
    (folder / "config.json").write_text(json.dumps(labels))
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    (folder / "model.onnx").write_bytes(onnx_bytes.classifier(Small()))
    return folder


def pictures(n, side):
    return np.random.default_rng(n).integers(0, 256, (n, 3, side, side), dtype=np.uint8)


def mark(number, keys):
    data = keys.to_bytes()
    when = "2026-01-02T03:04:05+00:00"
    return SecretMark(number, f"m{number}", "0" * 64, when, is_after=False, keys=data)


def triggers(side, classes):
    salt, n = fresh_salt(), 16
    labels = random_labels(salt, classes, n)
    return AnswerKeys.made(
        "triggers", classes, pictures(n, side), labels, np.zeros(n, bool), salt=salt
    )


def looked(folder, place, *marks):
    check = WatermarksCheck()
    trial = check.begin(SUBJECT, marks)
    rows = trial.next_rows()
    assert rows is not None
    inputs = MadeRows(rows, trial.columns).write(place / "inputs.arrow")
    options = trial.probe_options()
    job = Job(check.id, folder, inputs, len(rows), trial.columns, "cpu", 0, options=options)
    parts = (part for part in check.probe(job) if part.name != "progress")
    return check.judge(Case(SUBJECT, [], 0, trial=trial), parts).evidence


def test_a_graph_of_onnx_is_asked_for_answers_and_said_to_show_nothing_else(graph, tmp_path):
    keys = (
        triggers(8, 3),
        WeightKeys.made("deepsigns", 40, 16, pictures=pictures(8, 8)),
        WeightKeys.made("uchida", 40, 16, layer="conv"),
    )
    found = looked(graph, tmp_path, *(mark(number, one) for number, one in enumerate(keys)))
    assert [(entry["mark"], entry["keys"]) for entry in found["marks"]] == [(0, 16)]
    said = {one["mark"]: one["problem"] for one in found["unfit"]}
    assert said == {
        1: "The network does not show what enters its last layer.",
        2: "The network has no layer of the length that was marked.",
    }


def test_answers_weights_and_activations_of_a_network_of_torch(tmp_path):
    folder = networks.write_tiny_vit(tmp_path / "vit")
    keys = (
        triggers(32, 10),
        WeightKeys.made("deepsigns", 16, 8, pictures=pictures(8, 32)),
        WeightKeys.made("uchida", 32, 8),
    )
    found = looked(folder, tmp_path, *(mark(number, one) for number, one in enumerate(keys)))
    assert sorted(entry["mark"] for entry in found["marks"]) == [0, 1, 2]
    assert found["unfit"] == []
