"""What can be known of a file of keys without reading them: standard library only, for the web.

The file is in safetensors' format: eight bytes of length, a header in JSON, then the arrays. What
is published of keys is their commitment, a hash that nobody can find keys for afterwards; a salt in
them keeps guesses about their content from being tried.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

ANSWERS = ("blackmarks", "frontier", "triggers")
NUMBERS = ("deepsigns", "uchida")
TEXTS = ("greenlist", "synthid")
SCHEMES = (*ANSWERS, *NUMBERS, *TEXTS)

FEWEST, MOST = 8, 4_096
MOST_BYTES = 512 << 20
MOST_CLASSES = 100_000
SALT = 32  # bytes
LARGEST = 1_024  # pixels
_HEADER = 100_000
_ABOUT = 10_000


class KeysError(ValueError):
    """Keys that cannot be a mark's, in a sentence that tells nothing of their content."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What may be told of keys: ``classes`` and ``shape`` (c, h, w) of the pictures, if any."""

    scheme: str
    commitment: str
    keys: int
    classes: int | None
    shape: tuple[int, int, int] | None


def commitment(data: bytes) -> str:
    """Return what may be published of keys as they were written: their SHA-256."""
    return hashlib.sha256(data).hexdigest()


def envelope_of(data: bytes) -> Envelope:
    """Look at a file of keys that somebody uploaded; raise KeysError where it is none."""
    if len(data) > MOST_BYTES:
        raise KeysError(f"Keys have at most {MOST_BYTES >> 20} MiB.")
    header, body = _header(data)
    about = _about(_piece(header, body, "about", _ABOUT))
    if len(_piece(header, body, "salt", SALT)) != SALT:
        raise KeysError(f"The salt has {SALT} bytes.")
    scheme = about.get("scheme")
    if scheme not in SCHEMES:
        raise KeysError(f"There is no scheme of that name; there are {', '.join(SCHEMES)}.")
    classes = about.get("classes") if scheme in ANSWERS else None
    if scheme in ANSWERS and (type(classes) is not int or not 2 <= classes <= MOST_CLASSES):
        raise KeysError("A mark of answers takes a task with at least two classes.")
    shape = _shape(header)
    keys = _keys(header, body) if scheme in ANSWERS else about.get("count", FEWEST)
    if type(keys) is not int or not FEWEST <= keys <= MOST:
        raise KeysError(f"There are between {FEWEST} and {MOST:,} keys.")
    return Envelope(str(scheme), commitment(data), keys, classes, shape)


def _header(data: bytes) -> tuple[dict[str, Any], memoryview]:
    length = int.from_bytes(data[:8], "little")
    try:
        if not 2 <= length <= min(_HEADER, len(data) - 8):
            raise ValueError
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        raise KeysError("The file is no file of keys.") from None
    if not isinstance(header, dict) or not all(isinstance(one, dict) for one in header.values()):
        raise KeysError("The file is no file of keys.")
    return header, memoryview(data)[8 + length :]


def _piece(header: dict[str, Any], body: memoryview, name: str, most: int) -> bytes:
    """Return the bytes of one array, at most so many."""
    place = header.get(name, {}).get("data_offsets")
    if not (isinstance(place, list) and len(place) == 2 and all(type(at) is int for at in place)):
        raise KeysError("The file is no file of keys.")
    begin, end = place
    if not 0 <= begin <= end <= len(body) or end - begin > most:
        raise KeysError("The file is no file of keys.")
    return bytes(body[begin:end])


def _about(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise KeysError("The file is no file of keys.")
    return found


def _shape(header: dict[str, Any]) -> tuple[int, int, int] | None:
    """Return the shape of a picture, None where the keys hold none."""
    if "pictures" not in header:
        return None
    shape = header["pictures"].get("shape")
    if not (isinstance(shape, list) and len(shape) == 4 and all(type(n) is int for n in shape)):
        raise KeysError("Pictures of keys are bytes of shape (n, 1 or 3, height, width).")
    _, channels, height, width = shape
    if header["pictures"].get("dtype") != "U8" or channels not in (1, 3):
        raise KeysError("Pictures of keys are bytes of shape (n, 1 or 3, height, width).")
    if not 1 <= min(height, width) <= max(height, width) <= LARGEST:
        raise KeysError(f"Pictures of keys have at most {LARGEST:,} pixels a side.")
    return channels, height, width


def _keys(header: dict[str, Any], body: memoryview) -> int:
    """Count the keys that were embedded."""
    controls = _piece(header, body, "is_control", MOST)
    if controls.count(0) + controls.count(1) != len(controls):
        raise KeysError("Each key is a control or not.")
    return controls.count(0)
