"""Libraries that tasks load late (onnxruntime, skops, soundfile) work behind all walls."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier

from analysis import tasks
from analysis.arrays import unpack
from analysis.contract import Job, Part
from tests import networks, onnx_bytes, sound_networks
from tests.analysis import jobs, samples
from tests.analysis.loading.test_formats import NETWORK
from workers.sandbox.outcomes import SandboxUnavailable
from workers.sandbox.runner import Sandbox

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory):
    try:
        with Sandbox(tmp_path_factory.mktemp("sandbox")) as started:
            yield started
    except SandboxUnavailable as error:
        pytest.skip(f"this machine gives no sandbox: {error}")


def tabular(folder: Path, repo: Path) -> Job:
    data = load_iris(as_frame=True)
    skops.io.dump(RandomForestClassifier(3).fit(data.data, data.target), repo / "model.skops")
    return jobs.make(folder, repo, "tabular-classification", data.data.to_dict("list"))


def onnx(folder: Path, repo: Path) -> Job:
    (repo / "model.onnx").write_bytes(onnx_bytes.classifier(NETWORK, location="model.onnx_data"))
    (repo / "model.onnx_data").write_bytes(onnx_bytes.linear_bytes(NETWORK))
    settings = {"image_processor_type": "ViTImageProcessor", "size": {"height": 8, "width": 8}}
    (repo / "preprocessor_config.json").write_text(json.dumps(settings))
    return jobs.make(folder, repo, "image-classification", {"img": samples.cells(5)})


def sounds(folder: Path, repo: Path) -> Job:
    sound_networks.write_tiny_listener(repo, (300, 1_200), ("low", "high"))
    cells = sound_networks.cells([300, 1_200, 50], rate=48_000)
    return jobs.make(folder, repo, "audio-classification", {"audio": cells})


def retrieval(folder: Path, repo: Path) -> Job:
    networks.write_tiny_encoder(repo)
    corpus = [("the cat sits", "a title"), ("a dog", None), ("red house", None)]
    return jobs.with_tables(folder, repo, "retrieval", [("the dog",)], {"corpus": corpus})


@pytest.mark.parametrize("make", [tabular, onnx, sounds, retrieval])
def test_a_task_answers_inside_what_it_answers_outside(
    sandbox: Sandbox, tmp_path: Path, make: Callable[[Path, Path], Job]
):
    repo = tmp_path / "repo"
    repo.mkdir()
    job = make(tmp_path, repo)
    files = {path.relative_to(repo).as_posix(): path for path in repo.rglob("*") if path.is_file()}
    with sandbox.run(job, files, job.inputs) as session:
        inside = list(session.parts())
    outside = list(tasks.load(str(job.options["task"])).probe(job))
    assert [part.name for part in inside] == [part.name for part in outside]
    for seen, expected in zip(inside, outside, strict=True):
        assert seen.values == expected.values
        assert arrays(seen).keys() == arrays(expected).keys()
        for name, values in arrays(expected).items():
            np.testing.assert_allclose(arrays(seen)[name], values, atol=1e-5)


def arrays(part: Part) -> dict[str, Any]:
    return {name: unpack(array) for name, array in part.arrays.items()}
