"""Zero-shot classification: a text and the names of classes in, the name that follows from it out.

A network for inference is asked whether "This example is sports." follows from the text.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Classes
from analysis.arrays import NumpyArray, pack
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Claim,
    Columns,
    Feature,
    Job,
    Part,
    Unsupported,
)
from analysis.metrics import Stated
from analysis.tasks import Reader, class_names, labels, replies
from analysis.tasks.rows import Row, read_rows
from analysis.tasks.text_classification import SINGLE, choose_target, rank, run_all
from analysis.tasks.text_reader import TextReader, read_logits

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.text_network import TextNetwork

_ROWS = 64
_BATCH_TOKENS = 16_384
_CLASSES = 200
_NAME_CHARACTERS = 200
_TEMPLATE = "This example is {}."  # the one of transformers' pipeline


class ZeroShotClassification:
    """A network for inference chooses the class whose name follows best from a text."""

    id: ClassVar[str] = "zero-shot-classification"
    answers: ClassVar[type[Answers]] = Classes

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from classes."""
        return stated.metric.id != "acc_norm" and scoring.can_score(stated, Classes)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """The sentence that the names are put into, where the claim says it."""
        found = claim.args.get("hypothesis_template")
        is_template = isinstance(found, str) and found.count("{}") == 1
        return {"template": str(found)[:_NAME_CHARACTERS] if is_template else _TEMPLATE}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the text and the label; the label's names are what the network is asked about."""
        target = choose_target(features)
        names = features[target].names
        texts = {name: feature for name, feature in features.items() if name != target}
        text = labels.pick(texts, ("text",), SINGLE, "text")
        if not text:
            raise Unsupported("The dataset has no column with a text.", "dataset")
        if not 2 <= len(names) <= _CLASSES or class_names.is_bare(names):
            raise Unsupported(
                "The dataset does not name its classes, so there is nothing to ask about.",
                "dataset",
            )
        return Columns((text,), target, options={"classes": list(names)})

    def probe(self, job: Job) -> Iterator[Part]:
        """Send how well each class's name follows from each text; NaN for a missing text."""
        from analysis.loading.batching import Batches
        from analysis.loading.text_network import load_text_network

        sentences = _sentences(job)
        network = load_text_network(job, "AutoModelForSequenceClassification")
        classes = network.run(network.encode(["a"], ["a"]), "logits")[0].shape[-1]
        follows = _follows(network, classes)
        said: dict[str, JSON] = {
            "classes": len(sentences),
            "template": str(job.options.get("template")),
        }
        yield Part("network", {**network.describe(), **said})
        batches = Batches(budget=_BATCH_TOKENS, largest=network.largest)
        for start, rows in read_rows(job, _ROWS):
            found = _ask(network, batches, rows, sentences, classes)
            scores = found[:, :, follows]
            yield Part("predictions", {"start": start, "rows": len(rows)}, {"scores": pack(scores)})

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Read one score a class."""
        return _Reader(case, network)


class _Reader(TextReader):
    """Reads the scores of the dataset's own classes, in its own order."""

    answers: type[Answers] | None = Classes

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        self._right, self._names = labels.read_targets(case)
        if len(self._names) != replies.read_count(network, "classes", 2, _CLASSES):
            raise CheckError("The sandbox was asked about other classes than the dataset has.")
        template = network.get("template")
        self.evidence = {
            **replies.copy_facts(network, "max_tokens"),
            "template": template[:_NAME_CHARACTERS] if isinstance(template, str) else "",
            "classes": len(self._names),
            "failed_samples": 0,
        }

    def read(self, part: Part) -> Classes:
        """Read one row of scores a text."""
        self.begin(part)
        scores, is_missing = read_logits(part, "scores", len(self._names))
        self.take(len(scores))
        self.failed(int(is_missing.sum()))
        right = self._right[self.rows - len(scores) : self.rows]
        return rank(scores, is_missing, right, np.arange(len(self._names)), self._names)


def _sentences(job: Job) -> list[str]:
    """Put the names of the classes into the template."""
    names, template = job.options.get("classes"), job.options.get("template", _TEMPLATE)
    if not isinstance(names, list) or not isinstance(template, str):
        raise CheckError("The run was started without the names of the dataset's classes.")
    plain = [str(name)[:_NAME_CHARACTERS].replace("_", " ") for name in names]
    return [template.replace("{}", name, 1) for name in plain]


def _follows(network: "TextNetwork", classes: int) -> int:
    """Find the network's class for "follows"; raise Unsupported where none is named so."""
    from analysis.loading.classifier import read_labels

    for index, name in read_labels(network.loaded.config).items():
        if class_names.plain(name) == "entailment" and index < classes:
            return index
    raise Unsupported("No class of the network says that a sentence follows from a text.", "task")


def _ask(
    network: "TextNetwork",
    batches: "Batches",
    rows: Sequence[Row],
    sentences: Sequence[str],
    classes: int,
) -> NumpyArray:
    """Give the logits of each text with each sentence: (n, sentences, classes) float32."""
    found = np.full((len(rows), len(sentences), classes), np.nan, dtype=np.float32)
    whole = [place for place, row in enumerate(rows) if isinstance(row[0], str)]
    if whole:
        texts = [rows[place][0] for place in whole for _ in sentences]
        logits = run_all(network, batches, (texts, [*sentences] * len(whole)), classes)
        found[whole] = logits.reshape(len(whole), len(sentences), classes)
    return found
