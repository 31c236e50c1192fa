"""Image classification: one picture in, the most likely classes out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Classes
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
from analysis.metrics import Stated, state
from analysis.tasks import class_names, labels, replies
from analysis.tasks.rows import most_at_once, read_rows
from analysis.threats import read_threat

if TYPE_CHECKING:
    import torch

    from analysis.loading import Classifier
    from analysis.loading.precision import HalfPrecision

ROBUST = "robust_accuracy"
_TOP = 5
_CLASSES = 100_000
_WINDOW = 256  # rows that are decoded together; also the largest batch
_PREPARED_BYTES = 64 << 20
_COST = 32  # rough: activations take this many times the memory of the pixels
_LABEL_NAMES = ("label", "labels", "class", "target")


class ImageClassification:
    """A network gives each picture one of a fixed set of classes."""

    id: ClassVar[str] = "image-classification"

    answers: ClassVar[type[Answers]] = Classes

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from the first five answers; robust accuracy by an attack."""
        if stated.metric.id == ROBUST:
            read_threat(stated.args)  # says what a claim leaves open
        return stated.metric.id in metrics_of(self.id) and scoring.can_score(stated, Classes)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing, for a picture is a picture; or what an attacker may do to it."""
        stated = state(claim)
        if stated.metric.id != ROBUST:
            return {}
        threat = read_threat(stated.args)
        said: dict[str, JSON] = {"norm": threat.norm, "eps": threat.eps, "version": threat.version}
        return {"threats": [said]}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the only picture and the only label, or those with the usual names."""
        picture = labels.pick(features, ("image",), ("image", "img"), "picture")
        label = labels.pick(features, ("label",), ("label", "labels"), "label")
        if not label:
            named = {name: features[name] for name in _LABEL_NAMES if name in features}
            label = labels.pick(named, ("number", "text"), _LABEL_NAMES, "label")
        if not picture or not label:
            lack = "picture" if label else "label"
            raise Unsupported(f"The dataset has no column with a {lack}.", "dataset")
        return Columns((picture,), label)

    def probe(self, job: Job) -> Iterator[Part]:
        """Classify the pictures in order; a picture that cannot be read is answered by -1."""
        if "threats" in job.options:
            from analysis.tasks import attacked

            yield from attacked.probe(job)
            return
        from analysis.loading import load_classifier
        from analysis.loading.precision import HalfPrecision

        classifier = load_classifier(job.snapshot, device=job.device, allow_code=job.allow_code)
        half = HalfPrecision(classifier.device, job.options.get("precision"))
        most = most_at_once(job, _WINDOW)
        runner = _Runner(classifier, half, job.limits.memory_bytes, most)
        waiting: list[Part] = []
        is_described = False
        for start, rows in read_rows(job, _WINDOW):
            top = runner.classify([row[0] for row in rows])
            place: dict[str, JSON] = {"start": start, "rows": len(rows)}
            waiting.append(Part("predictions", place, {"top": pack(top)}))
            if not runner.classes:
                continue  # how many classes there are shows with the first picture
            if not is_described:
                yield Part("network", runner.describe())
                is_described = True
            yield from waiting
            waiting.clear()
        if not is_described:
            raise CheckError("None of the dataset's pictures could be read.")

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> "ClassReader":
        """Match the network's classes with the dataset's, then read the first five answers."""
        if stated.metric.id == ROBUST:
            from analysis.tasks.attacked import AttackedReader

            return AttackedReader(case, network)
        return ClassReader(case, network)


class ClassReader(replies.RowReader):
    """Turns the numbers of the network's classes into those of the dataset's, ``names``."""

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        self._classes = replies.read_count(network, "classes", 2, _CLASSES)
        self._right, self.names = labels.read_targets(case)
        matching = class_names.match(
            labels.read_names(network, self._classes), self._classes, self.names
        )
        self._to_dataset = np.append(matching.to_dataset, -1)  # -1 stays -1: no answer
        self.assumptions = [matching.assumption] if matching.assumption else []
        self.evidence = {
            **replies.copy_facts(network),
            "classes": self._classes,
            "classes_matched": matching.how,
            "failed_samples": 0,
            "correct": 0,
        }

    def in_dataset(self, classes: NumpyArray) -> NumpyArray:
        """Turn classes of the network into those of the dataset; raise CheckError beyond them."""
        if classes.size and not -1 <= classes.min() <= classes.max() < self._classes:
            raise CheckError("The sandbox sent classes that the network does not have.")
        found: NumpyArray = self._to_dataset[classes]
        return found

    def read(self, part: Part) -> Classes:
        """Read five answers a picture."""
        self.begin(part)
        top = _accept(part, self._classes)
        self.take(len(top))
        right = self._right[self.rows - len(top) : self.rows]
        ranked = self._to_dataset[top]
        self._count("failed_samples", int((top[:, 0] < 0).sum()))
        self._count("correct", int((ranked[:, 0] == right).sum()))
        return Classes(right, ranked, names=self.names)

    def _count(self, fact: str, more: int) -> None:
        before = self.evidence[fact]
        self.evidence[fact] = (before if isinstance(before, int) else 0) + more


class _Runner:
    """Runs a classifier over pictures and remembers what it learnt about it on the way."""

    def __init__(
        self, classifier: "Classifier", half: "HalfPrecision", memory_bytes: int, most: int
    ) -> None:
        self.classifier = classifier
        self.half = half
        self.memory_bytes = memory_bytes
        self.most = most
        self.batch_size = 0
        self.classes = 0
        self.is_plain = False  # whether pixels lie channel by channel, not pixel by pixel

    def describe(self) -> dict[str, JSON]:
        """Say what ran, for the evidence and for matching classes by name."""
        loaded, names = self.classifier.loaded, self.classifier.labels
        return {
            "classes": self.classes,
            "labels": [[index, name] for index, name in sorted(names.items())],
            "batch_size": self.batch_size,
            "dtype": self.half.dtype,
            "weights": list(loaded.files),
            "own_code": loaded.ran_own_code,
            "loader": loaded.loader,
        }

    def classify(self, cells: Sequence[object]) -> NumpyArray:
        """Give the first five classes of each picture, (n, 5), filled up with -1."""
        top = np.full((len(cells), _TOP), -1, dtype=np.int32)
        for places, arrays in self._alike(cells):
            pixels = self.classifier.preprocessing.batch(arrays)
            best = self._best(pixels)
            top[places, : best.shape[1]] = best
        return top

    def _alike(self, cells: Sequence[object]) -> Iterator[tuple[list[int], list[NumpyArray]]]:
        """Prepare the pictures; yield runs of one shape that fit into memory together."""
        from analysis.loading.images import decode

        places: list[int] = []
        arrays: list[NumpyArray] = []
        for place, cell in enumerate(cells):
            picture = decode(cell)
            if picture is None:
                continue
            array = self.classifier.preprocessing.array(picture)
            is_full = len(arrays) * array.nbytes > _PREPARED_BYTES
            if arrays and (is_full or array.shape != arrays[0].shape):
                yield places, arrays
                places, arrays = [], []
            places.append(place)
            arrays.append(array)
        if arrays:
            yield places, arrays

    def _best(self, pixels: "torch.Tensor") -> NumpyArray:
        """Run pictures in batches, smaller ones when memory does not suffice."""
        from analysis.loading.foreign import OutOfMemory

        if not self.batch_size:
            fitting = self.memory_bytes // 8 // (4 * _COST * pixels[0].numel() + 1)
            self.batch_size = 1 << (max(1, min(fitting, self.most)).bit_length() - 1)
        found: list[NumpyArray] = []
        done = 0
        while done < len(pixels):
            batch = pixels[done : done + self.batch_size]
            try:
                logits = self._logits(batch.contiguous() if self.is_plain else batch)
            except OutOfMemory:
                if self.batch_size == 1:
                    raise
                self.batch_size //= 2
                continue
            except CheckError:
                # Code that calls ``view`` on a feature map needs the channels first in memory.
                if self.is_plain or self.classes:
                    raise
                self.is_plain = True
                continue
            if not self.classes:
                self._vet(batch, logits)
            found.append(self._first(logits))
            done += len(logits)
        return np.concatenate(found)

    def _logits(self, batch: "torch.Tensor") -> "torch.Tensor":
        def some(places: list[int]) -> "torch.Tensor":
            chosen = batch if len(places) == len(batch) else batch[places]
            return self.classifier.logits(chosen)

        return self.half.rows(len(batch), some)

    def _vet(self, batch: "torch.Tensor", logits: "torch.Tensor") -> None:
        """Ask for some pictures of the first batch again; raise CheckError for other answers."""
        from analysis.loading.batching import ASKED_TWICE, require_alike

        few = batch[:ASKED_TWICE]
        again = self.classifier.logits(few.contiguous() if self.is_plain else few)
        require_alike(logits[: len(few)], again)

    def _first(self, logits: "torch.Tensor") -> NumpyArray:
        if self.classes not in (0, logits.shape[1]):
            raise CheckError("The network changes its number of classes from batch to batch.")
        self.classes = logits.shape[1]
        best = logits.topk(min(_TOP, self.classes)).indices.int()
        best[logits.isnan().any(1)] = -1
        return best.numpy()


def _accept(part: Part, classes: int) -> NumpyArray:
    top = replies.read_array(part, "top", "i4", 2)
    if top.shape[1] != _TOP or (top.size and not -1 <= top.min() <= top.max() < classes):
        raise CheckError("The sandbox sent classes that the network does not have.")
    return top
