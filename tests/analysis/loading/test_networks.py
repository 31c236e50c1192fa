"""Whole repos → networks: complete or not at all."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from analysis.contract import CheckError, Refused, Unsupported
from analysis.loading import load_classifier
from tests import networks

RESNET = {"blocks_per_stage": 1, "widths": [4, 8]}


def change_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config.update(changes)
    path.write_text(json.dumps({key: value for key, value in config.items() if value is not None}))


def change_weights(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    (folder / "model.safetensors").unlink()
    networks.write_weights(folder, tensors)


@pytest.fixture
def vit(tmp_path: Path) -> Path:
    return networks.write_tiny_vit(tmp_path / "vit")


@pytest.fixture
def resnet(tmp_path: Path) -> Path:
    return networks.write_cifar_resnet(tmp_path / "resnet", {**RESNET, "num_labels": 3})


def test_a_native_network_answers_as_transformers_does(vit: Path):
    from transformers import ViTForImageClassification

    pixels = torch.rand(4, 3, 32, 32)
    classifier = load_classifier(vit, device="cpu", allow_code=False)
    with torch.inference_mode():
        expected = ViTForImageClassification.from_pretrained(vit)(pixels).logits
    torch.testing.assert_close(classifier.logits(pixels), expected)
    assert classifier.labels == dict(enumerate(networks.CIFAR10))
    assert not classifier.loaded.ran_own_code


@pytest.mark.parametrize("kind", ["native", "own code"])
def test_half_precision_weights_are_computed_in_float32(tmp_path: Path, vit: Path, kind: str):
    folder = vit if kind == "native" else networks.write_cifar_resnet(tmp_path / "net", RESNET)

    def halve(tensors: dict[str, Any]) -> None:
        for name in [name for name in tensors if tensors[name].is_floating_point()]:
            tensors[name] = tensors[name].half()

    change_weights(folder, halve)
    change_config(folder, dtype="float16", torch_dtype="float16")
    network = load_classifier(folder, device="cpu", allow_code=True).loaded.network
    assert {tensor.dtype for tensor in network.parameters()} == {torch.float32}


@pytest.mark.parametrize("pickled", [True, False])
def test_a_network_with_own_code_is_loaded_where_that_is_allowed(tmp_path: Path, pickled: bool):
    folder = networks.write_cifar_resnet(tmp_path / "net", RESNET, pickled=pickled)
    classifier = load_classifier(folder, device="cpu", allow_code=True)
    assert classifier.logits(torch.rand(2, 3, 32, 32)).shape == (2, 2)
    assert classifier.loaded.ran_own_code
    assert not list(folder.glob("__pycache__"))


def test_own_code_is_refused_where_it_is_not_allowed(resnet: Path):
    with pytest.raises(Refused, match=r"modeling_cifar_resnet\.py") as caught:
        load_classifier(resnet, device="cpu", allow_code=False)
    assert caught.value.missing == "code"


def drop_head(tensors: dict[str, Any]) -> None:
    del tensors["classifier.weight"], tensors["classifier.bias"]


def add_surplus(tensors: dict[str, Any]) -> None:
    tensors["other.weight"] = torch.ones(2)


def widen_head(tensors: dict[str, Any]) -> None:
    tensors["classifier.weight"] = torch.ones(11, 16)


def spoil(tensors: dict[str, Any]) -> None:
    tensors["classifier.bias"] = torch.full((10,), float("nan"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_head, "lack 2 tensors of the architecture, first 'classifier.bias'"),
        (add_surplus, "1 tensor that the architecture has no place for, first 'other.weight'"),
        (widen_head, r"another shape .*'classifier.weight' is \[11, 16\], not \[10, 16\]"),
        (spoil, "NaN"),
    ],
)
def test_a_native_network_is_never_completed_at_random(
    vit: Path, change: Callable[[dict[str, Any]], None], message: str
):
    change_weights(vit, change)
    with pytest.raises(Unsupported, match=message) as caught:
        load_classifier(vit, device="cpu", allow_code=False)
    assert caught.value.missing == "weights"


def rename(tensors: dict[str, Any]) -> None:
    tensors["fc.weight"] = tensors.pop("linear.weight")


def narrow(tensors: dict[str, Any]) -> None:
    tensors["linear.weight"] = torch.ones(3, 7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (rename, "lack 1 tensor of the architecture, first 'linear.weight'"),
        (add_surplus, "no place for"),
        (narrow, r"is \[3, 7\], not \[3, 8\]"),
    ],
)
def test_a_network_with_own_code_is_never_completed_at_random(
    resnet: Path, change: Callable[[dict[str, Any]], None], message: str
):
    change_weights(resnet, change)
    with pytest.raises(Unsupported, match=message):
        load_classifier(resnet, device="cpu", allow_code=True)


def test_counts_of_training_batches_may_be_missing(resnet: Path):
    def drop(tensors: dict[str, Any]) -> None:
        for name in [name for name in tensors if name.endswith("num_batches_tracked")]:
            del tensors[name]

    change_weights(resnet, drop)
    load_classifier(resnet, device="cpu", allow_code=True)


@pytest.mark.parametrize(
    ("changes", "message", "missing"),
    [
        ({"model_type": "nonsense"}, "architecture 'nonsense' is not known", "code"),
        ({"model_type": None}, "architecture 'None' is not known", "code"),
        ({"model_type": "bert", "architectures": ["BertModel"]}, "for this task|does not", "code"),
        ({"hidden_size": 10**9}, "absurd", "weights"),
        ({"hidden_size": 800_000}, "lack most of the architecture", "weights"),
        ({"hidden_size": "16"}, "not valid|could not be built", "weights"),
        ({"num_hidden_layers": 3}, "lack", "weights"),
        ({"patch_size": 0}, "could not be built|not valid", "weights"),
        ({"_attn_implementation_internal": "evil/kernel"}, "evil/kernel", "code"),
    ],
)
def test_bad_configs_end_in_a_sentence(
    vit: Path, changes: dict[str, Any], message: str, missing: str
):
    change_config(vit, **changes)
    with pytest.raises(Unsupported, match=message) as caught:
        load_classifier(vit, device="cpu", allow_code=False)
    assert caught.value.missing == missing
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise RuntimeError('boom')", "could not be imported: RuntimeError: boom"),
        ("import package_that_nobody_has", "ModuleNotFoundError: No module named"),
        ("import sys; sys.exit(3)", "could not be imported: SystemExit: 3"),
        ("def broken(:", "SyntaxError"),
        ("x = 1", "AttributeError"),
        ("CifarResNet = CifarResNetConfig = 5", "is not a class"),
        ("raise ValueError('a\\nb\\x1b[31m' + 'x' * 5000)", "ValueError: a."),
    ],
)
def test_own_code_that_fails_ends_in_a_sentence(resnet: Path, code: str, message: str):
    (resnet / "modeling_cifar_resnet.py").write_text(code)
    with pytest.raises(Unsupported, match=message) as caught:
        load_classifier(resnet, device="cpu", allow_code=True)
    assert caught.value.missing == "code"
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("modeling_other.Net", "no modeling_other.py"),
        ("../modeling.Net", "another repo"),
        ("os.system", "no os.py"),
        ("Net", "does not name a class"),
        ("", "does not name a class"),
        (None, "no class for AutoModelForImageClassification"),
    ],
)
def test_references_stay_inside_the_repo(resnet: Path, reference: str | None, message: str):
    auto_map = {"AutoConfig": "modeling_cifar_resnet.CifarResNetConfig"}
    auto_map |= {"AutoModelForImageClassification": reference} if reference is not None else {}
    change_config(resnet, auto_map=auto_map)
    with pytest.raises(Unsupported, match=message):
        load_classifier(resnet, device="cpu", allow_code=True)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("None", "did not answer with logits"),
        ("pixel_values", "not with a row of class scores each"),
        ("pixel_values.sum()", "not with a row of class scores each"),
        ("pixel_values[:1].flatten(1)", "not with a row of class scores each"),
        ("1 / 0", "failed on a batch of pictures: ZeroDivisionError"),
        ("__import__('sys').exit()", "failed on a batch of pictures: SystemExit"),
    ],
)
def test_odd_answers_end_in_a_sentence(resnet: Path, answer: str, message: str):
    path = resnet / "modeling_cifar_resnet.py"
    code = path.read_text().replace(
        "ImageClassifierOutput(logits=self.linear(x.mean(dim=(2, 3))))", answer
    )
    path.write_text(code)
    classifier = load_classifier(resnet, device="cpu", allow_code=True)
    with pytest.raises(CheckError, match=message):
        classifier.logits(torch.rand(3, 3, 32, 32))


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
def test_a_missing_file_is_named(vit: Path, name: str):
    (vit / name).unlink()
    with pytest.raises(Unsupported, match=f"no {name}"):
        load_classifier(vit, device="cpu", allow_code=False)


def test_importing_the_tasks_and_checks_leaves_torch_out():
    code = (
        "import sys; from analysis import checks, tasks; checks.load('claim');"
        "[tasks.load(name) for name in tasks.TASKS];"
        "sys.exit(bool({'torch', 'transformers', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
