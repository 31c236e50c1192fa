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
from analysis.metrics import Stated, state


class ClaimCheck:
    """Measures one claimed number. Labels and the claimed value never enter the sandbox."""

    id: ClassVar[str] = "claim"
    version: ClassVar[int] = 1
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
        claim = _claim(subject)
        task = _task(subject)
        stated = _stated(claim)
        if not task.measures(stated):
            raise Unsupported(
                f"The metric {stated.metric.name} of {task.id} cannot be measured here yet.",
                "metric",
            )
        if not claim.dataset:
            raise Unsupported("The claim does not say on which dataset it was measured.", "dataset")
        split = claim.split or stated.split
        if not split:
            raise Unsupported("The claim does not say on which split it was measured.", "split")
        return DataRequest(claim.dataset, claim.config, split, claim.revision)

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Choose the task's columns of the split."""
        return _task(subject).columns(features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Predict each row, inside the sandbox."""
        import torch

        name = job.options.get("task")
        if not isinstance(name, str) or name not in TASKS:
            raise CheckError("The run was started without the task of its claim.")
        torch.manual_seed(job.seed)
        torch.use_deterministic_algorithms(mode=True, warn_only=True)
        yield from tasks.load(name).probe(job)

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Compute the metric from the predictions and hold it against the claim."""
        claim = _claim(case.subject)
        task, stated = _task(case.subject), _stated(claim)
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
            "assumptions": [*_assumptions(case.subject, stated), *found.assumptions],
        }
        return Finding(found.verdict, summary, found.estimate, evidence)


def _claim(subject: Subject) -> Claim:
    if subject.claim is None:
        raise Unsupported("There is no claim to measure.", "value")
    return subject.claim


def _task(subject: Subject) -> tasks.Task:
    """Find the task that the claim names, or else the one that the repo names."""
    return tasks.find(_claim(subject).task or subject.pipeline_tag)


def _stated(claim: Claim) -> Stated:
    """Settle what is claimed; raise Unsupported for a metric that is not the plain one."""
    stated = state(claim)
    if stated.qualifier:
        raise Unsupported(
            f"The metric is qualified by {stated.qualifier[:80]!a}, which is not understood.",
            "metric",
        )
    return stated


def _assumptions(subject: Subject, stated: Stated) -> Iterator[str]:
    claim = _claim(subject)
    if not claim.task:
        yield f"The claim names no task; {subject.pipeline_tag} was taken from the repo."
    if not claim.config:
        yield "The claim names no config of the dataset; its only or default one was taken."
    if not claim.revision:
        yield "The claim names no revision of the dataset; the current one was taken."
    if not claim.split and stated.split:
        yield f"The split {stated.split} was taken from the name of the metric."
