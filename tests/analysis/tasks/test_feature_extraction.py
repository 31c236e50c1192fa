"""Feature extraction: probes on tiny networks, and forged features."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis import tasks
from analysis.contract import (
    Case,
    CheckError,
    Columns,
    DataRequest,
    Feature,
    Part,
    Unsupported,
)
from analysis.metrics import state
from analysis.tasks.feature_extraction import FeatureExtraction
from tests import networks
from tests.analysis import jobs, samples

TASK = FeatureExtraction()
IMAGE, TEXT, LABEL = Feature("image"), Feature("text"), Feature("label", ("dark", "light"))
CLAIM = samples.claim(task="feature-extraction")
STATED = state(CLAIM)


@pytest.fixture(scope="module")
def vit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return networks.write_tiny_vit(tmp_path_factory.mktemp("networks") / "vit")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return networks.write_tiny_encoder(tmp_path_factory.mktemp("networks") / "encoder")


def pictures(count: int, seed: int) -> tuple[list[tuple[Any]], list[int]]:
    """Draw noise, the second class lighter than the first."""
    rng = np.random.default_rng(seed)
    labels = [n % 2 for n in range(count)]
    cells = []
    for label in labels:
        pixels = rng.integers(60 * label, 140 + 60 * label, (32, 32, 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        cells.append(({"bytes": buffer.getvalue(), "path": None},))
    return cells, labels


def run(folder: Path, repo: Path, rows: Sequence[Any], train: Sequence[Any]) -> list[Part]:
    return list(TASK.probe(jobs.with_tables(folder, repo, TASK.id, rows, {"train": train})))


def case(targets: Any, train: Any, probe: str = "") -> Case:
    subject = samples.subject(replace(CLAIM, args={"probe": probe} if probe else {}))
    return Case(subject, targets, len(targets), ("dark", "light"), tables={"train": train})


def test_a_linear_probe_is_fitted_outside(tmp_path: Path, vit: Path):
    train, train_labels = pictures(60, 1)
    rows, right = pictures(20, 2)
    parts = run(tmp_path, vit, rows, train)
    assert [part.name for part in parts] == ["network", "table", "predictions"]
    found = samples.measured(TASK, STATED, case(right, train_labels), parts)
    seen = jobs.joined(parts[1:2], "features").astype(np.float64)
    asked = jobs.joined(parts[2:], "features").astype(np.float64)
    chosen: Any = found.evidence["C"]
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=chosen, max_iter=1_000))
    assert found.estimate.value == probe.fit(seen, train_labels).score(asked, right)
    assert found.estimate.value > 0.8
    assert found.evidence["training_rows"] == 60
    assert "logistic regression" in found.assumptions[0]


def test_neighbours_are_asked_where_the_claim_says_so(tmp_path: Path, vit: Path):
    train, train_labels = pictures(60, 1)
    rows, right = pictures(20, 2)
    parts = run(tmp_path, vit, rows, train)
    found = samples.measured(TASK, STATED, case(right, train_labels, "knn"), parts)
    seen, asked = jobs.joined(parts[1:2], "features"), jobs.joined(parts[2:], "features")
    probe = KNeighborsClassifier(20, metric="cosine").fit(seen, train_labels)
    assert found.estimate.value == probe.score(asked, right)
    assert found.evidence["classifier"] == "nearest neighbours"


def test_features_are_the_first_token_of_the_network(tmp_path: Path, vit: Path):
    from transformers import ViTModel

    rows, _ = pictures(3, 2)
    parts = run(tmp_path, vit, rows, rows)
    network = ViTModel.from_pretrained(vit, add_pooling_layer=False).eval()
    images = [Image.open(io.BytesIO(cell["bytes"])) for (cell,) in rows]
    pixels = torch.stack(
        [torch.from_numpy(np.array(image)).permute(2, 0, 1) / 127.5 - 1 for image in images]
    )
    with torch.inference_mode():
        expected = network(pixel_values=pixels).last_hidden_state[:, 0].numpy()
    np.testing.assert_allclose(jobs.joined(parts[2:], "features"), expected, atol=1e-5)


def test_texts_are_encoded_too(tmp_path: Path, encoder: Path):
    rows = [("the cat sits",), (None,), ("a dog runs in the park",)] * 4
    parts = run(tmp_path, encoder, rows, rows)
    features = jobs.joined(parts[2:], "features")
    assert np.isnan(features).any(1).tolist() == [False, True, False] * 4
    targets = [0, 0, 1] * 4
    found = samples.measured(TASK, STATED, case(targets, targets), parts)
    assert found.evidence["failed_samples"] == 4
    assert found.evidence["failed_training_rows"] == 4
    assert found.estimate.value == pytest.approx(8 / 12)


def test_pictures_that_cannot_be_read_are_no_answers(tmp_path: Path, vit: Path):
    rows, _ = pictures(4, 2)
    rows[1] = ({"bytes": b"broken", "path": None},)
    features = jobs.joined(run(tmp_path, vit, rows, rows)[2:], "features")
    assert np.isnan(features).all(1).tolist() == [False, True, False, False]


def test_the_training_split_is_asked_for():
    assert isinstance(TASK, tasks.TableTask)
    request = TASK.with_tables(DataRequest("org/set", "default", "test", "main"))
    train = DataRequest("org/set", "default", "train", "main", most=10_000)
    assert request.tables == (("train", train),)
    with pytest.raises(Unsupported, match="fitted on") as caught:
        TASK.with_tables(DataRequest("org/set", "default", "train"))
    assert caught.value.missing == "split"


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ({"img": IMAGE, "label": LABEL}, Columns(("img",), "label")),
        ({"text": TEXT, "id": TEXT, "label": LABEL}, Columns(("text",), "label")),
        ({"img": IMAGE, "fine_label": LABEL, "coarse": LABEL}, Columns(("img",), "fine_label")),
    ],
)
def test_columns_are_chosen(features: dict[str, Feature], expected: Columns):
    assert TASK.columns(features) == expected
    assert TASK.table_columns("train", features) == expected


@pytest.mark.parametrize("features", [{}, {"img": IMAGE}, {"label": LABEL}, {"text": TEXT}])
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


# -- reading -----------------------------------------------------------------------------------

NETWORK = Part("network", {"dimensions": 2, "features": "of a picture"})


def rows_of(name: str, values: Any, start: int = 0) -> Part:
    part = jobs.predictions(start, features=np.array(values, dtype=np.float32))
    return Part(name, part.values, part.arrays)


TRAIN = [[0, 0], [1, 1], [0, 0.1], [1, 0.9], [0.1, 0], [0.9, 1]]
LABELS = [0, 1] * 3


def test_it_works():
    parts = [NETWORK, rows_of("table", TRAIN[:4]), rows_of("table", TRAIN[4:], 4)]
    parts += [rows_of("predictions", [[0, 0]]), rows_of("predictions", [[1, 1]], 1)]
    found = samples.measured(TASK, STATED, case([0, 0], LABELS), parts)
    assert found.estimate.value == 0.5


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([rows_of("predictions", [[0, 0], [1, 1]])], "did not send the features of all"),
        ([rows_of("table", TRAIN[:5]), rows_of("predictions", [[0, 0]])], "did not send"),
        ([rows_of("table", [*TRAIN, [0, 0]])], "more training rows"),
        ([rows_of("table", TRAIN[:3]), rows_of("table", TRAIN[3:], 4)], "out of order"),
        ([rows_of("table", np.zeros((0, 2)))], "more training rows"),
        ([rows_of("table", np.zeros((6, 3)))], "another size"),
        ([rows_of("table", TRAIN), rows_of("predictions", [[0, 0, 0]])], "another size"),
        ([rows_of("table", TRAIN), rows_of("predictions", [[0, 0]] * 3)], "more samples"),
        (
            [rows_of("table", TRAIN), rows_of("predictions", [[0, 0]]), rows_of("table", TRAIN)],
            "out of order",
        ),
        ([rows_of("table", TRAIN), rows_of("predictions", [[0, 0]])], "only 1 of 2"),
        ([rows_of("other", TRAIN)], "out of order"),
    ],
)
def test_forged_parts_never_give_a_number(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        samples.measured(TASK, STATED, case([0, 1], LABELS), [NETWORK, *parts])
    assert not isinstance(caught.value, Unsupported)


@pytest.mark.parametrize("dimensions", [0, -1, True, "2", 10**9])
def test_a_forged_size_is_noticed(dimensions: Any):
    with pytest.raises(CheckError, match="no sensible number"):
        TASK.reader(STATED, case([0], LABELS), {"dimensions": dimensions})


def test_a_training_split_of_one_class_is_unsupported():
    parts = [NETWORK, rows_of("table", TRAIN), rows_of("predictions", [[0, 0]])]
    with pytest.raises(Unsupported, match="two classes"):
        samples.measured(TASK, STATED, case([0], [1] * 6), parts)
