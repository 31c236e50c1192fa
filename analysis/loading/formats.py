"""In which format a repo's network is taken. One order, for those who fetch and those who load.

Safetensors, because they are plain numbers and what authors measure with; then transformers' own
pickles, which a gate reads first; then ONNX, mostly made from one of the two; then programs of
torch.export, whose loading may run code. Where a repo has several, the first is taken.
"""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path, PurePosixPath

from analysis.contract import Unsupported


class Format(StrEnum):
    """The formats of weights in the order of preference."""

    SAFETENSORS = "safetensors"
    PICKLE = "pickle"
    ONNX = "onnx"
    EXPORTED = "torch.export"


_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
_SUFFIXES = {Format.ONNX: ".onnx", Format.EXPORTED: ".pt2"}
# Names under which exporters write the plain network, not a quantized or cut one.
_USUAL = {
    Format.ONNX: ("model.onnx", "onnx/model.onnx"),
    Format.EXPORTED: ("model.pt2",),
}


def preferred(paths: Iterable[str]) -> Format | None:
    """Say which format to take of those that the repo has; None where it has none of them."""
    present = list(paths)
    for known in Format:
        if known is Format.PICKLE:
            is_there = any(PurePosixPath(path).name in _PICKLES for path in present)
        else:
            suffix = _SUFFIXES.get(known, ".safetensors")
            is_there = any(path.endswith(suffix) for path in present)
        if is_there:
            return known
    return None


def network_file(paths: Iterable[str], wanted: Format) -> str | None:
    """Name the one file of a format: the usual one or the only one; None where it is unclear."""
    fitting = [path for path in paths if path.endswith(_SUFFIXES[wanted])]
    usual = [path for path in _USUAL[wanted] if path in fitting]
    if usual or len(fitting) == 1:
        return (usual or fitting)[0]
    return None


def files_of(snapshot: Path) -> list[str]:
    """List the files of a snapshot by their paths in it."""
    return sorted(
        path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*") if path.is_file()
    )


def find_file(snapshot: Path, wanted: Format) -> str:
    """Name the one file of a format in a snapshot; raise Unsupported (missing weights)."""
    paths = files_of(snapshot)
    found = network_file(paths, wanted)
    if found is None:
        several = [path for path in paths if path.endswith(_SUFFIXES[wanted])]
        shown = ", ".join(several[:3])[:200]
        raise Unsupported(
            f"It is unclear which of the {wanted} files is the network: {shown!a}.", "weights"
        )
    return found
