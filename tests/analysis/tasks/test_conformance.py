"""What every task of the catalog keeps to, whoever wrote it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import answers, catalog, tasks, trial
from analysis.arrays import pack
from analysis.contract import JSON, Array, Case, CheckError, Columns, Feature, Part, Unsupported
from analysis.matching.task_names import NAMES
from analysis.metrics import METRICS, Stated
from analysis.tasks import replies
from tests.analysis import samples

ROOT = Path(__file__).resolve().parents[3]
KINDS = ("image", "audio", "text", "label", "number", "texts", "labels", "numbers", "other")


@pytest.fixture(params=catalog.TASKS)
def task(request: pytest.FixtureRequest) -> tasks.Task:
    return tasks.load(request.param)


def test_a_task_says_what_it_is(task: tasks.Task):
    entry = catalog.TASKS[task.id]
    assert entry.about.endswith(".")
    assert "\n" not in entry.about
    assert task.answers.__module__ == answers.__name__
    assert task.answers.__name__ in entry.answers
    for name in (task.id, *NAMES[task.id]):
        assert name == name.lower().replace("_", "-").replace(" ", "-")
    assert task.id == task.id.strip("-")


def test_a_task_measures_the_metrics_that_the_catalog_lists(task: tasks.Task):
    """Others are refused before a task is asked: ``matching`` reads the catalog."""
    for metric in (METRICS[name] for name in catalog.metrics_of(task.id)):
        ways: list[dict[str, JSON]] = [{"average": way} for way in ("binary", "macro", "micro")]
        ways += [{}, {"k": 10}]
        taken = [way for way in ways if set(way) <= metric.takes | {"k"}]
        if "eps" in metric.takes:  # without, a claim says too little to be measured
            taken = [{"norm": "Linf", "eps": 0.1}]
        assert any(task.measures(Stated(metric, 0.5, 0.0, args=way)) for way in taken), metric.id


def test_the_catalog_lists_tasks_by_their_ids():
    assert all(tasks.load(task_id).id == task_id for task_id in catalog.TASKS)


def test_importing_the_tasks_imports_nothing_that_is_slow():
    program = (
        "import sys; from analysis import catalog, tasks;"
        "[tasks.load(task_id) for task_id in catalog.TASKS];"
        "print([m for m in ('torch', 'transformers', 'tokenizers', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_what_the_sandbox_is_told_is_not_the_value(task: tasks.Task):
    claim = samples.claim(task=task.id, value_text="93.71", value=93.71, raw="accuracy: 93.71")
    assert "93.71" not in str(task.options(claim))


def choose(task: tasks.Task, features: dict[str, Feature]) -> list[Columns]:
    """Choose columns in each way that a task has; what is unclear is Unsupported."""
    ways: list[Any] = [lambda: task.columns(features)]
    if isinstance(task, tasks.ChoosesByClaim):
        chooser = task
        ways.append(lambda: chooser.columns_for(samples.subject(), features))
    found: list[Columns] = []
    faults: list[Unsupported] = []
    for way in ways:
        try:
            found.append(way())
        except Unsupported as fault:
            faults.append(fault)
    assert all(fault.missing == "dataset" and str(fault).endswith(".") for fault in faults)
    return found


def test_nothing_is_chosen_out_of_nothing(task: tasks.Task):
    with pytest.raises(Unsupported) as caught:
        task.columns({})
    assert caught.value.missing == "dataset"
    assert choose(task, {}) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_dataset_of_one_kind_of_columns_ends_in_a_choice_or_a_sentence(
    task: tasks.Task, kind: str
):
    names = ("text", "label", "image", "question", "choices", "answers.text", "tokens", "score")
    for features in ({"a": Feature(kind)}, {name: Feature(kind) for name in names}):
        for columns in choose(task, features):
            assert {*columns.inputs, columns.target} <= set(features)


def forgeries() -> Iterator[tuple[str, list[Part]]]:
    """Yield what a forger might send: not one of these is an answer to two samples."""
    said: dict[str, Any] = {"classes": 3, "labels": [[0, "a"], [1, "b"], [2, "c"]]}
    network = Part("network", said)
    odd = Array("f4", (2, -1), b"")
    short = Array("f4", (2, 2), b"1234")
    strange = Array("f2", (2,), b"1234")
    names = ("top", "logits", "scores", "nats", "tags", "words", "texts", "cosine", "tokens")
    yield "nothing", []
    yield "no network", [Part("predictions", {"start": 0})]
    yield "only a network", [network]
    yield "a network of another kind", [Part("network", {"classes": [], "labels": {"0": 1}})]
    yield "an endless network", [Part("network", {"classes": 1 << 62, "labels": None})]
    yield "two networks", [network, network]
    yield "an empty part", [network, Part("predictions")]
    yield "a part from the middle", [network, Part("predictions", {"start": 1})]
    yield "a start that is no number", [network, Part("predictions", {"start": "0"})]
    yield "a part of another name", [network, Part("answers", {"start": 0})]
    for what, array in (("odd", odd), ("short", short), ("strange", strange)):
        arrays = dict.fromkeys(names, array)
        yield f"{what} arrays", [network, Part("predictions", {"start": 0}, arrays)]
    for shape in ((), (0,), (3,), (2, 2, 2), (10_000,)):
        arrays = {name: pack(np.zeros(shape, np.float32)) for name in names}
        values: dict[str, Any] = {"start": 0, "texts": [1] * 3, "answers": {"a": 1}}
        yield f"zeros of shape {shape}", [network, Part("predictions", values, arrays)]


TARGETS: dict[type[answers.Answers], list[Any]] = {
    answers.Numbers: [0.5, 1.5],
    answers.Texts: [["a"], ["b"]],
    answers.Tags: [["a"], ["b"]],
    answers.Likelihoods: ["a", "b"],
}


@pytest.mark.parametrize("parts", [pytest.param(parts, id=what) for what, parts in forgeries()])
def test_no_forgery_is_an_answer(task: tasks.Task, parts: list[Part]):
    targets = TARGETS.get(task.answers, [0, 1])
    case = Case(samples.subject(), targets, 2, ("a", "b", "c"))
    for metric in METRICS.values():
        stated = Stated(metric, 0.5, 0.0005)
        if task.measures(stated):
            with pytest.raises(CheckError):
                trial.run(task, stated, case, iter(parts))
            return
    with pytest.raises(CheckError):
        read_alone(task, case, iter(parts))


def read_alone(task: tasks.Task, case: Case, parts: Iterator[Part]) -> None:
    """Read without a metric, for answers that no metric is computed from yet."""
    stated = Stated(METRICS["accuracy"], 0.5, 0.0005)
    reader = task.reader(stated, case, replies.read_network(parts))
    for part in parts:
        reader.read(part)
    if reader.rows != len(case.targets):
        raise CheckError("Not all samples were answered.")  # as trial.run does
