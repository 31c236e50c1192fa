"""The check "claim": which piece is missing, what is judged, what stands in the evidence."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import checks
from analysis.arrays import pack
from analysis.contract import Case, CheckError, Feature, Part, Unsupported, Verdict
from tests import networks
from tests.analysis import samples

CHECK = checks.load("claim")
FEATURES = {"img": Feature("image"), "label": Feature("label", ("cat", "dog"))}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"task": "audio-dreaming"}, "task"),
        ({"task": ""}, "task"),
        ({"metric": "happiness"}, "metric"),
        ({"metric": "bleu"}, "metric"),
        ({"metric": "wer"}, "metric"),
        ({"metric_name": "accuracy of birds only"}, "metric"),
        ({"value": None, "value_text": "good"}, "value"),
        ({"value": 250.0, "value_text": "250"}, "value"),
        ({"dataset": ""}, "dataset"),
        ({"split": ""}, "split"),
        ({"task": "sentence-similarity"}, "metric"),
    ],
)
def test_a_claim_that_lacks_something_names_the_piece(changes: dict[str, Any], missing: str):
    subject = samples.subject(samples.claim(**changes))
    assert CHECK.applies_to(subject)
    with pytest.raises(Unsupported) as caught:
        CHECK.wants(subject)
    assert caught.value.missing == missing


def test_without_a_claim_there_is_nothing_to_do():
    assert not CHECK.applies_to(replace(samples.subject(), claim=None))


def test_the_split_is_asked_for_in_the_words_of_the_claim():
    request = CHECK.wants(samples.subject(samples.claim(config="", revision="")))
    assert request is not None
    assert (request.dataset, request.config, request.split) == ("org/pictures", "", "test")


def test_a_task_that_the_claim_leaves_out_is_taken_from_the_repo():
    subject = samples.subject(samples.claim(task=""), pipeline_tag="image-classification")
    assert CHECK.wants(subject) is not None
    assert CHECK.options(subject) == {"task": "image-classification"}


@pytest.mark.parametrize("task", ["STS", "semantic-similarity", "Sentence Similarity"])
def test_tasks_have_several_names(task: str):
    subject = samples.subject(samples.claim(task=task, metric="cos_sim_spearman"))
    assert CHECK.options(subject) == {"task": "sentence-similarity"}


def test_the_target_is_no_input():
    columns = CHECK.columns(samples.subject(), FEATURES)
    assert (columns.inputs, columns.target) == (("img",), "label")


@pytest.mark.parametrize("options", [{}, {"task": "nonsense"}, {"task": 5}])
def test_a_job_without_its_task_is_not_guessed(tmp_path: Path, options: dict[str, Any]):
    job = samples.picture_job(tmp_path, tmp_path, samples.cells(1), options=options)
    with pytest.raises(CheckError, match="without the task"):
        list(CHECK.probe(job))


def parts(n: int) -> Iterator[Part]:
    """A probe of ``n`` pictures whose network says cat each time."""
    yield Part("network", {"classes": 2, "labels": [[0, "cat"], [1, "dog"]], "batch_size": n})
    for start in range(0, n, 100):
        top = np.full((min(100, n - start), 5), -1, dtype=np.int32)
        top[:, :2] = (0, 1)
        yield Part("predictions", {"start": start}, {"top": pack(top)})


def case(right: int, n: int, population: int | None = None, **claim: Any) -> Case:
    options = claim.pop("options", {})
    targets = [0] * right + [1] * (n - right)
    random.Random(5).shuffle(targets)  # noqa: S311 - the order of a run, drawn before its start
    subject = samples.subject(samples.claim(**claim))
    return Case(subject, targets, population or n, ("cat", "dog"), options)


@pytest.mark.parametrize(
    ("right", "n", "population", "verdict"),
    [
        (925, 1_000, 1_000, Verdict.CONFIRMED),
        (920, 1_000, 1_000, Verdict.CONFIRMED),  # half a point is allowed, and the rounding
        (919, 1_000, 1_000, Verdict.OVERSTATED),
        (931, 1_000, 1_000, Verdict.UNDERSTATED),
        (925, 1_000, 100_000, Verdict.INCONCLUSIVE),  # half a point is not told by so few
        (800, 1_000, 100_000, Verdict.OVERSTATED),
        (990, 1_000, 100_000, Verdict.UNDERSTATED),
        (37, 40, 100_000, Verdict.INCONCLUSIVE),
    ],
)
@pytest.mark.parametrize("whole", [False, True])
def test_verdicts(right: int, n: int, population: int, verdict: Verdict, whole: bool):
    asked = case(right, n, population, options={"whole": whole})
    finding = CHECK.judge(asked, parts(n))
    assert finding.verdict is verdict, finding.summary
    assert finding.estimate is not None
    if whole:
        assert finding.estimate.n == n
    if finding.estimate.n == n:
        assert finding.estimate.value == right / n
    assert finding.evidence["is_full_split"] is (finding.estimate.n == population)


def test_a_claim_that_is_far_off_is_decided_early_and_no_more_parts_are_read():
    asked = case(500, 1_000)
    left = parts(1_000)
    finding = CHECK.judge(asked, left)
    assert finding.verdict is Verdict.OVERSTATED
    assert finding.estimate is not None
    assert finding.estimate.n < 100
    assert sum(1 for _ in left) >= 8
    evidence = finding.evidence
    assert evidence["stopped_after"] == finding.estimate.n
    assert (evidence["method"], evidence["alpha"]) == ("betting", 0.05)
    looks = evidence["looks"]
    assert isinstance(looks, list)
    assert looks[-1] == {
        "n": finding.estimate.n, "estimate": finding.estimate.value,
        "low": finding.estimate.low, "high": finding.estimate.high,
    }  # fmt: skip
    assert f"{finding.estimate.n} of 1,000 samples were enough" in finding.summary


def test_a_run_over_the_whole_split_says_so():
    evidence = CHECK.judge(case(925, 1_000, options={"whole": True}), parts(1_000)).evidence
    assert (evidence["method"], evidence["stopped_after"]) == ("full split", None)
    looks = evidence["looks"]
    assert isinstance(looks, list)
    assert len(looks) == 50


@pytest.mark.parametrize(
    ("tolerance", "verdict"), [(0.02, Verdict.CONFIRMED), (0, Verdict.OVERSTATED)]
)
def test_whoever_asks_may_set_the_tolerance(tolerance: float, verdict: Verdict):
    asked = case(910, 1_000, options={"tolerance": tolerance, "whole": True})
    finding = CHECK.judge(asked, parts(1_000))
    assert finding.verdict is verdict
    numerics = max(tolerance, 0.002)
    assert finding.evidence["tolerance"] == pytest.approx(numerics + 0.0005)


@pytest.mark.parametrize(
    "options",
    [{"tolerance": -1}, {"tolerance": "0.1"}, {"tolerance": float("nan")}, {"tolerance": True},
     {"tolerance": float("inf")}, {"whole": 1}, {"whole": "yes"}],
)  # fmt: skip
def test_options_that_make_no_sense_are_not_guessed(options: dict[str, Any]):
    with pytest.raises(Unsupported) as caught:
        CHECK.judge(case(925, 1_000, options=options), parts(1_000))
    assert caught.value.missing == "options"


def test_an_error_is_the_claim_of_the_accuracy_that_it_leaves():
    as_error = case(
        925, 1_000, metric="error", value=7.5, value_text="7.5", options={"whole": True}
    )
    finding = CHECK.judge(as_error, parts(1_000))
    assert finding.verdict is Verdict.CONFIRMED
    assert finding.evidence["stated"] == pytest.approx(0.925)
    assert "7.5 % error" in str(finding.evidence["conversion"])


def test_the_evidence_lists_what_was_assumed():
    bare = case(
        925, 1_000, config="", revision="", split="", metric_name="Test accuracy",
        options={"whole": True},
    )  # fmt: skip
    finding = CHECK.judge(bare, parts(1_000))
    assumptions = " ".join(map(str, finding.evidence["assumptions"]))  # type: ignore[arg-type]
    for word in ("config", "revision", "split test"):
        assert word in assumptions
    expected = {"tolerance": pytest.approx(0.0055), "correct": 925, "population": 1_000}
    assert {key: finding.evidence[key] for key in expected} == expected


def test_too_few_answers_are_no_verdict():
    with pytest.raises(CheckError, match="only 900 of 1,000"):
        CHECK.judge(case(925, 1_000, options={"whole": True}), parts(900))


@pytest.mark.parametrize(("n", "population"), [(0, 10), (10, 5)])
def test_a_split_that_cannot_be_is_no_verdict(n: int, population: int):
    with pytest.raises(CheckError, match="no samples"):
        CHECK.judge(case(n, n, population), parts(n))


def test_the_claimed_value_never_enters_the_sandbox(tmp_path: Path):
    """The parts are the same whatever is claimed, because the job does not hold it."""
    folder = networks.write_tiny_vit(tmp_path / "vit")
    job = samples.picture_job(tmp_path, folder, samples.cells(8))
    for claimed in (1.5, 99.0):
        options = CHECK.options(samples.subject(samples.claim(value=claimed)))
        assert options == job.options
    assert next(iter(CHECK.probe(job))).name == "network"
