"""One claim, piece by piece."""

import re
from dataclasses import dataclass

from analysis.catalog import TASKS, metrics_of
from analysis.contract import Claim, Unsupported
from analysis.matching.known_datasets import Known, known_dataset
from analysis.matching.task_names import PROTOCOLS, plain_name, resolve_task
from analysis.metrics import Stated, state

# An id as the Hub allows it: one or two names of letters, digits and . _ -
_DATASET_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)
_NO_NAMES = frozenset(("none", "null", "custom", "unknown", "dataset", "n/a", "private"))


@dataclass(frozen=True, slots=True)
class Gap:
    """A piece that is missing: task, dataset, config, split, metric or value.

    ``reason`` names the kind of gap without any name in it, so that gaps can be counted.
    """

    piece: str
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a claim asks to be run, as far as it is known; without ``gaps`` all of it is."""

    task: str
    dataset: str
    written_as: str  # the dataset's name on the card, where that is another one
    config: str
    split: str
    revision: str
    stated: Stated | None
    assumptions: tuple[str, ...]
    gaps: tuple[Gap, ...]

    def require(self) -> None:
        """Raise Unsupported with the first missing piece."""
        if self.gaps:
            raise Unsupported(self.gaps[0].sentence, self.gaps[0].piece)


class _Matching:
    """The pieces of one claim while they are found."""

    def __init__(self, claim: Claim, pipeline_tag: str) -> None:
        self.claim = claim
        self.gaps: list[Gap] = []
        self.assumptions: list[str] = []
        self.stated = self._stated()
        self.known = known_dataset(claim.dataset) if claim.dataset else None
        self.task = self._task(pipeline_tag)
        self.dataset = self._dataset()
        self.config = self._config()
        self.split = self._split()

    def gap(self, piece: str, reason: str, sentence: str = "") -> None:
        self.gaps.append(Gap(piece, reason, sentence or reason))

    def _stated(self) -> Stated | None:
        try:
            stated = state(self.claim)
        except Unsupported as error:
            what = {"metric": "the metric is not known", "value": "the value is not one number"}
            named = self.claim.metric or self.claim.metric_name
            reason = what.get(error.missing, error.missing) if named else "no metric is named"
            self.gap(error.missing, reason, str(error))
            return None
        if stated.qualifier:
            sentence = (
                f"The metric is qualified by {stated.qualifier[:80]!a}, which is not understood."
            )
            self.gap("metric", "the metric is qualified by words that are not understood", sentence)
        return stated

    def _task(self, pipeline_tag: str) -> str:
        written = self.claim.task or pipeline_tag
        metric = self.stated.metric.id if self.stated else ""
        task = resolve_task(written, metric)
        by_dataset = self.known.task if self.known else ""
        protocol = PROTOCOLS.get(plain_name(self.claim.task))
        if by_dataset and (not task or plain_name(written) != task):
            task = by_dataset
        if task and task in TASKS:
            self._note_task(task, pipeline_tag)
            if metric and metric not in metrics_of(task):
                name = self.stated.metric.name if self.stated else metric
                sentence = f"The metric {name} of {task} cannot be measured here yet."
                self.gap("metric", "the metric is not computed for the task", sentence)
            return task
        named = task or written
        if protocol and not by_dataset:
            sentence = f"{named[:80]!a} cannot be measured here yet: {protocol}."
            self.gap(
                "task", "the task has a protocol of its own that is not measured yet", sentence
            )
        elif not written.strip():
            self.gap("task", "no task is named", "The claim does not say which task it is about.")
        else:
            sentence = f"The task {named[:80]!a} cannot be measured here yet."
            self.gap("task", "the task is not measured yet", sentence)
        return ""

    def _note_task(self, task: str, pipeline_tag: str) -> None:
        if not self.claim.task:
            whose = "the repo" if resolve_task(pipeline_tag) == task else "the dataset"
            self.assumptions.append(f"The claim names no task; {task} was taken from {whose}.")
        elif not resolve_task(self.claim.task):
            self.assumptions.append(
                f"{self.claim.task[:60]!a} may be several tasks; {task} was taken from the"
                f" {'dataset' if self.known and self.known.task else 'metric'}."
            )

    def _dataset(self) -> str:
        written = self.claim.dataset.strip()
        if not written or written.lower() in _NO_NAMES:
            sentence = "The claim does not say on which dataset it was measured."
            self.gap("dataset", "no dataset is named", sentence)
            return ""
        if self.known and self.known.gone:
            self.gap("dataset", "the dataset cannot be had any more", self.known.gone)
        if self.known:
            is_family = self.known.id.endswith("*")
            return written if is_family else self.known.id
        if not _DATASET_ID.fullmatch(written):
            sentence = f"{written[:80]!a} is not the id of a dataset on a hub."
            self.gap("dataset", "what is named is not the id of a dataset", sentence)
        return written

    def _config(self) -> str:
        if self.claim.config:
            return self.claim.config
        written = self.claim.args.get("dataset")
        if isinstance(written, str) and written:
            self.assumptions.append(
                f"The config {written[:60]!a} was taken from the dataset's arguments, where"
                " transformers' Trainer writes it."
            )
            return written
        if self.known and self.known.config:
            self._note("config", self.known.config, self.known)
            return self.known.config
        return ""

    def _split(self) -> str:
        if self.claim.split:
            return self.claim.split
        if self.stated and self.stated.split:
            split = self.stated.split
            self.assumptions.append(f"The split {split} was taken from the name of the metric.")
            return split
        found = self.known.split_of(self.config) if self.known else ""
        if self.known and found:
            self._note("split", found, self.known)
            return found
        sentence = "The claim does not say on which split it was measured."
        if self.known and self.known.unsplit:
            sentence = f"{sentence} {self.known.unsplit}"
        self.gap("split", "no split is named", sentence)
        return ""

    def _note(self, piece: str, value: str, known: Known) -> None:
        self.assumptions.append(
            f"The claim names no {piece} of {known.id}; {value!a} was taken, the only one that"
            f" there is to take ({known.source})."
        )


def match(claim: Claim, pipeline_tag: str = "") -> Match:
    """Find what a claim asks to be run; what is missing stands in ``gaps``, worst first.

    ``pipeline_tag`` is the repo's own task, for claims that name none.
    """
    found = _Matching(claim, pipeline_tag)
    written = claim.dataset.strip()
    return Match(
        task=found.task,
        dataset=found.dataset,
        written_as=written if written.lower() != found.dataset.lower() else "",
        config=found.config,
        split=found.split,
        revision=claim.revision,
        stated=found.stated,
        assumptions=tuple(found.assumptions),
        gaps=tuple(sorted(found.gaps, key=lambda gap: _ORDER.index(gap.piece))),
    )


_ORDER = ("value", "metric", "task", "dataset", "config", "split")
