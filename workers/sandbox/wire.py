"""What crosses the wall: a stream of frames, JSON and flat arrays. Nothing in it is believed.

A frame is twelve bytes (length of the header, length of the body; little-endian), a JSON header
``{"kind", "name", "values", "arrays": [[name, dtype, shape], ...]}`` and the arrays' bytes one
after another. The writer runs inside, beside model code; the reader runs outside and takes every
byte for hostile: bounded memory, bounded depth, no object is ever built but those of the contract.
"""

import json
import math
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from analysis.contract import JSON, Array, Part

ITEM_BYTES = {"f4": 4, "f8": 8, "i4": 4, "i8": 8, "u1": 1}
MOST_HEADER_BYTES = 1 << 20
MOST_ARRAYS = 64
MOST_DIMENSIONS = 8
MOST_NAME = 200
MOST_DEPTH = 32
_MOST_LENGTH = 1 << 48
_PREFIX = struct.Struct("<IQ")


class Kind(StrEnum):
    """What a frame is: the run begins, a part, an error that ends it, the end."""

    BEGIN = "begin"
    PART = "part"
    ERROR = "error"
    END = "end"


@dataclass(frozen=True, slots=True)
class Frame:
    """One message from inside."""

    kind: Kind
    part: Part = field(default_factory=lambda: Part(""))


class BadOutput(Exception):  # noqa: N818 - a state of the stream
    """What came out of the sandbox is not a frame. One plain sentence."""


class TooMuchOutput(Exception):  # noqa: N818 - a state of the stream
    """More came out of the sandbox, or was announced, than the run may send."""


class Writer:
    """Writes frames to a file number; blocks while nobody reads."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def begin(self, values: Mapping[str, JSON]) -> None:
        """Say that the first line inside runs, and with what."""
        self._write(Kind.BEGIN, Part("", values))

    def part(self, part: Part) -> None:
        """Send one part; raises ValueError where its numbers do not fit its bytes."""
        self._write(Kind.PART, part)

    def error(self, values: Mapping[str, JSON]) -> None:
        """Say why there will be no more parts."""
        self._write(Kind.ERROR, Part("", values))

    def end(self) -> None:
        """Say that all parts were sent."""
        self._write(Kind.END, Part(""))

    def _write(self, kind: Kind, part: Part) -> None:
        described: list[list[Any]] = []
        for name, array in part.arrays.items():
            if len(array.data) != math.prod(array.shape) * ITEM_BYTES[array.dtype]:
                raise ValueError(f"array {name!r}: its bytes do not fit its shape and type")
            described.append([name, array.dtype, list(array.shape)])
        header = json.dumps(
            {"kind": kind, "name": part.name, "values": dict(part.values), "arrays": described},
            allow_nan=False,
        ).encode()
        if len(header) > MOST_HEADER_BYTES:
            raise ValueError(f"part {part.name!r}: too many values; send them as an array")
        body = sum(len(array.data) for array in part.arrays.values())
        self._send(_PREFIX.pack(len(header), body) + header)
        for array in part.arrays.values():
            self._send(array.data)

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._fd, rest) :]


class Reader:
    """Takes bytes as they come and gives frames; remembers at most one unfinished frame."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes
        self._pending = bytearray()
        self._needed = _PREFIX.size

    @property
    def is_between_frames(self) -> bool:
        """Whether the stream may end here without having been cut."""
        return not self._pending

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Add bytes; raises BadOutput or TooMuchOutput, after which the stream is lost."""
        self._left -= len(data)
        if self._left < 0:
            raise TooMuchOutput("It sent more than a run may send.")
        self._pending += data
        while len(self._pending) >= self._needed:
            frame = self._next()
            if frame is not None:
                yield frame

    def _next(self) -> Frame | None:
        """One frame, or None after having learnt how long it will be."""
        header_bytes, body_bytes = _PREFIX.unpack_from(self._pending)
        if header_bytes > MOST_HEADER_BYTES:
            raise BadOutput("It sent a header that is too long.")
        total = _PREFIX.size + header_bytes + body_bytes
        if len(self._pending) < total:
            if total - len(self._pending) > self._left:
                raise TooMuchOutput("It announced more than a run may send.")
            self._needed = total
            return None
        header_end = _PREFIX.size + header_bytes
        with memoryview(self._pending) as view:
            header = bytes(view[_PREFIX.size : header_end])
            frame = _parse(header, view[header_end:total])
        del self._pending[:total]
        self._needed = _PREFIX.size
        return frame


def _parse(raw: bytes, body: memoryview) -> Frame:
    try:
        header = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadOutput("It sent a header that is not JSON.") from error
    if not isinstance(header, dict):
        raise BadOutput("It sent a header that is not an object.")
    try:
        kind = Kind(header.get("kind", ""))
    except ValueError as error:
        raise BadOutput("It sent a frame of an unknown kind.") from error
    values = _clean(header.get("values", {}), MOST_DEPTH)
    if not isinstance(values, dict):
        raise BadOutput("It sent values that are not an object.")
    arrays = _arrays(header.get("arrays", []), body)
    return Frame(kind, Part(_name(header.get("name", "")), values, arrays))


def _arrays(described: object, body: memoryview) -> dict[str, Array]:
    if not isinstance(described, list) or len(described) > MOST_ARRAYS:
        raise BadOutput("It sent a list of arrays that is not one, or is too long.")
    arrays: dict[str, Array] = {}
    start = 0
    for entry in described:
        if not isinstance(entry, list) or len(entry) != 3:
            raise BadOutput("It sent an array without name, type and shape.")
        name, dtype, shape = _name(entry[0]), entry[1], _shape(entry[2])
        if not isinstance(dtype, str) or dtype not in ITEM_BYTES or name in arrays:
            raise BadOutput("It sent an array of an unknown type, or the same array twice.")
        end = start + math.prod(shape) * ITEM_BYTES[dtype]
        if end > len(body):
            raise BadOutput("It sent fewer bytes than its arrays need.")
        arrays[name] = Array(dtype, shape, bytes(body[start:end]))
        start = end
    if start != len(body):
        raise BadOutput("It sent more bytes than its arrays need.")
    return arrays


def _shape(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > MOST_DIMENSIONS:
        raise BadOutput("It sent an array whose shape is not one.")
    for length in value:
        if type(length) is not int or not 0 <= length <= _MOST_LENGTH:
            raise BadOutput("It sent an array with an impossible shape.")
    return tuple(value)


def _name(value: object) -> str:
    if not isinstance(value, str) or len(value) > MOST_NAME:
        raise BadOutput("It sent a name that is not a short text.")
    return clean_text(value)


def _clean(value: object, depth: int) -> JSON:
    """Only finite numbers, texts that a database can hold, and bounded depth."""
    if depth == 0:
        raise BadOutput("It sent values that are nested too deep.")
    simple: dict[type, Callable[[Any], JSON]] = {str: clean_text, float: _finite, int: _whole}
    if type(value) in simple:
        return simple[type(value)](value)
    if isinstance(value, dict):
        return {clean_text(key): _clean(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    return value if value is None or isinstance(value, bool) else None


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise BadOutput("It sent a number that is not finite.")
    return value


def _whole(value: int) -> int:
    if abs(value) >= 1 << 63:
        raise BadOutput("It sent a whole number that is too large.")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def clean_text(text: str) -> str:
    """Replace what neither a database nor a page can hold: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
