"""Image classification: the probe over real files, the score over forged parts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from analysis.arrays import pack, unpack
from analysis.contract import JSON, Case, CheckError, Feature, Limits, Part, Unsupported
from analysis.loading import load_classifier
from analysis.loading.images import decode
from analysis.metrics import state
from analysis.tasks.image_classification import ImageClassification
from tests import networks
from tests.analysis import samples

TASK = ImageClassification()
FIRST_LAYER = "x = functional.relu(self.bn1(self.conv1(pixel_values)))"
IMAGE, LABEL, NUMBER, TEXT = (Feature(kind) for kind in ("image", "label", "number", "text"))


@pytest.fixture(scope="module")
def vit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return networks.write_tiny_vit(tmp_path_factory.mktemp("networks") / "vit")


def write_resnet(folder: Path, instead: str = FIRST_LAYER) -> Path:
    """Write a small network whose own code begins with ``instead``."""
    config = {"blocks_per_stage": 1, "widths": [4, 8], "num_labels": 3}
    networks.write_cifar_resnet(folder, config)
    path = folder / "modeling_cifar_resnet.py"
    code = path.read_text()
    assert FIRST_LAYER in code
    path.write_text(code.replace(FIRST_LAYER, instead))
    return folder


def top_of(parts: list[Part]) -> Any:
    return np.concatenate([unpack(part.arrays["top"]) for part in parts if part.name != "network"])


def test_the_answers_are_those_of_a_plain_loop(tmp_path: Path, vit: Path):
    pictures = samples.cells(300)
    parts = list(TASK.probe(samples.picture_job(tmp_path, vit, pictures)))
    classifier = load_classifier(vit, device="cpu", allow_code=False)
    images = [decode(cell) for cell in pictures]
    pixels = torch.stack(
        [torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255 for image in images]
    )
    expected = classifier.logits((pixels - 0.5) / 0.5).topk(5).indices.numpy()
    np.testing.assert_array_equal(top_of(parts), expected)
    assert [part.name for part in parts] == ["network", "predictions", "predictions"]
    assert parts[0].values["labels"] == [[i, name] for i, name in enumerate(networks.CIFAR10)]


def test_the_same_job_gives_the_same_parts(tmp_path: Path, vit: Path):
    job = samples.picture_job(tmp_path, vit, samples.cells(20))
    assert list(TASK.probe(job)) == list(TASK.probe(job))


def test_a_picture_that_cannot_be_read_is_answered_by_minus_one(tmp_path: Path, vit: Path):
    pictures = samples.cells(6)
    pictures[0] = {"bytes": b"broken", "path": None}
    pictures[3] = {"bytes": None, "path": "/etc/passwd"}
    top = top_of(list(TASK.probe(samples.picture_job(tmp_path, vit, pictures))))
    assert (top[:, 0] < 0).tolist() == [True, False, False, True, False, False]
    assert top.shape == (6, 5)


def test_without_any_picture_there_is_no_answer(tmp_path: Path, vit: Path):
    job = samples.picture_job(tmp_path, vit, [{"bytes": b"x", "path": None}] * 3)
    with pytest.raises(CheckError, match="None of the dataset's pictures"):
        list(TASK.probe(job))


def test_pictures_of_several_sizes_go_through_one_network(tmp_path: Path):
    folder = write_resnet(tmp_path / "net")
    pictures = [{"bytes": samples.png(n, side=30 + n % 3), "path": None} for n in range(9)]
    job = samples.picture_job(tmp_path, folder, pictures, allow_code=True)
    top = top_of(list(TASK.probe(job)))
    assert (top[:, :3] >= 0).all()
    assert (top[:, 3:] == -1).all()  # the network has three classes only


def test_grey_pictures_reach_a_network_of_one_channel(tmp_path: Path):
    folder = networks.write_lenet5(tmp_path / "net")
    pictures = samples.cells(4, side=28, mode="L")
    job = samples.picture_job(tmp_path, folder, pictures, allow_code=True)
    assert (top_of(list(TASK.probe(job))) >= 0).all()


def test_little_memory_means_small_batches(tmp_path: Path, vit: Path):
    job = samples.picture_job(tmp_path, vit, samples.cells(9))
    small = replace(job, limits=Limits(memory_bytes=20 << 20))
    parts = list(TASK.probe(small))
    assert parts[0].values["batch_size"] == 4
    np.testing.assert_array_equal(top_of(parts), top_of(list(TASK.probe(job))))


def test_a_network_that_runs_out_of_memory_gets_less_at_a_time(tmp_path: Path):
    greedy = f"if len(pixel_values) > 5: raise MemoryError\n        {FIRST_LAYER}"
    folder = write_resnet(tmp_path / "net", greedy)
    job = samples.picture_job(tmp_path, folder, samples.cells(11), allow_code=True)
    parts = list(TASK.probe(job))
    assert parts[0].values["batch_size"] == 4
    assert (top_of(parts)[:, 0] >= 0).all()


def test_own_code_may_rely_on_the_layout_of_its_pixels(tmp_path: Path):
    flat = "pixel_values.view(len(pixel_values), -1).view(pixel_values.shape)"
    viewing = write_resnet(tmp_path / "viewing", FIRST_LAYER.replace("pixel_values", flat))
    plain = write_resnet(tmp_path / "plain")
    job = samples.picture_job(tmp_path, plain, samples.cells(5), allow_code=True)
    again = replace(job, snapshot=viewing)
    np.testing.assert_array_equal(top_of(list(TASK.probe(again))), top_of(list(TASK.probe(job))))


def test_an_answer_that_is_not_a_number_is_no_answer(tmp_path: Path):
    broken = f"{FIRST_LAYER}; x[1] = float('nan')"
    folder = write_resnet(tmp_path / "net", broken)
    job = samples.picture_job(tmp_path, folder, samples.cells(3), allow_code=True)
    assert (top_of(list(TASK.probe(job)))[:, 0] < 0).tolist() == [False, True, False]


@pytest.mark.parametrize(
    "instead",
    [
        "x = functional.relu(self.bn1(self.conv1(pixel_values.bernoulli(0.5))))",
        f"self.n = getattr(self, 'n', 0) + 1; {FIRST_LAYER} * self.n",
    ],
)
def test_a_network_that_answers_by_chance_is_not_measured(tmp_path: Path, instead: str):
    folder = write_resnet(tmp_path / "net", instead)
    job = samples.picture_job(tmp_path, folder, samples.cells(9), allow_code=True)
    with pytest.raises(CheckError, match="asked the same thing twice"):
        list(TASK.probe(job))


@pytest.mark.parametrize("rows", [4, 6])
def test_a_dataset_of_another_length_is_noticed(tmp_path: Path, vit: Path, rows: int):
    job = replace(samples.picture_job(tmp_path, vit, samples.cells(5)), rows=rows)
    with pytest.raises(CheckError, match=f"5 rows, not {rows}"):
        list(TASK.probe(job))


@pytest.mark.parametrize(
    ("features", "picture", "label"),
    [
        ({"img": IMAGE, "label": LABEL}, "img", "label"),
        ({"photo": IMAGE, "species": LABEL, "id": NUMBER}, "photo", "species"),
        ({"image": IMAGE, "mask": IMAGE, "label": LABEL, "coarse": LABEL}, "image", "label"),
        ({"image": IMAGE, "label": NUMBER, "width": NUMBER}, "image", "label"),
        ({"image": IMAGE, "class": TEXT, "caption": TEXT}, "image", "class"),
    ],
)
def test_columns_are_chosen(features: dict[str, Feature], picture: str, label: str):
    columns = TASK.columns(features)
    assert (columns.inputs, columns.target) == ((picture,), label)


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"label": LABEL},
        {"image": IMAGE},
        {"image": IMAGE, "caption": TEXT},
        {"a": IMAGE, "b": IMAGE, "label": LABEL},
        {"image": IMAGE, "fine_label": LABEL, "coarse_label": LABEL},
    ],
)
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


# -- scoring -----------------------------------------------------------------------------------


def network(**values: Any) -> Part:
    labels: list[JSON] = [[0, "cat"], [1, "dog"], [2, "cow"]]
    return Part("network", {"classes": 3, "labels": labels, "batch_size": 256, **values})


def answers(first: list[int], start: int = 0) -> Part:
    top = np.full((len(first), 5), -1, dtype=np.int32)
    top[:, 0] = first
    top[:, 1] = [(answer + 1) % 3 if answer >= 0 else -1 for answer in first]
    return Part("predictions", {"start": start}, {"top": pack(top)})


def case(
    targets: list[Any], names: tuple[str, ...] = ("cow", "cat", "dog"), population: int = 0
) -> Case:
    return Case(samples.subject(), targets, population or len(targets), names)


STATED = state(samples.claim())
TOP5 = state(samples.claim(metric="top-5 accuracy"))


def test_right_answers_are_counted_by_name():
    # cat, dog, cow, no answer: against cat, cow, cow, cow in the dataset's own numbers
    found = samples.measured(
        TASK, STATED, case([1, 0, 0, 0]), iter([network(), answers([0, 1, 2, -1])])
    )
    assert (found.estimate.value, found.estimate.n) == (0.5, 4)
    assert found.evidence["failed_samples"] == 1
    assert found.evidence["classes_matched"] == "by name"


def test_top5_looks_at_all_five():
    # The second answers are dog, cow, cat and none.
    found = samples.measured(
        TASK, TOP5, case([2, 0, 1, 0]), iter([network(), answers([0, 1, 2, -1])])
    )
    assert found.estimate.value == 0.75


def test_names_as_labels_are_matched_too():
    found = samples.measured(
        TASK, STATED, case(["dog", "cat"], ()), iter([network(), answers([1]), answers([1], 1)])
    )
    assert found.estimate.value == 0.5


def test_without_names_classes_are_matched_by_position():
    parts = [network(labels=[]), answers([0, 1, 2])]
    found = samples.measured(TASK, STATED, case([0, 1, 1, 2], ()), [*parts, answers([2], 3)])
    assert found.estimate.value == 0.75
    assert "by position" in found.assumptions[0]


Forge = Callable[[], Iterator[Part]]


def forged_top(top: Any) -> Part:
    return Part("predictions", {"start": 0}, {"top": pack(np.asarray(top))})


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "did not say which network"),
        ([answers([0, 1])], "did not say which network"),
        ([network(), answers([0])], "only 1 of 2"),
        ([network()], "only 0 of 2"),
        ([network(), answers([0, 1, 2])], "more samples than the 2"),
        ([network(), answers([0]), answers([1], 2)], "out of order after 1"),
        ([network(), answers([0]), answers([1], 0)], "out of order after 1"),
        ([network(), answers([0, 1]), answers([], 2)], "more samples"),
        ([network(), network(), answers([0, 1])], "out of order"),
        ([network(classes=-1), answers([0, 1])], "no sensible number"),
        ([network(classes=True), answers([0, 1])], "no sensible number"),
        ([network(classes="3"), answers([0, 1])], "no sensible number"),
        ([network(classes=10**9), answers([0, 1])], "no sensible number"),
        (
            [network(), forged_top(np.full((2, 5), 3, np.int32))],
            "classes that the network does not",
        ),
        (
            [network(), forged_top(np.full((2, 5), -2, np.int32))],
            "classes that the network does not",
        ),
        (
            [network(), forged_top(np.full((2, 9), 1, np.int32))],
            "classes that the network does not",
        ),
        ([network(), forged_top(np.ones((2, 5), np.float32))], "right form"),
        ([network(), forged_top(np.ones(10, np.int32))], "right form"),
        ([network(), Part("predictions", {"start": 0})], "right form"),
        ([network(), Part("predictions", {"start": "0"})], "out of order"),
        ([network(), Part("predictions")], "out of order"),
    ],
)
def test_forged_or_missing_parts_never_give_a_number(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        samples.measured(TASK, STATED, case([0, 1]), iter(parts))
    assert not isinstance(caught.value, Unsupported)


@pytest.mark.parametrize(
    "labels",
    [None, "x", [[0, "cat"]], [[0, "cat"], [1, "dog"], [9, "cow"]], [["0", "cat"]], [1, 2, 3]],
)
def test_forged_names_are_no_names(labels: Any):
    with pytest.raises(Unsupported, match="network does not name"):
        samples.measured(
            TASK, STATED, case([0, 1]), iter([network(labels=labels), answers([0, 1])])
        )


@pytest.mark.parametrize(
    ("targets", "names", "message"),
    [
        ([0, -1], ("cow", "cat", "dog"), "without a label"),
        ([0, None], ("cow", "cat", "dog"), "neither whole numbers nor names"),
        ([0, 1.5], ("cow", "cat", "dog"), "neither whole numbers nor names"),
        ([0, True], ("cow", "cat", "dog"), "neither whole numbers nor names"),
        ([0, 7], ("cow", "cat", "dog"), "beyond its own class names"),
    ],
)
def test_odd_labels_end_in_a_sentence(targets: list[Any], names: tuple[str, ...], message: str):
    with pytest.raises(CheckError, match=message):
        samples.measured(TASK, STATED, case(targets, names), [network(), answers([0, 1])])
