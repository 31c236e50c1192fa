"""The check that has no keys: it hints, never concludes, and believes nothing that it is sent."""

from typing import Any

import pytest

from analysis import checks
from analysis.contract import Case, CheckError, Job, Part, Subject, Verdict
from tests import networks

SUBJECT = Subject("a/b", "0" * 40, pipeline_tag="image-classification")
CASE = Case(SUBJECT, [], 0)


def judged(layers: Any, **network: Any):
    parts = [Part("network", network), Part("layers", {"layers": layers})]
    return checks.load("watermark-hints").judge(CASE, iter(parts))


def layer(name, excess, side=64):
    return [name, [side, side, 3, 3], excess]


def test_a_layer_that_stands_out_is_a_hint_and_no_verdict():
    found = judged([layer("a", 1.1), layer("b", 0.9), layer("c", 1.3), layer("d", 40.0)])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "layer 'd'" in found.summary
    assert "A hint only; the keys decide." in found.summary
    assert len(found.evidence["hints"]) == 1


def test_no_hint_is_no_proof_of_the_contrary():
    found = judged([layer("a", 1.1), layer("b", 0.9), layer("c", 1.3), layer("d", 1.2)])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.summary == "No hint at a mark. Most marks leave none: only their keys tell."


def test_what_a_repo_declares_is_said():
    found = judged([], declared="The repo declares that its texts are marked.")
    assert found.summary == "The repo declares that its texts are marked."


@pytest.mark.parametrize(
    "layers",
    [
        None,
        "x",
        [["a", [64, 64], "high"]],
        [["a", [64, 64]]],
        [[1, [64, 64], 2.0]],
        [["a", [64, 64], 2.0]] * 10_001,
    ],
)
def test_measures_that_make_no_sense_are_no_finding(layers):
    with pytest.raises(CheckError, match="no measures of layers"):
        judged(layers)


@pytest.mark.parametrize(
    "row", [["a", [64, -1], 2.0], ["a", [64], 2.0], ["a", [2, 2], float("nan")]]
)
def test_a_layer_without_a_measure_is_left_out(row):
    assert judged([row, layer("b", 1.0)]).evidence["layers"] == 1


def test_layers_are_measured_inside(tmp_path):
    networks.write_tiny_vit(tmp_path)
    job = Job("watermark-hints", tmp_path, None, 0, (), "cpu", 0, options={"writes": False})
    network, measured = checks.load("watermark-hints").probe(job)
    assert network.values["declared"] is None
    assert measured.values["layers"]
    (tmp_path / "generation_config.json").write_text('{"watermarking_config": {"bias": 2.0}}')
    network, _ = checks.load("watermark-hints").probe(job)
    assert "the key is the one of the documentation" in str(network.values["declared"])
