"""What a network can be asked to do: one file a task, listed in ``analysis.catalog.TASKS``.

A task is split like a check: ``probe`` runs inside the sandbox and sees inputs only, ``score`` runs
outside and sees the labels. Importing a task does not import torch.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import ClassVar, Protocol, runtime_checkable

from analysis.answers import Answers
from analysis.catalog import TASKS
from analysis.contract import (
    JSON,
    Case,
    Claim,
    Columns,
    DataRequest,
    Feature,
    Job,
    Part,
    Subject,
)
from analysis.metrics import Stated


class Reader(Protocol):
    """Reads the parts of one run outside of the sandbox, in order. Parts are hostile.

    ``rows`` is how many of the job's rows were answered so far, ``units`` how many units of the
    metric the whole split has (mostly samples; queries for a retrieval). ``evidence`` and
    ``assumptions`` are complete when the last part was read. ``answers`` is the kind of what is
    read, where the task has several; None means the task's only one.
    """

    answers: type[Answers] | None

    rows: int
    units: int
    evidence: dict[str, JSON]
    assumptions: list[str]

    def read(self, part: Part) -> Answers:
        """Return the answers of a part, which may be none; raise CheckError for a forged one."""


class Task(Protocol):
    """A task: its columns, how its networks are called and what they answer.

    Its other names on cards stand in ``analysis.matching.task_names``.

    ``answers`` is the kind of answers, which decides what metrics it has (``analysis.scoring``).
    """

    id: ClassVar[str]
    answers: ClassVar[type[Answers]]

    def measures(self, stated: Stated) -> bool:
        """Say whether the metric that a claim states, with its arguments, can be computed."""

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Say what ``probe`` must know of the claim beside its task; never its value."""

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Choose the columns of a dataset; raise Unsupported (missing dataset) where unclear."""

    def probe(self, job: Job) -> Iterator[Part]:
        """Yield one part "network", then parts "predictions" that cover the rows in order."""

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Begin to read; ``network`` is what the first part says, as hostile as all of it."""


@runtime_checkable
class ChoosesByClaim(Protocol):
    """A task whose columns depend on what is claimed: the direction of a translation, say."""

    def columns_for(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Choose the columns; raise Unsupported (missing dataset) where unclear."""


@runtime_checkable
class TableTask(Task, Protocol):
    """A task that needs other splits beside the one that is asked (``DataRequest.tables``).

    Its probe yields parts "table" before the first "predictions"; its reader gives no answers for
    them.
    """

    def with_tables(self, request: DataRequest) -> DataRequest:
        """Add the tables to what a claim asks for."""

    def table_columns(self, name: str, features: Mapping[str, Feature]) -> Columns:
        """Choose the columns of a table; raise Unsupported (missing dataset) where unclear."""


def load(task_id: str) -> Task:
    """Import a task by its id; raise KeyError where there is none."""
    module, _, name = TASKS[task_id].target.partition(":")
    task: Task = getattr(import_module(module), name)()
    return task
