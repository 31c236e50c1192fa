"""Weights files → a state dict on the CPU. Nothing else in Assay opens weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.contract import Refused, Unsupported
from analysis.files.pickles import Ruling, judge_weights
from analysis.loading.configs import read_config
from analysis.loading.foreign import foreign

if TYPE_CHECKING:
    import torch

_SHARDS = 1_000
_NAMES = ("model.safetensors", "pytorch_model.bin")
_OTHER_FORMATS = (".h5", ".msgpack", ".onnx", ".gguf", ".pt", ".pth", ".ckpt", ".tflite", ".bin")


@dataclass(frozen=True, slots=True)
class Weights:
    """The tensors of a network by name, and the files that they were read from."""

    tensors: dict[str, "torch.Tensor"]
    files: tuple[str, ...]


def load_weights(folder: Path) -> Weights:
    """Read the weights in ``folder``: safetensors first, else pickles that the gate passes.

    Raises Refused for a pickle that does not pass and Unsupported for weights that are missing,
    malformed or not numbers (missing weights, in both cases).
    """
    files = _find(folder)
    tensors: dict[str, torch.Tensor] = {}
    for name in files:
        tensors.update(_read(folder / name))
    return Weights(_checked(tensors), files)


def _find(folder: Path) -> tuple[str, ...]:
    for name in _NAMES:
        if (folder / name).is_file():
            return (name,)
        index = folder / f"{name}.index.json"
        if index.is_file():
            return _shards(folder, index)
    others = sorted(path.name for path in folder.iterdir() if path.suffix in _OTHER_FORMATS)
    found = f", only {others[0]!a}" if others else ""
    raise Unsupported(f"The repo has no {' or '.join(_NAMES)}{found}.", "weights")


def _shards(folder: Path, index: Path) -> tuple[str, ...]:
    weight_map = read_config(index).get("weight_map")
    names = set(weight_map.values()) if isinstance(weight_map, dict) else set()
    if not 1 <= len(names) <= _SHARDS:
        raise Unsupported(f"{index.name} does not say which files the weights are in.", "weights")
    for name in names:
        if not isinstance(name, str) or Path(name).name != name or not (folder / name).is_file():
            raise Unsupported(
                f"{index.name} names {str(name)[:80]!a}, which is missing.", "weights"
            )
    return tuple(sorted(map(str, names)))


def _read(path: Path) -> Mapping[str, "torch.Tensor"]:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        with foreign(f"{path.name} could not be read", "weights"):
            tensors: Mapping[str, torch.Tensor] = load_file(path, device="cpu")
        return tensors
    return _read_pickle(path)


def _read_pickle(path: Path) -> Mapping[str, "torch.Tensor"]:
    import torch

    gate = judge_weights(path)
    if gate.verdict is not Ruling.PASS:
        raise Refused(f"{path.name} was not loaded. {gate.reason}", "weights")
    with foreign(f"{path.name} could not be read", "weights"):
        found = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251 - gated above
    if isinstance(found, dict) and isinstance(found.get("state_dict"), dict):
        found = found["state_dict"]  # a training checkpoint: {"state_dict": …, "epoch": …}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise Unsupported(f"{path.name} does not hold a state dict.", "weights")
    if found and all(name.startswith("module.") for name in found):
        # What torch's DataParallel puts before each name.
        found = {name.removeprefix("module."): value for name, value in found.items()}
    return found


def _checked(tensors: dict[str, "torch.Tensor"]) -> dict[str, "torch.Tensor"]:
    """Give the tensors back if each is a plain array of numbers without NaN."""
    import torch

    for name, tensor in tensors.items():
        shown = name[:80]
        if not isinstance(tensor, torch.Tensor):
            raise Unsupported(f"The weights hold {shown!a}, which is no tensor.", "weights")
        if tensor.layout is not torch.strided or tensor.is_quantized:
            raise Unsupported(f"The tensor {shown!a} is sparse or quantized.", "weights")
        # A sum is NaN if an element is, and is much cheaper than a look at each.
        is_suspect = tensor.is_floating_point() and torch.isnan(tensor.sum(dtype=torch.float32))
        if is_suspect and torch.isnan(tensor.to(torch.float32)).any():
            raise Unsupported(f"The tensor {shown!a} holds NaN (not a number).", "weights")
    if not tensors:
        raise Unsupported("The weights hold no tensor.", "weights")
    return tensors
