"""Text classification: a text or a pair of texts in, its class, its classes or a number out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Classes, LabelSets, Numbers
from analysis.arrays import NumpyArray, pack
from analysis.catalog import metrics_of
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
from analysis.tasks.text_reader import TextReader, read_logits, softmax

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.text_network import TextNetwork

TOP = 5
CLASSES = 1_000
_WINDOW = 512  # texts that are sorted by length together, so that batches need little padding
_BATCH_TOKENS = 16_384
_ONE = "single_label_classification"
# The columns of GLUE, SNLI, PAWS, MTEB and of most datasets that are built like them.
PAIRS = (
    ("premise", "hypothesis"), ("sentence1", "sentence2"), ("question1", "question2"),
    ("question", "sentence"), ("text_a", "text_b"), ("text1", "text2"), ("sent1", "sent2"),
    ("sentence_a", "sentence_b"), ("sentence_A", "sentence_B"), ("sentence_1", "sentence_2"),
)  # fmt: skip
SINGLE = (
    "text", "sentence", "content", "review", "review_body", "tweet", "comment", "comment_text",
    "utterance", "utt", "headline", "title", "question", "document", "body",
)  # fmt: skip
TARGETS = (
    "label", "labels", "class", "intent", "category", "target", "sentiment", "emotion",
    "gold_label", "stars", "rating", "score",
)  # fmt: skip
_MULTI_LABEL = "multi_label_classification"


class TextClassification:
    """A network gives a text, or a pair of them, classes out of a fixed set, or a number."""

    id: ClassVar[str] = "text-classification"
    answers: ClassVar[type[Answers]] = Classes

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from one of the kinds of answers."""
        kinds = (Classes, LabelSets, Numbers)
        is_known = any(scoring.can_score(stated, kind) for kind in kinds)
        is_ours = stated.metric.id in metrics_of(self.id)
        return is_known and is_ours and "similarity" not in stated.args

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: the columns say whether there are pairs."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take a pair or a text, and what is to be found out, by their usual names."""
        target = choose_target(features)
        texts = {
            name: feature
            for name, feature in features.items()
            if feature.kind == "text" and name != target
        }
        for first, second in PAIRS:
            if first in texts and second in texts:
                return Columns((first, second), target)
        text = labels.pick(texts, ("text",), SINGLE, "text")
        if not text:
            raise Unsupported("The dataset has no column with a text.", "dataset")
        return Columns((text,), target)

    def probe(self, job: Job) -> Iterator[Part]:
        """Send the logits of each text; NaN for a text that is missing."""
        from analysis.loading.batching import Batches
        from analysis.loading.precision import FULL, HalfPrecision
        from analysis.loading.text_network import load_text_network

        network = load_text_network(job, "AutoModelForSequenceClassification")
        classes = network.run(network.encode(["a"]), "logits")[0].shape[1:].numel()
        if not 1 <= classes <= CLASSES:
            raise Unsupported(f"The network has {classes:,} classes, which is too many.", "code")
        # A number, or several classes at once, is not decided by which class is the first.
        is_one = classes > 1 and network.loaded.config.get("problem_type") in (None, _ONE)
        half = HalfPrecision(job.device, job.options.get("precision") if is_one else FULL)
        batches = Batches(budget=_BATCH_TOKENS, largest=network.largest, half=half)
        for start, rows in read_rows(job, _WINDOW):
            logits = _classify(network, batches, rows, classes)
            if not start:  # in what precision it runs shows with the first batch
                yield Part("network", {**describe(network, classes), "dtype": half.dtype})
            yield Part("predictions", {"start": start, "rows": len(rows)}, {"logits": pack(logits)})

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Read a number where the network has one output, sets where labels are sets."""
        classes = replies.read_count(network, "classes", 1, CLASSES)
        if classes == 1:
            return _NumberReader(case, network)
        if any(isinstance(target, list) for target in case.targets):
            return _SetReader(case, network, classes)
        return ClassReader(case, network, classes)


class ClassReader(TextReader):
    """Turns logits into the classes of the dataset, best first, and their probabilities."""

    answers: type[Answers] | None = Classes

    def __init__(self, case: Case, network: Mapping[str, JSON], classes: int) -> None:
        super().__init__(case)
        self._right, self._names = labels.read_targets(case)
        matching = class_names.match(labels.read_names(network, classes), classes, self._names)
        self._to_dataset = matching.to_dataset
        self.assumptions = [matching.assumption] if matching.assumption else []
        self.evidence = _facts(network, classes) | {"classes_matched": matching.how}

    def read(self, part: Part) -> Classes:
        """Read one row of logits a text."""
        self.begin(part)
        logits, is_missing = read_logits(part, "logits", len(self._to_dataset))
        self.take(len(logits))
        self.failed(int(is_missing.sum()))
        right = self._right[self.rows - len(logits) : self.rows]
        return rank(logits, is_missing, right, self._to_dataset, self._names)


def rank(
    logits: NumpyArray,
    is_missing: NumpyArray,
    right: NumpyArray,
    to_dataset: NumpyArray,
    names: Sequence[str],
) -> Classes:
    """Make answers of logits (n, network classes); rows that are missing are no answer."""
    safe = np.where(is_missing[:, None], 0.0, logits)
    ranked = to_dataset[np.argsort(-safe, axis=1, kind="stable")[:, :TOP]]
    ranked[is_missing] = -1
    scores = np.full((len(logits), len(names)), np.nan)
    is_shared = to_dataset >= 0
    scores[:, to_dataset[is_shared]] = softmax(safe)[:, is_shared]
    scores[is_missing] = np.nan
    return Classes(right, ranked, scores, names)


class _SetReader(TextReader):
    """Turns logits into sets of the dataset's classes: those more likely than not."""

    answers: type[Answers] | None = LabelSets

    def __init__(self, case: Case, network: Mapping[str, JSON], classes: int) -> None:
        super().__init__(case)
        self._right, self._names = _sets(case)
        matching = class_names.match(labels.read_names(network, classes), classes, self._names)
        self._to_dataset = matching.to_dataset
        self.assumptions = [matching.assumption] if matching.assumption else []
        if network.get("problem_type") != _MULTI_LABEL:
            self.assumptions.append(
                "The network does not say that its classes go together; each was taken by itself."
            )
        self.evidence = _facts(network, classes) | {"classes_matched": matching.how}

    def read(self, part: Part) -> LabelSets:
        """Read one row of logits a text; a text without an answer has no class."""
        self.begin(part)
        logits, is_missing = read_logits(part, "logits", len(self._to_dataset))
        self.take(len(logits))
        self.failed(int(is_missing.sum()))
        is_shared = self._to_dataset >= 0
        scores = np.zeros((len(logits), len(self._names)))
        safe = np.where(is_missing[:, None], -np.inf, logits)
        with np.errstate(over="ignore"):
            scores[:, self._to_dataset[is_shared]] = (1 / (1 + np.exp(-safe)))[:, is_shared]
        right = self._right[self.rows - len(logits) : self.rows]
        return LabelSets(right, scores > 0.5, scores, self._names)


class _NumberReader(TextReader):
    """Reads the only output of a network for regression."""

    answers: type[Answers] | None = Numbers

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        if not all(type(target) in (int, float) for target in case.targets) or case.label_names:
            raise Unsupported(
                "The network gives one number a text, and the dataset has classes.", "dataset"
            )
        self._right = np.array(case.targets, dtype=np.float64)
        self.evidence = _facts(network, 1)

    def read(self, part: Part) -> Numbers:
        """Read one number a text."""
        self.begin(part)
        given, is_missing = read_logits(part, "logits", 1)
        self.take(len(given))
        self.failed(int(is_missing.sum()))
        right = self._right[self.rows - len(given) : self.rows]
        return Numbers(right, np.where(is_missing, np.nan, given[:, 0]))


def choose_target(features: Mapping[str, Feature]) -> str:
    """Find what is to be found out; prefer a column of names to one of bare numbers."""
    target = labels.pick(features, ("label", "labels"), TARGETS, "label")
    if not target:
        named = {name: features[name] for name in TARGETS if name in features}
        target = labels.pick(named, ("number", "text", "numbers", "texts"), TARGETS, "label")
    if not target:
        raise Unsupported("The dataset has no column with a label.", "dataset")
    if features[target].kind == "number":
        for spelled in (f"{target}_text", f"{target}_name"):
            if spelled in features and features[spelled].kind == "text":
                return spelled
    return target


def _facts(network: Mapping[str, JSON], classes: int) -> dict[str, JSON]:
    return {
        **replies.copy_facts(network, "max_tokens"),
        "classes": classes,
        "failed_samples": 0,
    }


def describe(network: "TextNetwork", classes: int) -> dict[str, JSON]:
    """Say what ran, for the evidence and for matching classes by name."""
    from analysis.loading.classifier import read_labels

    names = read_labels(network.loaded.config)
    return {
        **network.describe(),
        "classes": classes,
        "labels": [[index, name] for index, name in sorted(names.items())],
        "problem_type": network.loaded.config.get("problem_type"),
    }


def _classify(
    network: "TextNetwork", batches: "Batches", rows: Sequence[Row], classes: int
) -> NumpyArray:
    """Give the logits of each row: (n, classes) float32, NaN where a text is missing."""
    logits = np.full((len(rows), classes), np.nan, dtype=np.float32)
    whole = [place for place, row in enumerate(rows) if all(isinstance(text, str) for text in row)]
    if whole:
        columns = list(zip(*(rows[place] for place in whole), strict=True))
        logits[whole] = run_all(network, batches, columns, classes)
    return logits


def run_all(
    network: "TextNetwork", batches: "Batches", columns: Sequence[Sequence[str]], classes: int
) -> NumpyArray:
    """Give the logits of texts or pairs, one or two columns: (n, classes) float32."""
    from analysis.loading.text_network import lengths

    ids = network.encode(*columns)
    logits = np.empty((len(ids), classes), dtype=np.float32)
    found = batches.each(
        lengths(ids), lambda places: network.run([ids[place] for place in places], "logits")[0]
    )
    for places, answer in found:
        if answer.shape != (len(places), classes):
            raise CheckError("The network changes its number of classes from batch to batch.")
        logits[places] = answer.numpy()
    return logits


def _sets(case: Case) -> tuple[NumpyArray, Sequence[str]]:
    """Give sets of labels as (n, classes) bool, and the names of the classes."""
    rows = [target if isinstance(target, list) else [] for target in case.targets]
    given = [label for row in rows for label in row]
    if not given and not case.label_names:
        raise Unsupported("No sample of the split has a label.", "split")
    if given and all(isinstance(label, str) for label in given):
        names: Sequence[str] = sorted({str(label) for label in given})
        numbers: dict[JSON, int] = {name: index for index, name in enumerate(names)}
        rows = [[numbers[str(label)] for label in row] for row in rows]
    elif all(type(label) is int and label >= 0 for label in given):
        most = max((int(str(label)) for label in given), default=0)
        names = case.label_names or tuple(map(str, range(most + 1)))
        if most >= len(names):
            raise CheckError("The dataset has labels beyond its own class names.")
    else:
        raise Unsupported(
            "The labels of the dataset are neither whole numbers nor names.", "dataset"
        )
    right = np.zeros((len(rows), len(names)), dtype=bool)
    for place, row in enumerate(rows):
        right[place, [int(str(label)) for label in row]] = True
    return right, names
