"""Headers of safetensors files: what they hold, read without touching a weight."""

import math
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import PurePosixPath
from typing import Any

from registry.gate.documents import Unreadable, load_json

MAX_HEADER = 25_000_000
MAX_INDEX = 25_000_000
MAX_SHARDS = 1_000
MAX_DIMENSIONS = 64
SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"

# Returns the first bytes of a file, at most as many as asked for; raises OSError.
Read = Callable[[str, int], bytes]


def header(path: str, read: Read) -> dict[str, Any]:
    """Return the header of one file; raise Unreadable or OSError."""
    length = int.from_bytes(read(path, 8).ljust(8, b"\xff"), "little")
    if length > MAX_HEADER:
        raise Unreadable("is not safetensors: its header is cut or longer than 25 MB")
    text = read(path, 8 + length)[8:]
    if len(text) < length:
        raise Unreadable("is not safetensors: it ends within its header")
    found = load_json(text)
    if not isinstance(found, dict):
        raise Unreadable("is not safetensors: its header is not an object")
    return found


def index(path: str, read: Read) -> dict[str, Any]:
    """Return an index of shards, ``weight_map`` included; raise Unreadable or OSError."""
    text = read(path, MAX_INDEX + 1)
    if len(text) > MAX_INDEX:
        raise Unreadable("is longer than 25 MB")
    found = load_json(text)
    if not isinstance(found, dict) or not isinstance(found.get("weight_map"), dict):
        raise Unreadable("is not an index of safetensors shards")
    return found


def shards(path: str, found: dict[str, Any], present: Collection[str]) -> dict[str, str]:
    """Return shard name -> path in the repository; raise Unreadable where one is missing."""
    names = sorted({name for name in found["weight_map"].values() if isinstance(name, str)})
    if len(names) > MAX_SHARDS:
        raise Unreadable(f"names more than {MAX_SHARDS:,} shards")
    paths = {name: str(PurePosixPath(path).parent / name) for name in names}
    absent = sorted(name for name in names if paths[name] not in present)
    if absent:
        raise Unreadable(f"names a shard that is not there: {absent[0][:80]}")
    return paths


def parameter_counts(present: Collection[str], read: Read) -> dict[str, Any] | None:
    """Return ``{parameters: {dtype: count}, total}`` of the model; None where it has none.

    Raises Unreadable or OSError.
    """
    if SINGLE in present:
        paths = [SINGLE]
    elif INDEX in present:
        paths = list(shards(INDEX, index(INDEX, read), present).values())
    else:
        return None
    counts: Counter[str] = Counter()
    for path in paths:
        for name, tensor in header(path, read).items():
            if name != "__metadata__":
                counts[_dtype(tensor)] += _elements(tensor)
    return {"parameters": dict(counts), "total": sum(counts.values())}


def _dtype(tensor: Any) -> str:
    dtype = tensor.get("dtype") if isinstance(tensor, dict) else None
    if not isinstance(dtype, str):
        raise Unreadable("is not safetensors: a tensor has no dtype")
    return dtype[:20]


def _elements(tensor: dict[str, Any]) -> int:
    shape = tensor.get("shape")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise Unreadable("is not safetensors: a tensor has no shape")
    if not all(isinstance(side, int) and 0 <= side < 2**48 for side in shape):
        raise Unreadable("is not safetensors: a tensor has no shape")
    elements = math.prod(shape)
    if elements >= 2**53:
        raise Unreadable("is not safetensors: a tensor is larger than any memory")
    return elements
