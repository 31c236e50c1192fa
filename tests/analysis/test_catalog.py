"""What every check and task of the catalog keeps to, whoever wrote it."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, replace
from importlib import metadata
from importlib.metadata import EntryPoints
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import catalog, checks, tasks
from analysis.checks.watermarks import WatermarksCheck
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Estimate,
    Feature,
    Finding,
    Job,
    Limits,
    Queue,
    Subject,
    Unsupported,
)
from analysis.marks import SecretMark
from analysis.matching.task_names import NAMES, resolve_task
from analysis.watermarks.answer_keys import AnswerKeys, random_labels
from tests import networks, plugins, text_networks
from tests.analysis import jobs, samples

CHECKS = list(catalog.BUILT_IN)
IDS = [entry.id for entry in CHECKS]


@pytest.fixture(params=CHECKS, ids=IDS)
def entry(request: pytest.FixtureRequest) -> catalog.Entry:
    found: catalog.Entry = request.param
    return found


# -- one job a check, small enough to run here ----------------------------------------------------


def claim_job(folder: Path) -> tuple[Job, Case, dict[str, Feature]]:
    snapshot = networks.write_tiny_vit(folder / "vit", labels=["cat", "dog", "cow"])
    job = samples.picture_job(folder, snapshot, samples.cells(12))
    names = ("dog", "cat", "cow")
    case = Case(samples.subject(), [n % 3 for n in range(12)], 12, names)
    return job, case, {"img": Feature("image"), "label": Feature("label", names)}


def corrupted_job(folder: Path) -> tuple[Job, Case, dict[str, Feature]]:
    job, case, features = claim_job(folder)
    subject = replace(case.subject, pipeline_tag="image-classification")
    job = replace(job, rows=2, inputs=samples.write_inputs(folder, {"img": samples.cells(2)}))
    options = checks.load("corruptions").options(subject)
    return (
        replace(job, options=options),
        replace(case, subject=subject, targets=case.targets[:2]),
        features,
    )


def attacked_job(folder: Path) -> tuple[Job, Case, dict[str, Feature]]:
    job, case, features = corrupted_job(folder)
    asked: dict[str, JSON] = {"eps": [0.5], "norm": "Linf", "version": "rand"}
    subject = replace(case.subject, pipeline_tag="image-classification", asked=asked)
    options = checks.load("adversarial").options(subject)
    return replace(job, options=options), replace(case, subject=subject), features


def text_job(folder: Path) -> tuple[Job, Case, dict[str, Feature]]:
    names = ("cat", "dog")
    snapshot = text_networks.write_bert(
        folder / "bert", "BertForSequenceClassification", list(names)
    )
    texts = ["the cat sits", "a dog runs", "the man sings"]
    subject = replace(
        samples.subject(),
        pipeline_tag="text-classification",
        asked={"recipe": "characters", "queries": 20},
    )
    options = dict(checks.load("text-robustness").options(subject))
    job = jobs.make(folder, snapshot, "text-classification", {"text": texts}, options=options)
    features = {"text": Feature("text"), "label": Feature("label", names)}
    return job, Case(subject, [0, 1, 1], 3, names), features


def scanned_job(folder: Path) -> tuple[Job, Case, dict[str, Feature]]:
    job, case, features = claim_job(folder)
    subject = replace(case.subject, pipeline_tag="image-classification")
    return replace(job, options={}), replace(case, subject=subject), features


def marked_job(folder: Path) -> tuple[Job, Case, dict[str, Feature]]:
    """Ask an untaught network about keys that somebody made up; the trial is in its first round."""
    snapshot = networks.write_tiny_vit(folder / "vit")
    subject = replace(samples.subject(), pipeline_tag="image-classification")
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (16, 3, 32, 32), dtype=np.uint8)
    salt = bytes(range(32))
    labels = random_labels(salt, 10, 16)
    keys = AnswerKeys.made("triggers", 10, pictures, labels, np.zeros(16, bool), salt=salt)
    when = "2026-01-02T03:04:05+00:00"
    mark = SecretMark(1, "made up", "0" * 64, when, is_after=False, keys=keys.to_bytes())
    trial = WatermarksCheck().begin(subject, [mark])
    rows = trial.next_rows()
    assert rows is not None
    columns = {name: [row[name] for row in rows] for name in trial.columns}
    options = dict(trial.probe_options())
    job = jobs.make(folder, snapshot, "", columns, check="watermarks", options=options)
    return job, Case(subject, [], 0, trial=trial), {}


def hinted_job(folder: Path) -> tuple[Job, Case, dict[str, Feature]]:
    job, case, _ = marked_job(folder)
    job = replace(job, inputs=None, rows=0, columns=(), options={"writes": False})
    return job, replace(case, trial=None), {}


JOBS: dict[str, Callable[[Path], tuple[Job, Case, dict[str, Feature]]]] = {
    "claim": claim_job,
    "adversarial": attacked_job,
    "corruptions": corrupted_job,
    "text-robustness": text_job,
    "backdoors": scanned_job,
    "watermarks": marked_job,
    "watermark-hints": hinted_job,
}


def test_each_check_has_a_job_here():
    assert set(JOBS) == set(IDS)


def test_an_entry_says_what_its_check_says(entry: catalog.Entry):
    check = checks.load(entry.id)
    said = (check.id, check.version, check.title, check.queue, check.needs_claim)
    assert said == (entry.id, entry.version, entry.title, entry.queue, entry.needs_claim)
    assert entry.version >= 1
    assert isinstance(entry.queue, Queue)
    assert entry.id.isascii()
    assert entry.about.endswith(".")


def test_each_check_has_its_page(entry: catalog.Entry):
    page = Path(__file__).resolve().parents[2] / "docs" / "checks" / f"{entry.id}.md"
    assert page.read_text().startswith(f"# {entry.title}\n")


def as_json(value: Any) -> Any:
    """Write what may cross the wall, and read it again."""
    return json.loads(json.dumps(asdict(value), default=str, allow_nan=False))


def test_a_job_survives_json(entry: catalog.Entry, tmp_path: Path):
    job, _, _ = JOBS[entry.id](tmp_path)
    raw = as_json(job)
    raw["limits"] = Limits(**raw["limits"])
    raw["columns"] = tuple(raw["columns"])
    raw["tables"] = tuple(map(tuple, raw["tables"]))
    for key in ("snapshot", "inputs", "scratch"):
        raw[key] = Path(raw[key]) if raw[key] is not None else None
    assert Job(**raw) == job


def test_the_same_job_gives_the_same_finding(entry: catalog.Entry, tmp_path: Path):
    job, case, features = JOBS[entry.id](tmp_path)
    check = checks.load(entry.id)
    assert check.applies_to(case.subject)
    if features:
        assert check.columns(case.subject, features).inputs == job.columns
    assert check.options(case.subject).items() <= job.options.items()
    probes = (check.probe(job) for _ in range(2))
    parts = ((part for part in probe if part.name != "progress") for probe in probes)
    first, second = (check.judge(deepcopy(case), seen) for seen in parts)
    assert first == second
    assert first.summary.endswith(".")
    read = as_json(first)
    estimate = Estimate(**read["estimate"]) if read["estimate"] else None
    again = Finding(first.verdict, read["summary"], estimate, read["evidence"], first.pictures)
    assert again == first


def test_what_cannot_be_read_is_refused_in_a_sentence(entry: catalog.Entry, tmp_path: Path):
    job, _, _ = JOBS[entry.id](tmp_path)
    for name in ("config.json", "model.safetensors", "preprocessor_config.json"):
        (job.snapshot / name).write_bytes(b"\x00\xff broken")
    with pytest.raises(CheckError) as caught:
        list(checks.load(entry.id).probe(job))
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_a_check_reads_no_file_to_say_whether_it_applies(entry: catalog.Entry):
    subject = Subject("nobody/nothing", "0" * 40)
    assert isinstance(checks.load(entry.id).applies_to(subject), bool)


def test_an_unknown_check_is_a_key_error():
    with pytest.raises(KeyError):
        checks.load("nonsense")


@pytest.mark.parametrize("task_id", catalog.TASKS)
def test_a_task_is_found_by_each_of_its_names(task_id: str):
    assert tasks.load(task_id).id == task_id
    for name in (task_id, task_id.upper(), task_id.replace("-", "_"), *NAMES[task_id]):
        assert resolve_task(name) == task_id


@pytest.mark.parametrize("name", ["", "  ", "nonsense", "image\x00classification"])
def test_an_unknown_task_is_unsupported(name: str):
    subject = samples.subject(samples.claim(task=name))
    with pytest.raises(Unsupported) as caught:
        checks.load("claim").wants(subject)
    assert caught.value.missing == "task"
    assert str(caught.value).isprintable()


def test_packages_are_asked_once_for_their_checks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []

    def entry_points(group: str) -> EntryPoints:
        asked.append(group)
        return metadata.entry_points(group=group)

    monkeypatch.setattr(catalog, "entry_points", entry_points)
    plugins.install(tmp_path, monkeypatch)  # a path that was not asked yet
    assert plugins.ENTRY.id in catalog.entries()
    assert plugins.ENTRY.id in catalog.entries()
    assert asked == ["assay.checks"]
