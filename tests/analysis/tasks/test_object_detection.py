"""Object detection: tiny networks against transformers' processors, and forged parts."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

from analysis import scoring
from analysis.answers import Boxes
from analysis.arrays import pack
from analysis.contract import Case, CheckError, Columns, Feature, Part, Unsupported
from analysis.loading.detector import load_detector, read_detection
from analysis.metrics import Stated, state
from analysis.tasks.object_detection import ObjectDetection
from tests import detectors
from tests.analysis import jobs, samples

TASK = ObjectDetection()
LABELS = {0: "N/A", 1: "cat", 2: "N/A", 3: "dog"}
STATED: Stated = state(samples.claim())
SIZES = ((40, 60), (60, 40), (40, 60), (33, 47))
PICTURES = [detectors.picture(n, *size) for n, size in enumerate(SIZES)]


def run(folder: Path, repo: Path, cells: list[Any]) -> list[Part]:
    return list(TASK.probe(jobs.make(folder, repo, TASK.id, {"image": cells})))


def expected(repo: Path, kind: str, cell: Any) -> dict[str, Any]:
    """Ask network and processor of transformers for one picture."""
    network = getattr(transformers, f"{kind}ForObjectDetection").from_pretrained(repo)
    processor = getattr(transformers, f"{kind}ImageProcessorPil").from_pretrained(repo)
    image = Image.open(io.BytesIO(cell["bytes"]))
    with torch.inference_mode():
        answer = network(**processor(images=image, return_tensors="pt"))
    size = [(image.height, image.width)]
    found: dict[str, Any] = processor.post_process_object_detection(answer, -1.0, size)[0]
    return found


@pytest.mark.parametrize("kind", ["Yolos", "Detr", "ConditionalDetr"])
def test_boxes_are_those_of_the_processor(tmp_path: Path, kind: str):
    if kind == "Yolos":
        repo = detectors.write_yolos(tmp_path / "net", LABELS)
    else:
        repo = detectors.write_detr(tmp_path / "net", LABELS, kind)
    parts = run(tmp_path, repo, PICTURES)
    counts = jobs.joined(parts, "counts")
    ends = np.cumsum(counts)[:-1]
    columns = [np.split(jobs.joined(parts, name), ends) for name in ("boxes", "scores", "classes")]
    for cell, boxes, scores, classes in zip(PICTURES, *columns, strict=True):
        found = expected(repo, kind, cell)
        np.testing.assert_allclose(boxes, found["boxes"], atol=1e-3)
        np.testing.assert_allclose(scores, found["scores"], atol=1e-5)
        np.testing.assert_array_equal(classes, found["labels"])
        assert boxes.max() > 20  # in pixels


def test_pictures_that_cannot_be_read_have_no_answer(tmp_path: Path):
    repo = detectors.write_yolos(tmp_path / "net", LABELS)
    cells = [{"bytes": b"broken", "path": None}, PICTURES[0], {"bytes": None, "path": "/x"}]
    parts = run(tmp_path, repo, cells)
    assert jobs.joined(parts, "counts").tolist() == [-1, 5, -1]
    target: Any = [["cat"], [[0, 0, 5, 5]]]
    case = Case(samples.subject(), [target] * 3, 3)
    reader = TASK.reader(STATED, case, parts[0].values)
    answers = reader.read(parts[1])
    assert [len(each) for each in answers.given][0::2] == [0, 0]
    assert reader.evidence["failed_samples"] == 2


def test_nan_is_no_answer(tmp_path: Path):
    repo = detectors.write_yolos(tmp_path / "net", LABELS)
    path = repo / "model.safetensors"
    from safetensors.torch import load_file, save_file

    tensors = load_file(path)
    tensors["vit.layernorm.weight"][:] = float("inf")
    save_file(tensors, path, metadata={"format": "pt"})
    parts = run(tmp_path, repo, PICTURES[:2])
    assert jobs.joined(parts, "counts").tolist() == [-1, -1]
    assert len(jobs.joined(parts, "boxes")) == 0


@pytest.mark.parametrize(
    ("settings", "kind", "size", "shown"),
    [
        ({}, "detr", (480, 640), (800, 1066)),
        ({}, "detr", (400, 1000), (533, 1333)),
        ({"size": 512, "max_size": 864}, "yolos", (480, 640), (512, 672)),
        ({"size": 500, "max_size": 864}, "yolos", (480, 640), (496, 656)),
        ({"size": {"height": 320, "width": 64}}, "detr", (480, 640), (320, 64)),
        ({"image_processor_type": "RTDetrImageProcessor"}, "rt_detr", (480, 640), (640, 640)),
    ],
)
def test_sizes_are_understood(
    settings: dict[str, Any], kind: str, size: tuple[int, int], shown: tuple[int, int]
):
    preprocessing, sizing = read_detection(settings, kind)
    assert sizing.of(*size) == shown
    assert (preprocessing.mean is None) is (kind == "rt_detr")


def test_sizes_are_those_of_transformers():
    from transformers.image_transforms import get_size_with_aspect_ratio

    _, sizing = read_detection({}, "detr")
    sides = np.random.default_rng(0).integers(20, 3_000, (500, 2)).tolist()
    for height, width in [*sides, [800, 800], [800, 900], [900, 800]]:
        assert sizing.of(height, width) == get_size_with_aspect_ratio((height, width), 800, 1_333)


@pytest.mark.parametrize(
    "settings",
    [
        {"image_processor_type": "EvilImageProcessor"},
        {"size": {"max_height": 3}},
        {"size": True},
        {"size": 0},
        {"size": 800, "max_size": 100},
        {"size": {"shortest_edge": 800, "longest_edge": 10**6}},
        {"do_resize": False},
    ],
)
def test_processors_that_are_not_understood_are_unsupported(settings: dict[str, Any]):
    with pytest.raises(Unsupported) as caught:
        read_detection(settings, "detr")
    assert caught.value.missing == "code"


def test_a_network_of_another_kind_is_unsupported(tmp_path: Path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(Unsupported, match="What 'bert' answers is not known"):
        load_detector(tmp_path, device="cpu", allow_code=False)


# -- columns -----------------------------------------------------------------------------------

COCO = {
    "image_id": Feature("number"),
    "image": Feature("image"),
    "objects.bbox": Feature("other"),
    "objects.category": Feature("labels", ("cat", "dog")),
}


def test_cocos_layout_is_chosen():
    assert TASK.columns(COCO) == Columns(("image",), "objects.category", beside=("objects.bbox",))
    crowded = TASK.columns({**COCO, "objects.iscrowd": Feature("numbers")})
    assert crowded.beside == ("objects.bbox", "objects.iscrowd")


@pytest.mark.parametrize("absent", ["image", "objects.bbox", "objects.category"])
def test_columns_that_do_not_fit_are_unsupported(absent: str):
    with pytest.raises(Unsupported) as caught:
        TASK.columns({name: feature for name, feature in COCO.items() if name != absent})
    assert caught.value.missing == "dataset"


def test_categories_without_names_are_unsupported():
    with pytest.raises(Unsupported, match="does not name the categories"):
        TASK.columns({**COCO, "objects.category": Feature("numbers")})


# -- reading -----------------------------------------------------------------------------------

NETWORK: Any = {"classes": 4, "labels": [[number, name] for number, name in LABELS.items()]}
TARGETS: Any = [[[1, 0], [[1, 2, 3, 4], [0, 0, 2, 2]], [0, 1]], [[], [], []]]
CASE = Case(samples.subject(), TARGETS, 2, ("cat", "dog"))


def seen(**changes: Any) -> Part:
    arrays = {
        "counts": np.array([2, 1], dtype=np.int32),
        "boxes": np.array([[1, 2, 4, 6], [0, 0, 1, 1], [5, 5, 9, 9]], dtype=np.float32),
        "scores": np.array([0.9, 0.2, 0.5], dtype=np.float32),
        "classes": np.array([3, 0, 1], dtype=np.int32),
    }
    return jobs.predictions(**(arrays | changes))


def test_boxes_stand_beside_what_is_right():
    reader = TASK.reader(STATED, CASE, NETWORK)
    answers = reader.read(seen())
    assert isinstance(answers, Boxes)
    assert answers.right[0].tolist() == [[1, 1, 2, 4, 6], [0, 0, 0, 2, 2]]
    assert [each.tolist() for each in answers.crowd] == [[False, True], []]
    # The box of the class N/A, which the dataset does not have, is left out.
    assert [each[:, 0].tolist() for each in answers.given] == [[1.0], [0.0]]
    np.testing.assert_allclose(answers.given[1], [[0, 5, 5, 9, 9, 0.5]])
    assert answers.right[1].shape == (0, 5)
    assert reader.evidence["classes_matched"] == "by name"


def test_names_as_categories_are_matched_too():
    targets: Any = [[["dog"], [[0, 0, 1, 1]]], [["cat"], [[0, 0, 1, 1]]]]
    answers = TASK.reader(STATED, Case(samples.subject(), targets, 2), NETWORK).read(seen())
    assert list(answers.names) == ["cat", "dog"]
    assert [each[0, 0] for each in answers.right] == [1, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"counts": np.array([2, 2], np.int32)}, "another number of boxes"),
        ({"counts": np.array([3], np.int32), "boxes": np.zeros((3, 5), "f4")}, "another number"),
        ({"counts": np.array([-2, 3], np.int32)}, "impossible numbers"),
        ({"counts": np.array([2**30, 1], np.int32)}, "impossible numbers"),
        ({"counts": np.array([2.0, 1.0])}, "right form"),
        ({"classes": np.array([4, 0, 0], np.int32)}, "does not have"),
        ({"classes": np.array([-1, 0, 0], np.int32)}, "does not have"),
        ({"scores": np.array([0.5, np.nan, 0.5], "f4")}, "out of range"),
        ({"scores": np.array([0.5, 1.5, 0.5], "f4")}, "out of range"),
        ({"boxes": np.full((3, 4), np.inf, "f4")}, "out of range"),
        ({"boxes": np.full((3, 4), 1e7, "f4")}, "out of range"),
        ({"boxes": np.full((3, 4), np.nan, "f4")}, "out of range"),
        ({"counts": np.array([1, 1, 1], np.int32)}, "more samples"),
    ],
)
def test_forged_boxes_are_noticed(changes: dict[str, Any], message: str):
    with pytest.raises(CheckError, match=message):
        TASK.reader(STATED, CASE, NETWORK).read(seen(**changes))


def test_parts_come_in_order():
    part = Part("predictions", {"start": 1}, {"counts": pack(np.zeros(1, np.int32))})
    with pytest.raises(CheckError, match="out of order"):
        TASK.reader(STATED, CASE, NETWORK).read(part)


@pytest.mark.parametrize(
    "target",
    [
        None,
        [None, None],
        [[0], []],
        [[0], [[1, 2, 3]]],
        [[0], [[1, 2, -3, 4]]],
        [[0], [[1, 2, float("nan"), 4]]],
        [[5], [[1, 2, 3, 4]]],
        [["cow"], [[1, 2, 3, 4]]],
    ],
)
def test_odd_targets_are_unsupported(target: Any):
    case = Case(samples.subject(), [target, [[], []]], 2, ("cat", "dog"))
    reader = TASK.reader(STATED, case, NETWORK)
    with pytest.raises(Unsupported):
        reader.read(seen())


def test_a_class_that_the_network_lacks_is_unsupported():
    case = Case(samples.subject(), TARGETS, 2, ("cat", "cow"))
    with pytest.raises(Unsupported, match="no class 'cow'"):
        TASK.reader(STATED, case, NETWORK)


def test_metrics_of_boxes_are_measured_where_there_are_some():
    assert TASK.measures(STATED) is scoring.can_score(STATED, Boxes)
