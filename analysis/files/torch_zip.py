"""Read the directory of a torch zip as somebody who does not trust zips.

Two readers of one zip can see two different files, when its local headers, its central directory
or its flags disagree; torch uses another reader than we do. So a zip passes only if there is
nothing that two readers could read differently: what ``torch.save`` writes, and nothing more.
The format is described in PKWARE's APPNOTE, sections 4.3 to 4.5.
"""

import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import BinaryIO, NoReturn

from analysis.files.machine import Halt, Ruling

_LOCAL = struct.Struct("<4s5H3L2H")  # APPNOTE 4.3.7
_CENTRAL_BYTES = 46  # of an entry, without its name, extra field and comment
_TAILS = (22, 22 + 20 + 56)  # end record, without and with those of zip64
_DESCRIBED, _UTF8 = 0x8, 0x800  # the flags that torch sets
_DESCRIPTOR_BYTES = (12, 16, 20, 24)
_UNSTATED = (0, 0xFFFFFFFF)  # a size or checksum that stands elsewhere
_ZIP64, _PADDING = 0x0001, 0x4246  # the extra fields that torch writes
_MEMBERS = 200_000
_PICKLE_BYTES = 256 << 20
_RECORDS = (
    "version",
    "byteorder",
    ".format_version",
    ".storage_alignment",
    ".data/serialization_id",
)


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A file in the archive: its header is at ``header``, its bytes are ``start`` to ``end``."""

    header: int
    start: int
    end: int
    name: str
    is_described: bool  # sizes and checksum follow the data


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts of a torch zip. ``others`` are members that ``torch.save`` does not write."""

    pickle: bytes
    storages: dict[str, int]  # key -> size in bytes
    others: tuple[Member, ...]


def read_torch_zip(handle: BinaryIO, data: mmap) -> Contents:
    """List what the torch zip in ``data`` (the bytes of ``handle``) holds; Halt where in doubt."""
    try:
        with zipfile.ZipFile(handle) as archive:
            entries = archive.infolist()
            directory = archive.start_dir
            if archive.comment:
                _doubt("it carries a comment")
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as fault:
        raise Halt(Ruling.INCONCLUSIVE, f"The zip archive cannot be read: {fault}.") from fault
    if len(entries) > _MEMBERS:
        _doubt(f"it has more than {_MEMBERS:,} members")
    _check_names(entries)
    members = sorted(_locate(data, entry) for entry in entries)
    _check_spans(members, directory)
    _check_tail(entries, directory, len(data))
    return _sort(data, members, {entry.filename: entry.CRC for entry in entries})


def _doubt(why: str) -> NoReturn:
    raise Halt(Ruling.INCONCLUSIVE, f"The zip archive is unusual: {why}.")


def _deceit(why: str) -> NoReturn:
    raise Halt(Ruling.BLOCK, f"The zip archive is deceptive: {why}.")


def _check_names(entries: Sequence[zipfile.ZipInfo]) -> None:
    seen = set()
    for entry in entries:
        name = entry.orig_filename
        if name.casefold() in seen:
            _deceit(f"two members are called {name!a}")
        seen.add(name.casefold())
        parts = name.split("/")
        if name != entry.filename or not name.isprintable() or "\\" in name or ":" in name:
            _deceit(f"a member has the unsafe name {name!a}")
        if ".." in parts or parts[0] == "" or len(name) > 1024:
            _deceit(f"a member has the unsafe name {name!a}")


def _locate(data: mmap, entry: zipfile.ZipInfo) -> Member:
    """Hold the local header of a member against its entry in the central directory."""
    shown = ascii(entry.filename)
    at = entry.header_offset
    try:
        signature, _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes = (
            _LOCAL.unpack_from(data, at)
        )
    except struct.error:
        _deceit(f"{shown} has no local header")
    name = data[at + _LOCAL.size : at + _LOCAL.size + name_bytes]
    start = at + _LOCAL.size + name_bytes + extra_bytes
    if signature != b"PK\x03\x04" or name != entry.filename.encode():
        _deceit(f"the local header of {shown} has another name")
    if flags != entry.flag_bits or flags & ~(_DESCRIBED | _UTF8):
        _deceit(f"{shown} has flags that torch never sets (0x{entry.flag_bits:x})")
    if method != entry.compress_type:
        _deceit(f"the headers of {shown} disagree on how it is compressed")
    if method != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        _doubt(f"{shown} is compressed, which torch never does")
    is_described = bool(flags & _DESCRIBED)
    for local, central in ((crc, entry.CRC), (packed, entry.file_size), (size, entry.file_size)):
        if local != central and not (local in _UNSTATED and (is_described or local)):
            _deceit(f"the headers of {shown} disagree on its size or checksum")
    _check_extra(data[start - extra_bytes : start], shown)
    _check_extra(entry.extra, shown)
    return Member(at, start, start + entry.file_size, entry.filename, is_described)


def _check_extra(extra: bytes, shown: str) -> None:
    """Refuse extra fields that could rename or move a member for some readers."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind not in (_ZIP64, _PADDING):
            _doubt(f"{shown} has an extra field that torch never writes (0x{kind:04x})")
        extra = extra[4 + size :]


def _check_spans(members: Sequence[Member], directory: int) -> None:
    """Refuse bytes that belong to no member or to two: other readers may find something there."""
    end, is_described = 0, False
    for member in members:
        _check_gap(member.header - end, is_described, ascii(member.name))
        end, is_described = member.end, member.is_described
    _check_gap(directory - end, is_described, "its directory")


def _check_gap(gap: int, is_described: bool, what: str) -> None:
    if gap < 0:
        _deceit(f"{what} overlaps what stands before it")
    if gap and not (is_described and gap in _DESCRIPTOR_BYTES):
        _doubt(f"{gap:,} bytes before {what} belong to no member")


def _check_tail(entries: Sequence[zipfile.ZipInfo], directory: int, file_bytes: int) -> None:
    """Refuse a second directory, or anything else, behind the first one."""
    for entry in entries:
        directory += _CENTRAL_BYTES + len(entry.filename.encode()) + len(entry.extra)
        directory += len(entry.comment)
    if file_bytes - directory not in _TAILS:
        _doubt("there is something behind its directory")


def _sort(data: mmap, members: Sequence[Member], checksums: dict[str, int]) -> Contents:
    """Tell the members apart by what ``torch.save`` calls them, below one root folder."""
    root = members[0].name.split("/")[0] + "/" if members else ""
    storages, others, pickled = {}, [], None
    for member in members:
        name = member.name.removeprefix(root)
        if name == "data.pkl":
            pickled = member
        elif name.startswith("data/") and member.name.startswith(root):
            storages[name.removeprefix("data/")] = member.end - member.start
        elif name not in _RECORDS or not member.name.startswith(root):
            others.append(member)
    if pickled is None:
        _doubt("it has no data.pkl, so it is not from torch.save")
    if pickled.end - pickled.start > _PICKLE_BYTES:
        _doubt(f"its data.pkl is larger than {_PICKLE_BYTES:,} bytes")
    stream = data[pickled.start : pickled.end]
    if zlib.crc32(stream) != checksums[pickled.name]:
        _deceit("the checksum of data.pkl is wrong")
    return Contents(stream, storages, tuple(others))
