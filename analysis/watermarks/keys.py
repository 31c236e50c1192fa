"""What the keys of all schemes have in common: how they are written and read."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from analysis.arrays import NumpyArray
from analysis.watermarks.envelope import FEWEST, LARGEST, MOST, MOST_BYTES, SALT, KeysError

Arrays = Mapping[str, NumpyArray]
About = Mapping[str, Any]


def fresh_salt() -> bytes:
    """Return a salt that nobody else has."""
    return os.urandom(SALT)


def draws_of(salt: bytes, purpose: str) -> np.random.Generator:
    """Return random numbers that follow from a salt, and that nobody can choose."""
    seed = hashlib.sha256(purpose.encode() + b"\0" + salt).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))


def framed(about: About, salt: bytes, arrays: Arrays) -> bytes:
    """Write keys as safetensors: the same bytes for the same keys."""
    text = json.dumps(dict(about), sort_keys=True).encode()
    always = {"about": np.frombuffer(text, np.uint8), "salt": np.frombuffer(salt, np.uint8)}
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    written: bytes = save({**always, **plain})
    return written


def unframed(data: bytes) -> tuple[About, bytes, Arrays]:
    """Take apart keys that somebody uploaded; raise KeysError with what is wrong with them."""
    if len(data) > MOST_BYTES:
        raise KeysError(f"Keys have at most {MOST_BYTES >> 20} MiB.")
    try:
        arrays = dict(load(data))
        about = json.loads(arrays.pop("about").tobytes()[:10_000])
        salt = arrays.pop("salt").tobytes()
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise KeysError("The file is no file of keys.") from None
    if not isinstance(about, dict) or len(salt) != SALT:
        raise KeysError("The file is no file of keys.")
    return about, salt, arrays


def need(arrays: Arrays, names: Iterable[str], may: Iterable[str] = ()) -> None:
    """Raise KeysError unless these arrays are there, and no others but those that ``may`` be."""
    wanted = set(names)
    if not wanted <= arrays.keys() <= wanted | set(may):
        raise KeysError("The file of keys does not hold what keys of this scheme consist of.")


def count_in(about: About, name: str, low: int, high: int) -> int:
    """Take a whole number between two others; raise KeysError."""
    found = about.get(name)
    if type(found) is not int or not low <= found <= high:
        raise KeysError(f"The file of keys says no sensible number of {name}.")
    return found


def vet_pictures(pictures: NumpyArray) -> None:
    """Raise KeysError unless these are pictures (n, 1 or 3, height, width) of bytes."""
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[1] not in (1, 3):
        raise KeysError("Pictures of keys are bytes of shape (n, 1 or 3, height, width).")
    if not 1 <= min(pictures.shape[2:]) <= max(pictures.shape[2:]) <= LARGEST:
        raise KeysError(f"Pictures of keys have at most {LARGEST:,} pixels a side.")
    if len(pictures) > MOST:
        raise KeysError(f"There are between {FEWEST} and {MOST:,} keys.")


def as_bytes(images: NumpyArray) -> NumpyArray:
    """Round images in [0, 1] to what a picture can hold."""
    found: NumpyArray = np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
    return found
