"""Average precision and recall of boxes, as COCO defines them.

pycocotools finds which box meets which, picture by picture; the curve over all pictures is drawn
here, because its own code does so for one set of pictures only, and prints.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from analysis.answers import Boxes
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError, Unsupported
from analysis.scoring import arguments
from analysis.scoring.forms import Whole
from analysis.scoring.scorer import Make, Undefined

MOST = 100  # boxes of a class in a picture that count
_THRESHOLDS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True)
class Met:
    """The boxes of one class in one picture: their scores, best first, and what they met.

    ``hits`` and ``ignored`` are (thresholds, boxes); ``wanted`` counts the right boxes.
    """

    scores: NumpyArray
    hits: NumpyArray
    ignored: NumpyArray
    wanted: int


class Coco(Whole):
    """The mean over classes and thresholds of the area under precision and recall, or of recall.

    A row is what was met in one picture, by class.
    """

    library = "pycocotools"

    def __init__(self, threshold: float | None = None, *, is_recall: bool = False) -> None:
        chosen = slice(None) if threshold is None else np.isclose(_THRESHOLDS, threshold)
        self._thresholds = _THRESHOLDS[chosen]
        self._is_recall = is_recall
        asked = "0.50:0.95" if threshold is None else f"{threshold:.2f}"
        what = "AR" if is_recall else "AP"
        self.signature: str = f"{what} IoU={asked} area=all maxDets={MOST}"

    def rows(self, answers: Boxes) -> NumpyArray:
        """Meet the boxes of each picture; raise CheckError where one is no box."""
        rows = np.empty((len(answers), 1), object)
        for number in range(len(answers)):
            rows[number, 0] = {}
        for picture, kind, met in _meet(answers, self._thresholds):
            rows[picture, 0][kind] = met
        return rows

    def value(self, rows: NumpyArray) -> float:
        """Average over the classes that are right anywhere; raise Undefined where none is."""
        by_class: dict[int, list[Met]] = defaultdict(list)
        for (picture,) in rows:
            for kind, met in picture.items():
                by_class[kind].append(met)
        values = [self._of_class(by_class[kind]) for kind in sorted(by_class)]
        known = [value for value in values if value is not None]
        if not known:
            raise Undefined("There is nothing to be seen in any picture.")
        return float(np.mean(known))

    def _of_class(self, pictures: list[Met]) -> float | None:
        wanted = sum(met.wanted for met in pictures)
        if not wanted:
            return None
        scores = np.concatenate([met.scores for met in pictures])
        order = np.argsort(-scores, kind="stable")
        hits = np.concatenate([met.hits for met in pictures], axis=1)[:, order]
        counted = ~np.concatenate([met.ignored for met in pictures], axis=1)[:, order]
        found = np.cumsum(hits & counted, axis=1)
        missed = np.cumsum(~hits & counted, axis=1)
        if not len(scores):
            return 0.0
        if self._is_recall:
            return float(found[:, -1].mean() / wanted)
        return float(np.mean([_area(*row, wanted) for row in zip(found, missed, strict=True)]))


def _area(found: NumpyArray, missed: NumpyArray, wanted: int) -> float:
    """Average the best precision at or above each of 101 recalls."""
    precision = found / (found + missed + np.spacing(1))
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(found / wanted, _RECALLS, side="left")
    return float(np.append(precision, 0.0)[places].mean())


def _meet(answers: Boxes, thresholds: NumpyArray) -> Iterator[tuple[int, int, Met]]:
    """Let pycocotools meet the boxes: yields picture, class and what was met."""
    right, given = COCO(), COCO()
    pictures = [{"id": number} for number in range(len(answers))]
    wanted, found = list(_annotations(answers)), list(_detections(answers))
    kinds = sorted({box["category_id"] for box in (*wanted, *found)})
    for side, boxes in ((right, wanted), (given, found)):
        side.dataset = {
            "images": pictures,
            "categories": [{"id": kind} for kind in kinds],
            "annotations": boxes,
        }
    with redirect_stdout(StringIO()):
        right.createIndex()
        given.createIndex()
        evaluation = COCOeval(right, given, "bbox")
        evaluation.params.iouThrs = thresholds
        evaluation.params.areaRng = [[0, 1e10]]
        evaluation.params.areaRngLbl = ["all"]
        evaluation.params.maxDets = [MOST]
        evaluation.evaluate()
    for met in evaluation.evalImgs:
        if met is not None:
            yield (
                int(met["image_id"]),
                int(met["category_id"]),
                Met(
                    np.array(met["dtScores"], np.float64),
                    met["dtMatches"] > 0,
                    met["dtIgnore"].astype(bool),
                    int((met["gtIgnore"] == 0).sum()),
                ),
            )


def _annotations(answers: Boxes) -> Iterator[dict[str, Any]]:
    number = 0
    for picture, boxes in enumerate(answers.right):
        crowd = answers.crowd[picture] if len(answers.crowd) else np.zeros(len(boxes))
        for box, stands_for_many in zip(boxes, crowd, strict=True):
            number += 1  # 0 would read as "met nothing"
            yield {**_box(box, picture, number), "iscrowd": int(stands_for_many)}


def _detections(answers: Boxes) -> Iterator[dict[str, Any]]:
    number = 0
    for picture, boxes in enumerate(answers.given):
        if len(boxes) and not np.isfinite(boxes).all():
            raise CheckError("The network gave a box whose numbers are not all finite.")
        for box in boxes:
            number += 1
            yield {**_box(box, picture, number), "score": float(box[5])}


def _box(box: NumpyArray, picture: int, number: int) -> dict[str, Any]:
    left, top, right, bottom = (float(side) for side in box[1:5])
    width, height = max(0.0, right - left), max(0.0, bottom - top)
    return {
        "id": number,
        "image_id": picture,
        "category_id": int(box[0]),
        "bbox": [left, top, width, height],
        "area": width * height,
    }


def _plain(scorer: Coco, args: Mapping[str, JSON]) -> Coco:
    arguments.only(args)
    return scorer


def _at(args: Mapping[str, JSON]) -> Coco:
    """Read "mAP@50" and "mAP@75" as what they mean for boxes: a threshold in percent."""
    arguments.only(args, "k")
    percent = arguments.whole(args, "k")
    if percent not in (50, 75):
        raise Unsupported(f"mAP@{percent} is not known for boxes.", "metric")
    return Coco(percent / 100)


SCORERS: Mapping[str, Make] = {
    "map": lambda args: _plain(Coco(), args),
    "map_50": lambda args: _plain(Coco(0.5), args),
    "map_at_k": _at,
    "average_recall": lambda args: _plain(Coco(is_recall=True), args),
}
