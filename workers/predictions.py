"""What networks answered before: five metrics of one network on one split cost one pass.

Kept are the parts that a probe sent, as they came through the wall, in one file for each network,
data and environment (``key``), also those of a run that was cut off. A file is written beside its
place and moved there whole, under a lock and only where it holds more than the one it replaces, so
that two runs at once cannot spoil it. Each part has a digest; a file of which one does not hold is
as one that is not there.
"""

import contextlib
import fcntl
import hashlib
import itertools
import json
import logging
import os
import struct
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from analysis.contract import Part
from workers.sandbox.wire import BadOutput, Reader, TooMuchOutput, Writer

log = logging.getLogger(__name__)

NETWORK = "network"  # the part that comes first
_TAIL = struct.Struct("<Q32s")  # length and SHA-256 of the index, which stands before it
_MOST_INDEX = 64 << 20
_WRITING = ".writing-"
_ABANDONED_S = 3600.0  # nobody writes a file for so long


def key_of(facts: Mapping[str, Any]) -> str:
    """Return the name of everything that answers depend on."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Segment:
    """The rows that one run answered, and what its sandbox reported."""

    run: int
    first: int
    rows: int | None  # None where a run that kept nothing was stopped early
    sandbox: dict[str, Any]


@dataclass(slots=True)
class Entry:
    """A part in the file: its bytes, its digest, and the rows that it answers, where known."""

    offset: int
    size: int
    sha256: str
    start: int | None
    rows: int | None
    is_said: bool = False  # the part itself says how many rows
    is_once: bool = False  # it is about the network as a whole

    @property
    def end(self) -> int | None:
        """Say before which row it ends."""
        return None if self.start is None or self.rows is None else self.start + self.rows


@dataclass(slots=True)
class Index:
    """What stands in a file. ``asked`` rows were wanted; ``is_whole`` if all were answered.

    ``is_proven`` if a run that came to a finding has read it all.
    """

    entries: list[Entry] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    asked: int = 0
    is_whole: bool = False
    is_proven: bool = True

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """Say how much it is worth; the larger one stays."""
        return self.rows, self.is_whole, self.is_proven

    @property
    def rows(self) -> int:
        """How many rows from the first on are answered for sure."""
        return max((entry.end or 0 for entry in self.entries), default=0)

    @classmethod
    def parse(cls, raw: bytes) -> "Index":
        """Back from JSON; raise ValueError, KeyError or TypeError where it is none."""
        found = json.loads(raw)
        entries = [Entry(**entry) for entry in found["entries"]]
        segments = [Segment(**segment) for segment in found["segments"]]
        return cls(entries, segments, found["asked"], found["is_whole"], found["is_proven"])


class Kept:
    """Answers that were kept. The open file stays what it is, whatever becomes of its name."""

    def __init__(self, file: BinaryIO, index: Index) -> None:
        self._file = file
        self.index = index

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def serves(self, rows: int) -> bool:
        """Say whether it holds all answers to the first ``rows`` rows, or a beginning of them."""
        return self.usable(rows) > 0

    def usable(self, rows: int) -> int:
        """Return how many of the first ``rows`` rows can be had."""
        if self.index.is_whole and self.index.asked == rows:
            return rows
        return max((e.end or 0 for e in self.index.entries if (e.end or 0) <= rows), default=0)

    def parts(self, rows: int) -> Iterator[Part]:
        """Yield the parts of the first ``usable(rows)`` rows, the network first."""
        usable = self.usable(rows)
        is_all = self.index.is_whole and self.index.asked == rows
        for entry in self.index.entries:
            if is_all or entry.start is None or (entry.end is not None and entry.end <= usable):
                yield parse(self.read(entry))

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of a part."""
        return os.pread(self._file.fileno(), entry.size, entry.offset)

    def is_sound(self) -> bool:
        """Say whether all bytes are those that were written."""
        return all(
            hashlib.sha256(self.read(entry)).hexdigest() == entry.sha256
            for entry in self.index.entries
        )


class Predictions:
    """A folder of answers of at most ``most_bytes``; the least recently used go first."""

    def __init__(self, home: Path, most_bytes: int) -> None:
        self._folder = home / "predictions"
        self._most = most_bytes

    def find(self, key: str) -> Kept | None:
        """Return what is kept under a key and mark it as used; None where there is nothing."""
        path = self._path(key)
        try:
            file = path.open("rb")
        except OSError:
            return None
        try:
            kept = Kept(file, _index_of(file))
            if kept.is_sound():
                with contextlib.suppress(OSError):
                    os.utime(path)
                return kept
        except (ValueError, KeyError, TypeError, OSError) as error:
            log.warning("kept predictions %s cannot be read: %s", key[:12], error)
        log.warning("kept predictions %s are damaged and are removed", key[:12])
        file.close()
        path.unlink(missing_ok=True)
        return None

    def draft(self) -> "Draft":
        """Begin to write down what a run answers; raise OSError of the disk."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Draft(tempfile.TemporaryFile(dir=self._folder))

    def keep(
        self, key: str, draft: "Draft", before: Kept | None, settled: Index | None = None
    ) -> None:
        """Keep what was answered before and in this run, where it is more than what is kept.

        ``settled`` is what of the draft to keep while it is still written to.
        """
        index, pieces = draft.after(before, settled)
        if not index.entries or not (index.is_whole or index.rows):
            return
        body = sum(entry.size for entry in index.entries)
        if body > self._most:
            return
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=_WRITING)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                raw = json.dumps(asdict(index)).encode()
                file.write(raw + _TAIL.pack(len(raw), hashlib.sha256(raw).digest()))
            with self._locked():
                if self._is_more(key, index):
                    Path(name).replace(self._path(key))
                self._make_room()
        finally:
            Path(name).unlink(missing_ok=True)

    def drop(self, key: str) -> None:
        """Forget what is kept under a key."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.parts"

    def _is_more(self, key: str, index: Index) -> bool:
        now = self.find(key)
        if now is None:
            return True
        with contextlib.closing(now):
            return index.rank > now.index.rank

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_room(self) -> None:
        """Remove what killed writers left, and the least recently used until the rest fits."""
        for left in self._folder.glob(f"{_WRITING}*"):
            with contextlib.suppress(OSError):
                if left.stat().st_mtime < time.time() - _ABANDONED_S:
                    left.unlink()
        found = [(path, path.stat()) for path in self._folder.glob("*.parts")]
        total = sum(state.st_size for _, state in found)
        for path, state in sorted(found, key=lambda one: one[1].st_mtime_ns):
            if total <= self._most:
                return
            path.unlink(missing_ok=True)
            total -= state.st_size


class Draft:
    """What one run answers, while it does. Close it; the file has no name and goes with it."""

    def __init__(self, file: Any) -> None:
        self._file: BinaryIO = file
        self._writer = Writer(file.fileno())
        self._size = 0
        self.index = Index()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def add(self, part: Part) -> None:
        """Write down one part; raise OSError of the disk, ValueError for what cannot be kept."""
        self._writer.part(part)
        end = os.lseek(self._file.fileno(), 0, os.SEEK_CUR)
        raw = os.pread(self._file.fileno(), end - self._size, self._size)
        start = part.values.get("start")
        known = start if type(start) is int and part.name != NETWORK else None
        digest = hashlib.sha256(raw).hexdigest()
        rows, is_said = (None, False) if known is None else _extent(part)
        is_once = known is None and part.values.get("once") is True
        self.index.entries.append(
            Entry(self._size, len(raw), digest, known, rows, is_said, is_once)
        )
        self._size = end

    def finish(
        self, segment: Segment, asked: int, *, has_ended: bool, read: int | None = None
    ) -> Segment:
        """Settle which rows were answered, once and for all.

        ``has_ended``: the probe said that these were all. ``read``: how many rows whoever read
        the parts has counted, where it says so.
        """
        self.index = self._settled(segment, asked, has_ended=has_ended, read=read)
        return self.index.segments[0]

    def so_far(self, segment: Segment, asked: int) -> Index:
        """Return what is certain by now of a run that goes on, or was cut off."""
        index = self._settled(segment, asked, has_ended=False, read=None)
        index.is_proven = False
        return index

    def _settled(self, segment: Segment, asked: int, *, has_ended: bool, read: int | None) -> Index:
        entries = [replace(entry) for entry in self.index.entries]
        _settle(entries, asked, asked if has_ended else read)
        if not has_ended and any(e.start is None and not e.is_once for e in entries[1:]):
            entries.clear()  # of use only as a whole
        index = Index(entries, [], asked, has_ended)
        rows = asked if has_ended else index.rows
        index.segments.append(replace(segment, rows=max(0, rows - segment.first)))
        return index

    def after(
        self, before: Kept | None, settled: Index | None = None
    ) -> tuple[Index, Iterator[bytes]]:
        """Return the index and the bytes of what was kept before, if anything, and of this."""
        own = settled or self.index
        merged = Index([], [], own.asked, own.is_whole, own.is_proven)
        sources: list[tuple[int, Entry]] = []
        if before is not None:
            usable = before.usable(own.asked)
            merged.segments += before.index.segments
            sources += [
                (before._file.fileno(), entry)
                for entry in before.index.entries
                if entry.start is None or (entry.end is not None and entry.end <= usable)
            ]
        sources += [(self._file.fileno(), entry) for entry in own.entries]
        merged.segments += own.segments
        place = 0
        for _, entry in sources:
            merged.entries.append(replace(entry, offset=place))
            place += entry.size
        return merged, (os.pread(fd, entry.size, entry.offset) for fd, entry in sources)


def _settle(entries: list[Entry], asked: int, end: int | None) -> None:
    """Say for each part which rows it answers: up to where the next begins.

    Of the last one only ``end`` tells, or the part itself, or its arrays: these are believed where
    they told the truth before. Where that cannot be known, the part is left out.
    """
    numbered = [entry for entry in entries if entry.start is not None]
    unnumbered = [entry for entry in entries if entry.start is None and not entry.is_once]
    if len(unnumbered) > 1:  # besides the network: no row can be told
        for entry in entries:
            entry.start = entry.rows = None
        return
    is_true = len(numbered) > 1
    for entry, following in itertools.pairwise(numbered):
        rows = (following.start or 0) - (entry.start or 0)
        is_true = is_true and entry.rows == rows
        entry.rows = rows
    if not numbered:
        return
    last = numbered[-1]
    if end is not None:
        last.rows = end - (last.start or 0)
    elif not (last.is_said or is_true or last.end == asked) or last.rows is None:
        entries.remove(last)


def _extent(part: Part) -> tuple[int | None, bool]:
    """Return how many rows a part answers, and whether it says so or its arrays let guess it."""
    said = part.values.get("rows")
    if type(said) is int:
        return said, True
    lengths = {array.shape[0] if array.shape else 0 for array in part.arrays.values()}
    return (lengths.pop() if len(lengths) == 1 else None), False


def parse(raw: bytes) -> Part:
    """Return the part of a frame; raise ValueError where it is none."""
    try:
        (frame,) = Reader(len(raw)).feed(raw)
    except (BadOutput, TooMuchOutput) as error:
        raise ValueError(str(error)) from error
    return frame.part


def _index_of(file: BinaryIO) -> Index:
    """Read the index at the end of a file; raise ValueError where it is not what was written."""
    size = os.fstat(file.fileno()).st_size
    if size < _TAIL.size:
        raise ValueError("it is too short")
    length, digest = _TAIL.unpack(os.pread(file.fileno(), _TAIL.size, size - _TAIL.size))
    if not 0 < length <= min(_MOST_INDEX, size - _TAIL.size):
        raise ValueError("its index has no sensible length")
    raw = os.pread(file.fileno(), length, size - _TAIL.size - length)
    if hashlib.sha256(raw).digest() != digest:
        raise ValueError("its index is damaged")
    return Index.parse(raw)
