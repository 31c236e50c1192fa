"""What a check is given and what it gives back. Standard library only.

A check has two halves with a wall between them. ``probe`` runs inside the sandbox, touches the
model and sees no label; ``judge`` runs outside, sees the claim and the labels and does arithmetic
on what ``probe`` sent. Everything that crosses the wall is JSON or a flat numeric array.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]


class Verdict(StrEnum):
    """The answer of a finding. "Could not be checked" is a state of the run, never a verdict."""

    # of a claim
    CONFIRMED = "confirmed"
    OVERSTATED = "overstated"
    UNDERSTATED = "understated"
    # of a risk
    PASS = "pass"  # noqa: S105
    WARN = "warn"
    FAIL = "fail"
    # of a number that nobody claimed
    MEASURED = "measured"
    # of any
    INCONCLUSIVE = "inconclusive"


class Queue(StrEnum):
    """Which kind of worker a check needs."""

    FILES = "files"
    CPU = "cpu"
    GPU = "gpu"


class ClaimSource(StrEnum):
    """In which form an author made a claim."""

    MODEL_INDEX = "model-index"
    EVAL_RESULTS = "eval-results"
    TABLE = "table"
    RESULT_LIST = "result-list"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a claim stands: a file of the revision and a JSON path in it, or a line (from 1)."""

    file: str
    path: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that can be measured, as its author made it.

    ``value_text`` is the value exactly as written (``"92.64"``, ``"20.0 ± 1.2"``, ``"91.7 %"``);
    ``value`` is the number in it, unscaled (92.64, 20.0, 91.7), None where there is no finite
    number. Pieces that the author did not give are empty strings: unknown, never a wildcard.
    ``metric`` is the identifier as written (``metrics[].type``), ``metric_name`` its display name.
    """

    source: ClaimSource
    place: Place
    raw: str
    metric: str
    value_text: str
    value: float | None
    metric_name: str = ""
    task: str = ""
    dataset: str = ""
    dataset_name: str = ""
    config: str = ""
    split: str = ""
    revision: str = ""
    args: Mapping[str, JSON] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A revision as its metadata describe it, before any file is touched.

    ``asked`` are the options of the check that somebody asked for, those that the catalog lists
    with their defaults. ``claims`` are what the revision states, for checks that measure no claim
    and look for a split that its author uses.
    """

    repo: str
    sha: str
    files: Mapping[str, int] = field(default_factory=dict)  # path -> size in bytes
    config: Mapping[str, JSON] = field(default_factory=dict)
    pipeline_tag: str = ""
    library: str = ""
    claim: Claim | None = None
    asked: Mapping[str, JSON] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A split of a dataset that a check needs, in the words of the hub.

    ``tables`` are other splits that it needs by their names: their inputs go in whole, before the
    rows that are asked, and their targets stay outside. ``most`` is how many rows of such a table
    are drawn where it has more. ``also`` are other names of the dataset, for a hub that does not
    have it under the first.
    """

    dataset: str
    config: str
    split: str
    revision: str = ""
    tables: tuple[tuple[str, "DataRequest"], ...] = ()
    most: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of a dataset: ``kind`` is image, audio, text, label, number or other.

    ``texts``, ``labels`` and ``numbers`` are lists of them in each row. Columns inside of others
    have both names: ``translation.en``, ``answers.text``.
    """

    kind: str
    names: tuple[str, ...] = ()  # of classes, for the kinds "label" and "labels"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a split a check reads; ``target`` never enters the sandbox.

    ``are_named``: the inputs' own names mean something inside (of the columns of a table).
    ``options`` are what ``probe`` must know of the dataset: the languages of a translation, say.
    ``beside`` are columns that belong to the target and stay outside as well; each target is then
    a list of its own value and theirs. ``among`` names a table: only rows count whose target is
    one of the table's.
    """

    inputs: tuple[str, ...]
    target: str
    are_named: bool = False
    options: Mapping[str, JSON] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    among: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use. Bytes, seconds, processes."""

    wall_s: float = 900.0
    memory_bytes: int = 4 << 30
    scratch_bytes: int = 1 << 30
    output_bytes: int = 256 << 20
    processes: int = 64


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that ``probe`` may see. There are no labels and no claimed value in it.

    ``inputs`` is an Arrow IPC file with one row a sample, in the order in which it must be
    answered, or None where the check needs no data. ``options`` are the check's own parameters.
    ``tables`` are names and lengths of what stands in the file before the ``rows``. ``first_row``
    is how many rows of the run were answered by an attempt before: what is drawn for a row is drawn
    by ``first_row`` plus its place here, so that a run goes on as if it had not been stopped.
    """

    check: str
    snapshot: Path
    inputs: Path | None
    rows: int
    columns: tuple[str, ...]
    device: str
    seed: int
    allow_code: bool = False
    scratch: Path = Path("/scratch")
    options: Mapping[str, JSON] = field(default_factory=dict)
    limits: Limits = Limits()
    tables: tuple[tuple[str, int], ...] = ()
    first_row: int = 0


@dataclass(frozen=True, slots=True)
class Array:
    """A numeric array as it crosses the wall: little-endian, C order, never an object."""

    dtype: str  # f4 f8 i4 i8 u1
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of what ``probe`` saw: predictions of one batch, or measures of one step.

    ``values["start"]`` and ``["rows"]`` say which of the job's rows it answers, each row by one
    part and in their order: a run that is stopped goes on behind the last of them. A part with
    ``values["once"]`` true is about the network as a whole and comes before the first row; of a run
    that goes on the judge sees that of the first attempt. A part named "progress" with ``done``,
    ``total`` and a ``sentence`` may come at any time; it is shown, and no judge sees it.
    """

    name: str
    values: Mapping[str, JSON] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a measurement may lie from a claim and still be it, in the metric's own scale."""

    absolute: float
    reason: str


AskedRow = Mapping[str, bytes | int]


class Trial(Protocol):
    """What a check asks a network about, round by round, in rows of its own making."""

    columns: tuple[str, ...]

    def next_rows(self) -> Sequence[AskedRow] | None:
        """Return the rows of the next round, after the answers to the last; None at the end."""

    def probe_options(self) -> Mapping[str, JSON]:
        """Say what the probe must know in this round; nothing of it is a secret."""


@dataclass(frozen=True, slots=True)
class Case:
    """What ``judge`` knows and ``probe`` does not.

    ``targets`` are the labels in the order of the job's rows; ``population`` is the size of the
    whole split; ``label_names`` are the dataset's class names, where it has some; ``tables`` are
    the targets of the other splits that were asked for, in the order of their rows inside.
    ``trial`` is what a check of marks has opened for this run.
    """

    subject: Subject
    targets: Sequence[JSON]
    population: int
    label_names: tuple[str, ...] = ()
    options: Mapping[str, JSON] = field(default_factory=dict)
    tables: Mapping[str, Sequence[JSON]] = field(default_factory=dict)
    trial: Trial | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value with its 95 % interval, over ``n`` of the split's samples."""

    value: float
    low: float
    high: float
    n: int


class PictureKind(StrEnum):
    """What a picture of a finding shows."""

    CLEAN = "clean"
    PERTURBATION = "perturbation"
    ADVERSARIAL = "adversarial"
    CORRUPTED = "corrupted"
    TRIGGER = "trigger"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that goes with a finding: raw pixels, u1, of shape (height, width, 1 or 3).

    ``name`` is a slug of its own within the finding. Pictures of the same ``group`` stand side by
    side under it as their caption; ``alt`` says to who cannot see it what there is to see.
    """

    name: str
    title: str
    alt: str
    kind: PictureKind
    pixels: Array
    group: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run found: the verdict, one sentence, and enough to see how it came about.

    ``evidence`` may hold ``curves``, ``bars`` and ``facts``, which pages draw (docs/evidence.md).
    """

    verdict: Verdict
    summary: str
    estimate: Estimate | None = None
    evidence: Mapping[str, JSON] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()


class CheckError(Exception):
    """No verdict could be reached. Never means that the claim is false.

    The message is one plain sentence for people.
    """


class Unsupported(CheckError):  # noqa: N818 - reads as the state that it becomes
    """The claim or the files are not of a kind that this check can measure.

    ``missing`` names the piece: task, dataset, config, split, metric, value, weights, code.
    ``dataset_sha`` is the commit of the dataset that lacks it, where one was looked at.
    """

    def __init__(self, message: str, missing: str = "", dataset_sha: str = "") -> None:
        super().__init__(message)
        self.missing = missing
        self.dataset_sha = dataset_sha


class Refused(Unsupported):
    """The weights or the code were not loaded, because loading them could do harm."""


class Check(Protocol):
    """A way to measure. Same job and same seed give the same finding.

    ``version`` goes up when the same job may give another finding; ``id`` never changes.
    """

    id: ClassVar[str]
    version: ClassVar[int]
    title: ClassVar[str]
    queue: ClassVar[Queue]
    needs_claim: ClassVar[bool]
    needs_labels: ClassVar[bool]

    def applies_to(self, subject: Subject) -> bool:
        """Say from metadata alone whether this check has anything to do here."""

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """Say what ``probe`` must know of the claim (its task, say), never its value."""

    def wants(self, subject: Subject) -> DataRequest | None:
        """Name the split that is needed; raise Unsupported with the missing piece."""

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Choose the columns of that split; raise Unsupported where they do not fit."""

    def probe(self, job: Job) -> Iterator[Part]:
        """Measure, inside the sandbox. Raise CheckError when that cannot be done."""

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Decide, outside; stop reading parts as soon as the verdict is certain."""


@runtime_checkable
class VettingCheck(Check, Protocol):
    """A check that looks at the options it is asked for, beyond what the catalog can say."""

    def vet(self, asked: Mapping[str, JSON]) -> None:
        """Raise Unsupported or ValueError, in words, where these options make no sense together."""


@runtime_checkable
class LimitedCheck(Check, Protocol):
    """A check whose runs may use other amounts than the usual ones."""

    limits: ClassVar[Limits]


@runtime_checkable
class TableCheck(Check, Protocol):
    """A check that asks for other splits beside the one that it measures on."""

    def table_columns(
        self, subject: Subject, name: str, features: Mapping[str, Feature]
    ) -> Columns:
        """Choose the columns of one of ``DataRequest.tables``; raise Unsupported."""
