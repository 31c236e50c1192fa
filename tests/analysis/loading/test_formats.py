"""Image classifiers in other formats than transformers': ONNX, torch.export, timm."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from analysis.contract import CheckError, Refused, Unsupported
from analysis.loading import load_classifier
from analysis.loading.formats import Format, preferred
from analysis.loading.timm_repos import read_timm_preprocessing
from tests import networks, onnx_bytes

PICTURES = torch.rand(5, 3, 8, 8, generator=torch.Generator().manual_seed(0))


class Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.conv = torch.nn.Conv2d(3, 4, 3, stride=2)
        self.head = torch.nn.Linear(4, 3)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.head(self.conv(pixels).relu().mean((2, 3)))
        return found


NETWORK = Network().eval()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repo with everything but the network."""
    folder = tmp_path / "repo"
    folder.mkdir()
    labels = {"id2label": {"0": "cat", "1": "dog", "2": "cow"}}
    (folder / "config.json").write_text(json.dumps(labels))
    processor = {"image_processor_type": "ViTImageProcessor", "size": {"height": 8, "width": 8}}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


def logits(repo: Path, **options: Any) -> torch.Tensor:
    found = load_classifier(repo, device="cpu", **{"allow_code": False, **options})
    return found.logits(PICTURES)


def expected() -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = NETWORK(PICTURES)
    return found


@pytest.mark.parametrize(
    ("paths", "taken"),
    [
        (["model.safetensors", "pytorch_model.bin", "model.onnx"], Format.SAFETENSORS),
        (["pytorch_model.bin", "onnx/model.onnx"], Format.PICKLE),
        (["training_args.bin", "onnx/model.onnx", "model.pt2"], Format.ONNX),
        (["model.pt2", "README.md"], Format.EXPORTED),
        (["README.md"], None),
    ],
)
def test_there_is_one_order_of_preference(paths: list[str], taken: Format | None):
    assert preferred(paths) is taken


# -- ONNX --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model.onnx", "onnx/model.onnx", "net.onnx"])
@pytest.mark.parametrize("batch", ["n", 1, 2])
def test_an_onnx_graph_answers_like_the_torch_network(repo: Path, name: str, batch: int | str):
    (repo / name).parent.mkdir(exist_ok=True)
    (repo / name).write_bytes(onnx_bytes.classifier(NETWORK, batch=batch))
    torch.testing.assert_close(logits(repo), expected(), atol=1e-5, rtol=1e-4)
    loaded = load_classifier(repo, device="cpu", allow_code=False)
    assert loaded.loaded.loader.startswith("onnxruntime ")
    assert loaded.loaded.files == (name,)
    assert loaded.labels == {0: "cat", 1: "dog", 2: "cow"}


def test_weights_may_lie_beside_an_onnx_graph(repo: Path):
    (repo / "model.onnx").write_bytes(onnx_bytes.classifier(NETWORK, location="model.onnx_data"))
    (repo / "model.onnx_data").write_bytes(onnx_bytes.linear_bytes(NETWORK))
    torch.testing.assert_close(logits(repo), expected(), atol=1e-5, rtol=1e-4)
    loaded = load_classifier(repo, device="cpu", allow_code=False).loaded
    assert loaded.files == ("model.onnx", "model.onnx_data")


@pytest.mark.parametrize(
    ("location", "kind", "message"),
    [
        ("../secret", Refused, "outside of the repo"),
        ("/etc/passwd", Refused, "outside of the repo"),
        ("a\\b", Refused, "outside of the repo"),
        ("missing.bin", Unsupported, "has no 'missing.bin'"),
    ],
)
def test_weights_elsewhere_are_refused(
    repo: Path, location: str, kind: type[Unsupported], message: str
):
    (repo.parent / "secret").write_bytes(onnx_bytes.linear_bytes(NETWORK))
    (repo / "model.onnx").write_bytes(onnx_bytes.classifier(NETWORK, location=location))
    with pytest.raises(kind, match=message) as caught:
        logits(repo)
    assert caught.value.missing == "weights"


def test_a_foreign_operator_is_unsupported(repo: Path):
    node = onnx_bytes.node("FusedConv", ["pixels"], ["y"], domain="com.microsoft")
    graph = onnx_bytes.graph([node], [], [onnx_bytes.value("pixels", "n", 3, 8, 8)], [])
    (repo / "model.onnx").write_bytes(onnx_bytes.model(graph, "com.microsoft"))
    with pytest.raises(Unsupported, match=r"operator 'com.microsoft.FusedConv'") as caught:
        logits(repo)
    assert caught.value.missing == "code"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\x01nonsense", "not a valid ONNX file"),
        (onnx_bytes.model(onnx_bytes.graph([])), "could not be loaded|take a batch"),
        (
            onnx_bytes.model(
                onnx_bytes.graph(
                    [onnx_bytes.node("Relu", ["x"], ["y"])],
                    [],
                    [onnx_bytes.value("x", "n", 4)],
                    [onnx_bytes.value("y", "n", 4)],
                )
            ),
            "take a batch of pictures alone",
        ),
        (onnx_bytes.classifier(NETWORK, batch=10**6), "1,000,000 pictures at a time"),
    ],
)
def test_a_graph_that_does_not_fit_is_unsupported(repo: Path, content: bytes, message: str):
    (repo / "model.onnx").write_bytes(content)
    with pytest.raises(Unsupported, match=message):
        logits(repo)


def test_of_several_graphs_without_a_usual_name_none_is_taken(repo: Path):
    for name in ("encoder.onnx", "decoder.onnx"):
        (repo / name).write_bytes(onnx_bytes.classifier(NETWORK))
    with pytest.raises(Unsupported, match="unclear which of the onnx files"):
        logits(repo)


def test_pictures_of_another_size_end_in_a_sentence(repo: Path):
    (repo / "model.onnx").write_bytes(onnx_bytes.classifier(NETWORK))
    classifier = load_classifier(repo, device="cpu", allow_code=False)
    with pytest.raises(CheckError, match="failed on a batch"):
        classifier.logits(torch.zeros(2, 3, 9, 9))


# -- torch.export ------------------------------------------------------------------------------


@pytest.mark.parametrize("is_fixed", [True, False])
def test_an_exported_program_answers_like_its_network(repo: Path, is_fixed: bool):
    shapes = None if is_fixed else ({0: torch.export.Dim("n", min=1, max=64)},)
    program = torch.export.export(NETWORK, (PICTURES[:2],), dynamic_shapes=shapes)
    torch.export.save(program, repo / "model.pt2")
    torch.testing.assert_close(logits(repo, allow_code=True), expected())
    loaded = load_classifier(repo, device="cpu", allow_code=True).loaded
    assert (loaded.loader, loaded.ran_own_code) == ("torch.export", True)


def test_an_exported_program_is_refused_where_code_may_not_run(repo: Path):
    (repo / "model.pt2").write_bytes(b"never read")
    with pytest.raises(Refused, match="can run code") as caught:
        logits(repo)
    assert caught.value.missing == "code"


def test_a_broken_program_is_unsupported(repo: Path):
    (repo / "model.pt2").write_bytes(b"no archive")
    with pytest.raises(Unsupported, match=r"model.pt2 could not be loaded"):
        logits(repo, allow_code=True)


# -- timm --------------------------------------------------------------------------------------

TIMM: dict[str, Any] = {
    "architecture": "tinynet_x",
    "num_classes": 3,
    "label_names": ["cat", "dog", "cow"],
    "pretrained_cfg": {"input_size": [3, 8, 8], "crop_pct": 0.5, "mean": [0.5, 0.5, 0.5]},
}


@pytest.fixture
def timm_repo(repo: Path) -> Path:
    (repo / "config.json").write_text(json.dumps(TIMM))
    networks.write_weights(repo, NETWORK.state_dict())
    return repo


def test_without_timm_its_repos_name_the_missing_code(
    timm_repo: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(Unsupported, match="timm's, which is not installed") as caught:
        logits(timm_repo)
    assert caught.value.missing == "code"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A stand-in for the package timm, which knows one architecture."""
    calls: list[dict[str, Any]] = []

    def create_model(name: str, **options: Any) -> torch.nn.Module:
        calls.append({"name": name, **options})
        return Network()

    package = ModuleType("timm")
    package.create_model = create_model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "timm", package)
    return calls


def test_a_timm_repo_is_built_by_timm(timm_repo: Path, asked: list[dict[str, Any]]):
    torch.testing.assert_close(logits(timm_repo), expected())
    assert asked == [{"name": "tinynet_x", "pretrained": False, "num_classes": 3}]
    classifier = load_classifier(timm_repo, device="cpu", allow_code=False)
    assert classifier.labels == {0: "cat", 1: "dog", 2: "cow"}
    assert (classifier.preprocessing.shortest, classifier.preprocessing.crop) == (16, (8, 8))
    assert classifier.loaded.loader == "timm"


def test_timm_weights_must_be_complete(timm_repo: Path, asked: list[dict[str, Any]]):
    networks.write_weights(timm_repo, {"conv.bias": torch.zeros(4)})
    with pytest.raises(Unsupported, match="lack 3 tensors"):
        logits(timm_repo)
    assert asked


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"architecture": "hf_hub:evil/net"}, "no name of timm's"),
        ({"model_args": {"checkpoint_path": "evil.pt"}}, "model_args names checkpoint_path"),
    ],
)
def test_a_timm_config_cannot_name_other_weights(
    timm_repo: Path, asked: list[dict[str, Any]], changes: dict[str, Any], message: str
):
    (timm_repo / "config.json").write_text(json.dumps({**TIMM, **changes}))
    with pytest.raises(Unsupported, match=message):
        logits(timm_repo)
    assert not asked


@pytest.mark.parametrize(
    "settings",
    [
        {"input_size": [3, 0, 8]},
        {"input_size": "224"},
        {"input_size": [4, 8, 8]},
        {"crop_pct": 0},
        {"crop_pct": True},
        {"crop_mode": "border"},
        {"interpolation": "magic"},
        {"mean": [0.5]},
        {"std": [0, 1, 1]},
        {"mean": ["a", 0, 0]},
    ],
)
def test_timm_preprocessing_that_is_not_understood_is_unsupported(settings: dict[str, Any]):
    with pytest.raises(Unsupported, match="pretrained_cfg"):
        read_timm_preprocessing({"pretrained_cfg": settings})
