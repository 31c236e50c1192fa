"""What a network can be asked to do: one file a task, listed in ``analysis.catalog.TASKS``.

A task is split like a check: ``probe`` runs inside the sandbox and sees inputs only, ``score`` runs
outside and sees the labels. Importing a task does not import torch.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import ClassVar, Protocol

from analysis.catalog import TASKS
from analysis.contract import JSON, Case, Columns, Estimate, Feature, Job, Part, Unsupported
from analysis.metrics import Stated


@dataclass(frozen=True, slots=True)
class Answer:
    """What a task measured: the estimate, in the metric's own scale, and how it came about."""

    estimate: Estimate
    evidence: Mapping[str, JSON] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()


class Task(Protocol):
    """A task: its names, its columns, how its networks are called and how they are scored."""

    id: ClassVar[str]
    aliases: ClassVar[frozenset[str]]

    def measures(self, stated: Stated) -> bool:
        """Say whether ``score`` can compute the metric that a claim states, with its arguments."""

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Choose the columns of a dataset; raise Unsupported (missing dataset) where unclear."""

    def probe(self, job: Job) -> Iterator[Part]:
        """Yield one part "network", then parts "predictions" that cover the rows in order."""

    def score(self, stated: Stated, case: Case, parts: Iterator[Part]) -> Answer:
        """Compute the metric from hostile parts; raise CheckError unless each row is answered."""


def load(task_id: str) -> Task:
    """Import a task by its id; raise KeyError where there is none."""
    module, _, name = TASKS[task_id].partition(":")
    task: Task = getattr(import_module(module), name)()
    return task


def find(name: str) -> Task:
    """Find a task by any of its names; raise Unsupported (missing task) where there is none."""
    wanted = "-".join(name.lower().replace("_", " ").replace("-", " ").split())
    for task_id in TASKS:
        task = load(task_id)
        if wanted == task_id or wanted in task.aliases:
            return task
    if not wanted:
        raise Unsupported("The claim does not say which task it is about.", "task")
    raise Unsupported(f"The task {name[:80]!a} cannot be measured here yet.", "task")
