"""Weights files: the order of preference, and each way in which they can be wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from analysis.contract import Refused, Unsupported
from analysis.loading.weights import load_weights
from tests.analysis.files import corpus

MARKER = Path("/tmp/assay-canary-that-must-never-appear")
TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2)}


def same(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    return found.keys() == expected.keys() and all(
        torch.equal(found[name], expected[name]) for name in expected
    )


def test_safetensors_come_first(tmp_path: Path):
    save_file(TENSORS, tmp_path / "model.safetensors")
    (tmp_path / "pytorch_model.bin").write_bytes(corpus.streams(MARKER)["os.system"])
    weights = load_weights(tmp_path)
    assert same(weights.tensors, TENSORS)
    assert weights.files == ("model.safetensors",)


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda tensors: tensors,
        lambda tensors: {"state_dict": tensors, "best_prec1": 91.7},
        lambda tensors: {f"module.{name}": tensor for name, tensor in tensors.items()},
        lambda tensors: {"state_dict": {f"module.{name}": t for name, t in tensors.items()}},
    ],
)
def test_pickled_weights_that_pass_the_gate_are_read(
    tmp_path: Path, legacy: bool, wrap: Callable[[dict[str, Any]], Any]
):
    (tmp_path / "pytorch_model.bin").write_bytes(corpus.saved(wrap(TENSORS), legacy=legacy))
    assert same(load_weights(tmp_path).tensors, TENSORS)


def test_shards_are_put_together(tmp_path: Path):
    for number, (name, tensor) in enumerate(TENSORS.items()):
        save_file({name: tensor}, tmp_path / f"part-{number}.safetensors")
    weight_map = {name: f"part-{number}.safetensors" for number, name in enumerate(TENSORS)}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    weights = load_weights(tmp_path)
    assert same(weights.tensors, TENSORS)
    assert weights.files == ("part-0.safetensors", "part-1.safetensors")


@pytest.mark.parametrize("name", ["os.system", "ext1", "gzip", "torch.load", "unknown vendor"])
def test_a_pickle_that_does_not_pass_is_refused_with_the_reason(tmp_path: Path, name: str):
    (tmp_path / "pytorch_model.bin").write_bytes(corpus.streams(MARKER)[name])
    with pytest.raises(Refused, match=r"pytorch_model\.bin was not loaded\. .+\.") as caught:
        load_weights(tmp_path)
    assert caught.value.missing == "weights"
    assert not MARKER.exists()


def write_index(folder: Path, content: Any) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps(content))


def write_bin(content: Any) -> Callable[[Path], None]:
    return lambda folder: torch.save(content, folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda folder: None, "has no model.safetensors"),
        (lambda folder: (folder / "tf_model.h5").touch(), "only 'tf_model.h5'"),
        (lambda folder: (folder / "model.safetensors").touch(), "could not be read"),
        (
            lambda folder: (folder / "model.safetensors").write_bytes(b"\x80\x02N."),
            "could not be read",
        ),
        (lambda folder: write_index(folder, {}), "does not say which files"),
        (lambda folder: write_index(folder, {"weight_map": {"a": "../x"}}), "is missing"),
        (lambda folder: write_index(folder, {"weight_map": {"a": "/etc/passwd"}}), "is missing"),
        (lambda folder: write_index(folder, {"weight_map": {"a": 5}}), "is missing"),
        (write_bin({}), "no tensor"),
        (write_bin(torch.ones(2)), "state dict"),
        (write_bin([torch.ones(2)]), "state dict"),
        (write_bin({1: torch.ones(2)}), "state dict"),
        (write_bin({"a": 5}), "no tensor"),
        (write_bin({"a": torch.tensor([1.0, float("nan")])}), "NaN"),
        (write_bin({"a": torch.tensor([1.0, float("nan")], dtype=torch.bfloat16)}), "NaN"),
        (write_bin({"a": torch.eye(3).to_sparse()}), r"sparse|not loaded"),
    ],
)
def test_broken_weights_are_unsupported(tmp_path: Path, write: Callable[[Path], Any], message: str):
    write(tmp_path)
    with pytest.raises(Unsupported, match=message) as caught:
        load_weights(tmp_path)
    assert caught.value.missing == "weights"


def test_infinity_is_a_number_that_masks_use(tmp_path: Path):
    tensors = {"mask": torch.tensor([0.0, float("-inf"), float("inf")])}
    save_file(tensors, tmp_path / "model.safetensors")
    assert same(load_weights(tmp_path).tensors, tensors)
