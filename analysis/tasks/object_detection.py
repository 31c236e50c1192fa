"""Object detection: a picture in, boxes with classes out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Boxes
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
from analysis.tasks import class_names, labels, replies
from analysis.tasks.rows import read_rows
from analysis.tasks.scored_classes import CLASSES, describe_labels

if TYPE_CHECKING:
    from analysis.loading.detector import Detector

_WINDOW = 16  # pictures that are decoded together
_BATCH = 4
_MOST = 1_000  # boxes of a picture
_FAR = 1e6  # pixels
_CATEGORY = ("objects.category", "objects.label", "objects.labels", "objects.categories")
_BOX = "objects.bbox"
_CROWD = ("objects.iscrowd", "objects.is_crowd")


class ObjectDetection:
    """A network finds things in a picture, where they are and what they are."""

    id: ClassVar[str] = "object-detection"
    answers: ClassVar[type[Answers]] = Boxes

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from boxes."""
        return scoring.can_score(stated, Boxes)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: a picture is a picture."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the only picture, and COCO's layout of boxes and categories."""
        picture = labels.pick(features, ("image",), ("image", "img"), "picture")
        category = next((name for name in _CATEGORY if name in features), "")
        if not picture or _BOX not in features or not category:
            raise Unsupported(
                "The dataset does not have pictures with objects.bbox and objects.category.",
                "dataset",
            )
        if features[category].kind not in ("labels", "texts"):
            raise Unsupported("The dataset does not name the categories of its boxes.", "dataset")
        crowd = tuple(name for name in _CROWD if name in features)[:1]
        return Columns((picture,), category, beside=(_BOX, *crowd))

    def probe(self, job: Job) -> Iterator[Part]:
        """Look at the pictures in order; one that cannot be read has -1 boxes."""
        from analysis.loading.detector import load_detector

        detector = load_detector(job.snapshot, device=job.device, allow_code=job.allow_code)
        runner = _Runner(detector)
        yield Part("network", _describe(detector))
        for start, rows in read_rows(job, _WINDOW):
            arrays = runner.detect([row[0] for row in rows])
            packed = {name: pack(values) for name, values in arrays.items()}
            yield Part("predictions", {"start": start, "rows": len(rows)}, packed)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> "_Reader":
        """Match the network's classes with the dataset's by name."""
        return _Reader(case, network)


class _Runner:
    """Runs a detector over pictures, smaller batches when memory does not suffice."""

    def __init__(self, detector: "Detector") -> None:
        from analysis.loading.batching import Batches

        self._detector = detector
        self._batches = Batches(budget=_BATCH, largest=_BATCH)

    def detect(self, cells: Sequence[object]) -> dict[str, NumpyArray]:
        """Give the boxes of all pictures one after the other, and how many each has."""
        from analysis.loading.images import decode

        pictures = {place: decode(cell) for place, cell in enumerate(cells)}
        seen = {place: picture for place, picture in pictures.items() if picture is not None}
        arrays = {place: self._detector.array(picture) for place, picture in seen.items()}
        sizes = {place: (picture.height, picture.width) for place, picture in seen.items()}
        alike: dict[tuple[int, ...], list[int]] = {}
        for place, array in arrays.items():
            alike.setdefault(array.shape, []).append(place)
        found = {}
        for owners in alike.values():
            for places, boxes in self._batches.each(
                [1] * len(owners),
                lambda places, owners=owners: self._detector.detect(  # type: ignore[misc]
                    [arrays[owners[place]] for place in places],
                    [sizes[owners[place]] for place in places],
                ),
            ):
                found.update(
                    {owners[place]: each for place, each in zip(places, boxes, strict=True)}
                )
        return _join(found, len(cells))


def _join(
    found: Mapping[int, tuple[NumpyArray, NumpyArray, NumpyArray]], n: int
) -> dict[str, NumpyArray]:
    counts = np.full(n, -1, dtype=np.int32)
    boxes, scores, classes = [np.zeros((0, 4), "f4")], [np.zeros(0, "f4")], [np.zeros(0, "i4")]
    for place in range(n):
        if place not in found:
            continue
        corners, score, kind = found[place]
        if not (np.isfinite(corners).all() and np.isfinite(score).all()):
            continue  # NaN is no answer
        counts[place] = len(score)
        boxes.append(corners)
        scores.append(score)
        classes.append(kind)
    return {
        "counts": counts,
        "boxes": np.concatenate(boxes).astype(np.float32),
        "scores": np.concatenate(scores).astype(np.float32),
        "classes": np.concatenate(classes).astype(np.int32),
    }


def _describe(detector: "Detector") -> dict[str, JSON]:
    loaded = detector.loaded
    return {
        "classes": max(detector.labels, default=-1) + 1,
        "labels": describe_labels(detector.labels),
        "batch_size": _BATCH,
        "dtype": "float32",
        "weights": list(loaded.files),
        "own_code": loaded.ran_own_code,
        "loader": loaded.loader,
    }


class _Reader(replies.RowReader):
    """Checks boxes, and turns the network's classes into the dataset's."""

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        self._classes = replies.read_count(network, "classes", 1, CLASSES)
        self._names = _names(case)
        given = _told_apart(labels.read_names(network, self._classes), self._names)
        matching = class_names.match(given, self._classes, self._names)
        self._to_dataset = matching.to_dataset
        self.assumptions = ["Boxes of the dataset are x, y, width and height in pixels, as COCO's."]
        if matching.assumption:
            self.assumptions.append(matching.assumption)
        self.evidence = {
            **replies.copy_facts(network),
            "classes": self._classes,
            "classes_matched": matching.how,
            "failed_samples": 0,
        }

    def read(self, part: Part) -> Boxes:
        """Read the boxes of some pictures."""
        self.begin(part)
        counts = replies.read_array(part, "counts", "i4", 1)
        boxes = replies.read_array(part, "boxes", "f4", 2)
        scores = replies.read_array(part, "scores", "f4", 1)
        classes = replies.read_array(part, "classes", "i4", 1)
        self._check(counts, boxes, scores, classes)
        targets = self.take(len(counts))
        before = self.evidence["failed_samples"]
        failed = int((counts < 0).sum())
        self.evidence["failed_samples"] = (before if isinstance(before, int) else 0) + failed
        kinds = self._to_dataset[classes].astype(np.float64)
        rows = np.column_stack([kinds, boxes.astype(np.float64), scores.astype(np.float64)])
        ends = np.cumsum(np.maximum(counts, 0))[:-1]
        given = [each[each[:, 0] >= 0] for each in np.split(rows, ends)]
        right = [_right(target, self._names) for target in targets]
        return Boxes([each for each, _ in right], given, [crowd for _, crowd in right], self._names)

    def _check(
        self, counts: NumpyArray, boxes: NumpyArray, scores: NumpyArray, classes: NumpyArray
    ) -> None:
        """Raise CheckError unless all of it can be boxes."""
        if counts.size and not -1 <= counts.min() <= counts.max() <= _MOST:
            raise CheckError("The sandbox sent impossible numbers of boxes.")
        total = int(np.maximum(counts, 0).sum())
        if not total == len(scores) == len(classes) or boxes.shape != (total, 4):
            raise CheckError("The sandbox sent another number of boxes than it says.")
        if total == 0:
            return
        if not 0 <= classes.min() <= classes.max() < self._classes:
            raise CheckError("The sandbox sent classes that the network does not have.")
        with np.errstate(invalid="ignore"):
            is_near = bool((np.abs(boxes) <= _FAR).all())
            is_score = bool(((scores >= 0) & (scores <= 1)).all())
        if not is_near or not is_score:
            raise CheckError("The sandbox sent boxes or scores that are out of range.")


def _told_apart(given: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Number names that the network has several times and the dataset does not have ("N/A")."""
    counts = Counter(given)
    return [
        f"{name} {place}" if counts[name] > 1 and name not in wanted else name
        for place, name in enumerate(given)
    ]


def _names(case: Case) -> Sequence[str]:
    """Give the dataset's classes: its own names, or the texts that stand in it."""
    if case.label_names:
        return case.label_names
    found: set[str] = set()
    for target in case.targets:
        categories = target[0] if isinstance(target, list) and target else None
        if not isinstance(categories, list) or not all(
            isinstance(each, str) for each in categories
        ):
            raise Unsupported("The dataset does not name the categories of its boxes.", "dataset")
        found.update(str(each) for each in categories)
    return sorted(found)


def _right(target: JSON, names: Sequence[str]) -> tuple[NumpyArray, NumpyArray]:
    """Read what one picture shows: (things, 5), and which of them stand for many."""
    match target:
        case [list(categories), list(boxes)]:
            crowd: list[JSON] = [0] * len(boxes)
        case [list(categories), list(boxes), list(crowd)]:
            pass
        case _:
            raise Unsupported("The dataset has pictures without a list of boxes.", "dataset")
    if not len(categories) == len(boxes) == len(crowd):
        raise Unsupported("The dataset has boxes without a category.", "dataset")
    numbers = {name: place for place, name in enumerate(names)}
    rows = np.zeros((len(boxes), 5))
    for place, (category, box) in enumerate(zip(categories, boxes, strict=True)):
        number = numbers.get(category, -1) if isinstance(category, str) else category
        match box:
            case [
                int() | float() as x,
                int() | float() as y,
                int() | float() as w,
                int() | float() as h,
            ] if isinstance(number, int) and 0 <= number < len(names):
                rows[place] = (number, x, y, x + w, y + h)
            case _:
                raise Unsupported("The dataset has boxes that are none.", "dataset")
    if not np.isfinite(rows).all() or (rows[:, 3:] < rows[:, 1:3]).any():
        raise Unsupported("The dataset has boxes that are none.", "dataset")
    return rows, np.array([bool(each) for each in crowd], dtype=bool)
