"""The pickle gate: may this weights file be handed to ``torch.load(weights_only=True)``?

The gate goes by what a file is, never by what it is called, and looks at every opcode. A file
passes only if it was read to its last byte and names nothing but what a state dict is made of; a
file that is not understood is inconclusive, which is not a pass. Nothing is loaded: the gate needs
no torch. It reads three kinds of file: a torch zip (torch 1.6 and later), the older torch format
(five pickles, then the storages) and a plain pickle.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

from analysis.files.machine import Budget, Halt, Ruling, Trace, plain
from analysis.files.opcodes import walk
from analysis.files.torch_zip import Contents, read_torch_zip

__all__ = ["Gate", "Ruling", "judge_weights"]

# The number with which the older torch format begins (torch.serialization.MAGIC_NUMBER), pickled.
_LEGACY_START = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_LEGACY_HEADERS = 3  # pickles before the one that counts: magic number, version, system
_ZIP_START = b"PK"
_PICKLE_BYTES = 1 << 30
_STREAMS = 16  # pickles in a row that are looked at

# How files begin that are sometimes found under a weights name.
_OTHER_KINDS = (
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ", "an xz archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, b"\x04\x22\x4d\x18", "an lz4 archive"),
    (0, b"\x78\x01", "zlib data"),
    (0, b"\x78\x9c", "zlib data"),
    (0, b"\x78\xda", "zlib data"),
    (0, b"\x93NUMPY", "a numpy array"),
    (0, b"\x89HDF\r\n", "an HDF5 file"),
    (0, b"GGUF", "a GGUF file"),
    (0, b"version https://git-lfs", "a git LFS pointer, not the weights"),
    (8, b"{", "a safetensors file"),
    (257, b"ustar", "a tar archive"),
)


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate says of a file: the ruling, one sentence why, and each global it names."""

    verdict: Ruling
    reason: str
    globals: tuple[str, ...] = ()


def judge_weights(path: Path, budget: Budget | None = None) -> Gate:
    """Judge a weights file without loading it. Never raises for what is in the file.

    Raises OSError if the file cannot be read at all.
    """
    with path.open("rb") as handle:
        if path.stat().st_size == 0:
            return Gate(Ruling.INCONCLUSIVE, "The file is empty.")
        with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                if data[:2] == _ZIP_START:
                    return _judge_zip(read_torch_zip(handle, data), data, budget)
                return _judge_stream(data, budget)
            except Halt as halt:
                return Gate(halt.ruling, halt.reason)


def _judge_zip(contents: Contents, data: mmap.mmap, budget: Budget | None) -> Gate:
    trace = walk(contents.pickle, persistent=True, budget=budget)
    if trace.end != len(contents.pickle):
        _look_behind(contents.pickle, trace.end, budget)
    for key, size in trace.storages.items():
        if contents.storages.get(key, -1) < size:
            return _gate(trace, f"The storage {key!a} is missing or shorter than the pickle says.")
    for member in contents.others:
        # It may be a second pickle. Only evidence of harm matters: this cannot pass any more.
        _hunt(data[member.start : min(member.end, member.start + _PICKLE_BYTES)], 0, budget)
    if contents.others:
        name = ascii(contents.others[0].name)
        return _gate(trace, f"The zip archive holds {name}, which is no part of a state dict.")
    return _gate(trace)


def _judge_stream(data: mmap.mmap, budget: Budget | None) -> Gate:
    for at, start, kind in _OTHER_KINDS:
        if data[at : at + len(start)] == start:
            raise Halt(Ruling.INCONCLUSIVE, f"The file is {kind}, which this gate does not read.")
    if data[: len(_LEGACY_START)] == _LEGACY_START:
        return _judge_legacy(data, budget)
    trace = walk(data, budget=budget)
    if trace.end != len(data):
        _look_behind(data, trace.end, budget)
    return _gate(trace)


def _judge_legacy(data: mmap.mmap, budget: Budget | None) -> Gate:
    """Walk the pickles of the older torch format, then account for each byte of its storages."""
    at = 0
    for _ in range(_LEGACY_HEADERS):
        header = walk(data, at, budget=budget)
        at = header.end
        if header.globals:
            return _gate(header, "A header of the file names a global, which headers never do.")
    trace = walk(data, at, persistent=True, budget=budget)
    keys = walk(data, trace.end, budget=budget)
    if keys.globals:
        return _gate(keys, "The list of storages names a global, which it never does.")
    at = keys.end
    for key, size in trace.storages.items():
        # Each storage is its number of elements, in 8 bytes, and then the elements.
        if len(data) - at < 8 + size:
            return _gate(trace, f"The storage {key!a} is cut off.")
        at += 8 + size
    if at != len(data):
        return _gate(trace, f"{len(data) - at:,} bytes at its end belong to no storage.")
    return _gate(trace)


def _gate(trace: Trace, doubt: str = "") -> Gate:
    names = tuple(map(plain, trace.globals))
    doubt = trace.doubt or doubt
    if doubt:
        return Gate(Ruling.INCONCLUSIVE, doubt, names)
    return Gate(Ruling.PASS, "Read to the end; it names only what a state dict is made of.", names)


def _look_behind(data: bytes | mmap.mmap, at: int, budget: Budget | None) -> None:
    """Raise Halt for bytes behind a pickle's end: worse if they are a harmful pickle."""
    _hunt(data, at, budget)
    rest = len(data) - at
    raise Halt(Ruling.INCONCLUSIVE, f"{rest:,} bytes follow the end of the pickle.")


def _hunt(data: bytes | mmap.mmap, at: int, budget: Budget | None) -> None:
    """Raise Halt if one of the pickles in a row is evidence of harm; stay silent otherwise."""
    for _ in range(_STREAMS):
        if at >= len(data):
            return
        try:
            at = walk(data, at, persistent=True, budget=budget).end
        except Halt as halt:
            if halt.ruling is Ruling.BLOCK:
                raise
            return
