"""The check "claim": run the network on the split that a claim names and compute its metric."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from analysis import tasks, trial, verdicts
from analysis.catalog import TASKS
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Claim,
    Columns,
    DataRequest,
    Feature,
    Finding,
    Job,
    Part,
    Queue,
    Subject,
    Unsupported,
)
from analysis.matching import Match, match
from analysis.metrics import Stated


class ClaimCheck:
    """Measures one claimed number. Labels and the claimed value never enter the sandbox."""

    id: ClassVar[str] = "claim"
    version: ClassVar[int] = 2
    title: ClassVar[str] = "Claimed metric, measured"
    queue: ClassVar[Queue] = Queue.CPU
    needs_claim: ClassVar[bool] = True
    needs_labels: ClassVar[bool] = False

    def applies_to(self, subject: Subject) -> bool:
        """Any claim: ``wants`` says which piece is missing where it cannot be measured."""
        return subject.claim is not None

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """Say what ``probe`` must know of the claim: its task, never its value."""
        task = _task(subject)
        return {**task.options(_claim(subject)), "task": task.id}

    def wants(self, subject: Subject) -> DataRequest | None:
        """Name the split to measure on; raise Unsupported with the first piece that is missing."""
        found = _matched(subject)
        stated = _stated(found)
        task = tasks.load(found.task)
        if not task.measures(stated):
            raise Unsupported(
                f"The metric {stated.metric.name} of {found.task} cannot be measured here yet.",
                "metric",
            )
        also = (found.written_as,) if found.written_as else ()
        request = DataRequest(found.dataset, found.config, found.split, found.revision, also=also)
        return task.with_tables(request) if isinstance(task, tasks.TableTask) else request

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Choose the task's columns of the split."""
        task = _task(subject)
        if isinstance(task, tasks.ChoosesByClaim):
            return task.columns_for(subject, features)
        return task.columns(features)

    def table_columns(
        self, subject: Subject, name: str, features: Mapping[str, Feature]
    ) -> Columns:
        """Choose the columns of another split that the task asked for."""
        task = _task(subject)
        if not isinstance(task, tasks.TableTask):
            raise CheckError("The task asks for no other splits.")
        return task.table_columns(name, features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Predict each row, inside the sandbox."""
        import torch

        name = job.options.get("task")
        if not isinstance(name, str) or name not in TASKS:
            raise CheckError("The run was started without the task of its claim.")
        torch.manual_seed(job.seed)
        torch.use_deterministic_algorithms(mode=True, warn_only=True)
        # Writing NaN over each new tensor before it is written to costs up to a tenth of a pass.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        yield from tasks.load(name).probe(job)

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Compute the metric from the predictions and hold it against the claim."""
        claim = _claim(case.subject)
        matched = _matched(case.subject)
        task, stated = tasks.load(matched.task), _stated(matched)
        found = trial.run(task, stated, case, parts)
        summary = verdicts.sentence(
            stated, claim, found.estimate, found.verdict, population=case.population
        )
        evidence: dict[str, JSON] = {
            **found.evidence,
            "task": task.id,
            "metric": stated.metric.id,
            "stated": stated.value,
            "stated_as": claim.value_text,
            "conversion": stated.converted,
            "tolerance": found.tolerance.absolute,
            "tolerance_reason": found.tolerance.reason,
            "population": case.population,
            "is_full_split": found.is_full_split,
            "assumptions": [*_assumptions(matched), *found.assumptions],
        }
        return Finding(found.verdict, summary, found.estimate, evidence)


def _claim(subject: Subject) -> Claim:
    if subject.claim is None:
        raise Unsupported("There is no claim to measure.", "value")
    return subject.claim


def _matched(subject: Subject) -> Match:
    """Find what the claim asks to be run; raise Unsupported with the first missing piece."""
    found = match(_claim(subject), subject.pipeline_tag)
    found.require()
    return found


def _task(subject: Subject) -> tasks.Task:
    """Load the task that the claim is about; raise Unsupported (missing task)."""
    found = match(_claim(subject), subject.pipeline_tag)
    missing = next((gap for gap in found.gaps if gap.piece == "task"), None)
    if missing:
        raise Unsupported(missing.sentence, "task")
    return tasks.load(found.task)


def _stated(found: Match) -> Stated:
    """Return what is claimed, of a match that lacks nothing."""
    if found.stated is None:
        raise Unsupported("There is no claim to measure.", "value")
    return found.stated


def _assumptions(found: Match) -> Iterator[str]:
    yield from found.assumptions
    if found.written_as:
        yield f"The dataset {found.written_as[:100]!a} is {found.dataset} today."
    if not found.config:
        yield "The claim names no config of the dataset; its only or default one was taken."
    if not found.revision:
        yield "The claim names no revision of the dataset; the current one was taken."
