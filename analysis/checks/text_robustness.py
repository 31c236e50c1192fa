"""The check "text-robustness": how many answers stand when a text is changed a little."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from analysis.arrays import NumpyArray, pack
from analysis.checks.data import split_of
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Columns,
    DataRequest,
    Feature,
    Finding,
    Job,
    Limits,
    Part,
    Queue,
    Subject,
    Unsupported,
    Verdict,
)
from analysis.perturbations import search
from analysis.perturbations.invariance import CHANGES, Answers, check_invariance
from analysis.perturbations.search import Ended, Result
from analysis.perturbations.summary import (
    Attacked,
    Invariance,
    summarise_attack,
    summarise_change,
    worst,
)
from analysis.tasks import class_names, labels, replies, text_classification
from analysis.tasks.rows import read_rows
from analysis.tasks.text_classification import CLASSES, TextClassification
from analysis.text import clean_text

if TYPE_CHECKING:
    from analysis.loading.text_network import TextNetwork

_WINDOW = 16  # texts that are attacked together; a stopped run loses these
_BATCH_TOKENS = 16_384
_SHOWN, _SHOWN_CHARACTERS = 6, 400
_ENDINGS = tuple(str(one) for one in Ended)


class TextRobustnessCheck:
    """Attacks a classifier of texts by small changes, and looks at changes that must not matter."""

    id: ClassVar[str] = "text-robustness"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Robustness against small changes of texts"
    queue: ClassVar[Queue] = Queue.CPU
    needs_claim: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits(wall_s=2 * 3600.0)

    def applies_to(self, subject: Subject) -> bool:
        """Classifiers of texts."""
        return subject.pipeline_tag == TextClassification.id

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """Say by which recipe, and how much may be asked about each text."""
        return {
            "recipe": subject.asked.get("recipe") or "characters",
            "queries": subject.asked.get("queries") or search.QUERIES,
        }

    def wants(self, subject: Subject) -> DataRequest | None:
        """Name the split: the one that is asked for, or that of a claim."""
        return split_of(subject, TextClassification.id)

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Choose texts and label as for a claim of accuracy."""
        return TextClassification().columns(features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Attack each text, and ask about each with harmless changes, inside the sandbox."""
        from analysis.loading.text_network import load_text_network

        network = load_text_network(job, "AutoModelForSequenceClassification")
        runner = _Runner(network, job)
        yield Part("network", {**runner.describe(), "once": True})
        for start, rows in read_rows(job, _WINDOW):
            yield runner.part(start, rows, job.first_row + start)

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Bring labels and what was found together."""
        if not case.targets:
            raise CheckError("The split has no samples.")
        reader = _Reader(case, replies.read_network(parts))
        for part in parts:
            reader.read(part)
        reader.end()
        attacked, changes = reader.attacked(), reader.changes()
        evidence: dict[str, JSON] = {
            **reader.evidence,
            "task": TextClassification.id,
            "metric": "robust_accuracy",
            "population": case.population,
            "attack": attacked.as_json(),
            "invariances": [one.as_json() for one in changes],
            "assumptions": [
                *reader.assumptions,
                "An attack finds what it finds: robust accuracy is at most what is measured here.",
            ],
            "bars": [_bars(changes)],
            "facts": _facts(attacked, changes, reader.shown),
        }
        summary = attacked.sentence()
        if found := worst(changes):
            summary = f"{summary} {found.sentence()}"
        return Finding(Verdict.MEASURED, summary, attacked.robust, evidence)


# -- inside the sandbox


class _Runner:
    """Asks a network about texts and pairs of them."""

    def __init__(self, network: "TextNetwork", job: Job) -> None:
        from analysis.loading.batching import Batches

        self._network = network
        self._batches = Batches(budget=_BATCH_TOKENS, largest=network.largest)
        self._recipe: Any = job.options.get("recipe")
        self._queries: Any = job.options.get("queries")
        self._seed = job.seed
        self._classes = network.run(network.encode(["a"]), "logits")[0].shape[1:].numel()
        if not 2 <= self._classes <= CLASSES:
            raise Unsupported("The network does not choose one of several classes.", "code")
        self._left = _SHOWN

    def describe(self) -> dict[str, JSON]:
        """Say what ran, for the evidence and for matching classes by name."""
        return {
            **text_classification.describe(self._network, self._classes),
            "recipe": self._recipe,
            "queries": self._queries,
            "changes": [one.name for one in CHANGES],
        }

    def part(self, start: int, rows: Sequence[tuple[Any, ...]], first: int) -> Part:
        """Attack one window; a text that is missing has no answer and is not attacked."""
        whole = [
            place for place, row in enumerate(rows) if all(isinstance(text, str) for text in row)
        ]
        texts: list[Any] = [rows[at][0] if len(rows[at]) == 1 else rows[at][:2] for at in whole]
        ids = [first + place for place in whole]
        found: list[Result] = (
            search.attack(
                self._ask, texts, ids, recipe=self._recipe, queries=self._queries, seed=self._seed
            )
            if texts
            else []
        )
        answers = check_invariance(self._ask, texts) if texts else []
        values: dict[str, JSON] = {"start": start, "rows": len(rows)}
        values["endings"] = [str(one.ended) for one in found]
        values["shown"] = self._shown(texts, found)
        return Part("predictions", values, _arrays(len(rows), whole, found, answers))

    def _ask(self, texts: Sequence[Any]) -> NumpyArray:
        pairs = not isinstance(texts[0], str)
        columns = list(zip(*texts, strict=True)) if pairs else [list(texts)]
        return text_classification.run_all(self._network, self._batches, columns, self._classes)

    def _shown(self, texts: Sequence[Any], found: Sequence[Result]) -> list[JSON]:
        """Tell of a few texts how they were and what broke them."""
        shown: list[JSON] = []
        for text, result in zip(texts, found, strict=True):
            before = text if isinstance(text, str) else text[0]
            if self._left and result.broken and len(before) <= _SHOWN_CHARACTERS:
                self._left -= 1
                shown.append([before, result.text, result.before, result.after])
        return shown


def _arrays(
    rows: int, whole: Sequence[int], found: Sequence[Result], answers: Sequence[Answers]
) -> dict[str, Any]:
    """Pack one row a text; texts that are missing stay -1."""
    before = np.full(rows, -1, dtype=np.int32)
    broken = np.zeros(rows, dtype=np.int32)
    queries = np.zeros(rows, dtype=np.int32)
    shares = np.zeros(rows, dtype=np.float64)
    applies = np.zeros((len(CHANGES), rows), dtype=np.int32)
    after = np.full((len(CHANGES), rows), -1, dtype=np.int32)
    for place, result in zip(whole, found, strict=True):
        before[place], broken[place] = result.before, result.broken
        queries[place], shares[place] = result.queries, result.share
    for number, one in enumerate(answers):
        applies[number, whole], after[number, whole] = one.applies, one.after
    named: dict[str, NumpyArray] = {
        "before": before, "broken": broken, "queries": queries, "shares": shares,
        "applies": applies, "after": after,
    }  # fmt: skip
    return {name: pack(values) for name, values in named.items()}


# -- outside


class _Reader(replies.RowReader):
    """Checks what came out, and puts the labels beside it."""

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        self._classes = replies.read_count(network, "classes", 2, CLASSES)
        if network.get("changes") != [one.name for one in CHANGES]:
            raise CheckError("The sandbox made other changes than it was asked for.")
        if any(isinstance(target, list) for target in case.targets):
            raise Unsupported("Each text of the dataset may have several classes.", "dataset")
        right, names = labels.read_targets(case)
        given = labels.read_names(network, self._classes)
        matching = class_names.match(given, self._classes, names)
        to_network = {int(own): place for place, own in enumerate(matching.to_dataset) if own >= 0}
        self._right = np.array([to_network.get(int(label), -1) for label in right])
        self._names = given
        self.assumptions = [matching.assumption] if matching.assumption else []
        self.evidence = {
            **replies.copy_facts(network, "max_tokens", "recipe", "queries"),
            "classes": self._classes,
            "classes_matched": matching.how,
            "failed_samples": 0,
        }
        self._parts: list[dict[str, NumpyArray]] = []
        self._endings: list[str] = []
        self.shown: list[tuple[str, str, str, str]] = []

    def read(self, part: Part) -> None:
        """Take one window; raise CheckError where it is forged."""
        self.begin(part)
        flat = {name: replies.read_array(part, name, "i4", 1) for name in _FLAT}
        flat["shares"] = replies.read_array(part, "shares", "f8", 1)
        tall = {name: replies.read_array(part, name, "i4", 2) for name in ("applies", "after")}
        n = len(flat["before"])
        is_odd = any(len(values) != n for values in flat.values()) or any(
            values.shape != (len(CHANGES), n) for values in tall.values()
        )
        for values in (flat["before"], tall["after"]):
            is_odd = is_odd or not (values.min() >= -1 and values.max() < self._classes)
        endings = part.values.get("endings")
        if is_odd or not isinstance(endings, list) or not set(endings) <= set(_ENDINGS):
            raise CheckError("The sandbox sent answers of another form than it says.")
        if len(endings) != int((flat["queries"] > 0).sum()):
            raise CheckError("The sandbox sent more searches than texts.")
        self.take(n)
        self._parts.append(flat | {name: values.T for name, values in tall.items()})
        self._endings += [str(one) for one in endings]
        self._show(part.values.get("shown"))

    def _show(self, shown: JSON) -> None:
        for one in shown if isinstance(shown, list) else ():
            match one:
                case [str(before), str(after), int(was), int(now)] if (
                    len(self.shown) < _SHOWN and 0 <= min(was, now) <= max(was, now) < self._classes
                ):
                    said = (clean_text(text, 2 * _SHOWN_CHARACTERS) for text in (before, after))
                    self.shown.append((*said, self._names[was], self._names[now]))  # type: ignore[arg-type]

    def _column(self, name: str) -> NumpyArray:
        return np.concatenate([part[name] for part in self._parts])

    def attacked(self) -> Attacked:
        """Summarise the attack over the texts that there are."""
        seen = self._column("queries") > 0
        self.evidence["failed_samples"] = int((~seen).sum())
        if not seen.any():
            raise CheckError("None of the texts could be read.")
        before, right = self._column("before")[seen], self._right[seen]
        return summarise_attack(
            (before == right) & (before >= 0),
            self._column("broken")[seen] > 0,
            self._column("shares")[seen],
            self._column("queries")[seen],
            self._endings,
        )

    def changes(self) -> list[Invariance]:
        """Summarise the changes that must not matter, those that apply to any text."""
        before, applies = self._column("before"), self._column("applies")
        after = self._column("after")
        found = [
            summarise_change(
                change.name, change.title, applies[:, place] > 0, before, after[:, place],
                keeps_meaning=change.keeps_meaning, right=self._right,
            )
            for place, change in enumerate(CHANGES)
        ]  # fmt: skip
        return [one for one in found if one is not None]


_FLAT = ("before", "broken", "queries")


def _bars(changes: Sequence[Invariance]) -> dict[str, JSON]:
    groups: list[JSON] = []
    for title, keeps in (("Must not matter", True), ("May change what is meant", False)):
        bars: list[JSON] = [
            {
                "name": one.title,
                "value": one.changed.value,
                "low": one.changed.low,
                "high": one.changed.high,
            }
            for one in changes
            if one.keeps_meaning is keeps
        ]
        if bars:
            groups.append({"name": title, "bars": bars})
    return {"title": "Share of answers that change", "unit": "share", "groups": groups}


def _facts(
    attacked: Attacked, changes: Sequence[Invariance], shown: Sequence[tuple[str, str, str, str]]
) -> list[JSON]:
    found: list[JSON] = [
        {
            "name": "Queries",
            "value": f"{attacked.queries:.0f} a text",
            "sentence": "How often the network was asked about a text, on the mean.",
        },
        {
            "name": "Changes looked at",
            "value": len(changes),
            "sentence": "Each over the texts that it applies to.",
        },
    ]
    for number, (before, after, was, now) in enumerate(shown, 1):
        sentence = f"“{before}” was {was}; “{after}” is {now}."
        found.append({"name": f"Example {number}", "value": "broken", "sentence": sentence})
    return found
