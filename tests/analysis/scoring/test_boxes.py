"""Metrics of boxes, against pycocotools run over all pictures at once."""

from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from analysis.answers import Boxes
from analysis.contract import CheckError, Unsupported
from analysis.scoring import Undefined
from tests.analysis.scoring.computing import compute, scorer_of

NONE = np.zeros((0, 6))


def drawn(pictures: int = 25, seed: int = 3, crowd_share: float = 0.1) -> Boxes:
    draw = np.random.default_rng(seed)
    right, given_, crowd = [], [], []
    for _ in range(pictures):
        count = draw.integers(0, 7)
        corner, size = draw.uniform(0, 200, (count, 2)), draw.uniform(5, 120, (count, 2))
        kinds = draw.integers(0, 4, count)
        boxes = np.column_stack([kinds, corner, corner + size])
        right.append(boxes)
        crowd.append(draw.random(count) < crowd_share)
        seen = boxes[draw.random(count) < 0.8]
        near = np.column_stack([seen[:, 0], seen[:, 1:] + draw.normal(0, 6, (len(seen), 4))])
        wrong = np.column_stack(
            [draw.integers(0, 5, 2), draw.uniform(0, 90, (2, 2)), 100 * np.ones((2, 2))]
        )
        found = np.concatenate([near, wrong])
        given_.append(np.column_stack([found, draw.random(len(found)).round(1)]))
    return Boxes(right, given_, crowd)


def by_coco(answers: Boxes) -> dict[str, float]:
    def flat(sides):
        return [(picture, box) for picture, boxes in enumerate(sides) for box in boxes]

    marks = [mark for marks in answers.crowd for mark in marks]
    sides = []
    for boxes in (flat(answers.right), flat(answers.given)):
        side = COCO()
        annotations = []
        for number, (picture, box) in enumerate(boxes):
            width, height = np.maximum(box[3:5] - box[1:3], 0)
            annotations.append(
                {
                    "id": number + 1, "image_id": picture, "category_id": int(box[0]),
                    "bbox": [box[1], box[2], width, height], "area": width * height,
                    "iscrowd": int(marks[number]) if len(box) == 5 else 0, "score": box[-1],
                }
            )  # fmt: skip
        side.dataset = {
            "images": [{"id": number} for number in range(len(answers))],
            "categories": [{"id": number} for number in range(5)],
            "annotations": annotations,
        }
        sides.append(side)
    with redirect_stdout(StringIO()):
        for side in sides:
            side.createIndex()
        evaluation = COCOeval(*sides, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    stats = evaluation.stats
    return {"map": stats[0], "map_50": stats[1], "map_75": stats[2], "average_recall": stats[8]}


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("metric", ["map", "map_50", "map_75", "average_recall"])
def test_metrics_are_those_of_pycocotools(metric, seed):
    whole = drawn(seed=seed)
    pieces = [
        Boxes(whole.right[:6], whole.given[:6], whole.crowd[:6]),
        Boxes(whole.right[6:], whole.given[6:], whole.crowd[6:]),
    ]
    name, args = ("map_at_k", {"k": 75}) if metric == "map_75" else (metric, {})
    rows = [scorer_of(name, Boxes, **args)]
    parts = np.concatenate([rows[0].rows(piece) for piece in pieces])
    assert rows[0].value(parts) == pytest.approx(by_coco(whole)[metric], abs=1e-12)


def test_the_order_of_pictures_matters_only_among_equal_scores():
    whole = drawn(crowd_share=0)
    for number, boxes in enumerate(whole.given):
        boxes[:, 5] += number / 1e4 + np.arange(len(boxes)) / 1e6
    assert compute("map", whole) == pytest.approx(by_coco(whole)["map"], abs=1e-12)


def test_perfect_and_missing_boxes():
    right = [np.array([[1, 0, 0, 10, 10.0]]), np.array([[2, 5, 5, 9, 9.0]])]
    given_ = [np.column_stack([boxes, [0.9]]) for boxes in right]
    assert compute("map", Boxes(right, given_)) == pytest.approx(1)
    assert compute("map", Boxes(right, [given_[0], NONE])) == pytest.approx(0.5)
    assert compute("average_recall", Boxes(right, [NONE, NONE])) == 0


def test_nothing_to_see_has_no_value():
    with pytest.raises(Undefined, match="nothing to be seen"):
        compute("map", Boxes([np.zeros((0, 5))], [NONE]))
    with pytest.raises(CheckError, match="not all finite"):
        compute("map", Boxes([np.zeros((0, 5))], [np.array([[0, 0, 0, 1, 1, np.nan]])]))


def test_other_thresholds_are_not_known():
    with pytest.raises(Unsupported, match="mAP@60"):
        scorer_of("map_at_k", Boxes, k=60)
