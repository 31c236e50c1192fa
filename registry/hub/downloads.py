"""Fetching one file of any size: hashed while it streams, resumed after a cut, verified, whole."""

import contextlib
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from registry.hub.names import is_sha, shown
from registry.hub.problems import Broken, HubProblem, TooLarge, Unreachable
from registry.hub.transport import AGAIN, Opened, Transport

LARGEST = 1 << 40  # bytes, where nobody says how many there are
MAX_TRIES = 100  # in all; those that bring nothing are counted apart
SLOWEST = 16_384  # bytes a second, over a whole try; slower than that is no answer
_GRACE_S = 60.0

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that was fetched and verified: hex SHA-256 of its bytes, and how many they are."""

    sha256: str
    size: int


class Download:
    """One file on its way. Used once."""

    def __init__(
        self,
        transport: Transport,
        url: str,
        *,
        expected_size: int | None,
        expected_sha256: str | None,
        commit: str,
        on_bytes: Callable[[int], None] | None,
        told_wait: Callable[[Mapping[str, str]], float | None],
    ) -> None:
        self._transport = transport
        self._url = url
        self._size = expected_size
        self._sha256 = expected_sha256
        self._commit = commit if is_sha(commit) else ""
        self._on_bytes = on_bytes
        self._told_wait = told_wait
        self._etag = ""
        self._done = 0
        self._hash = hashlib.sha256()
        self._blob = hashlib.sha1(usedforsecurity=False)

    def to(self, target: Path) -> Downloaded:
        """Fetch beside ``target``, verify, and move there at once; nothing is left on failure."""
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".fetching-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                self._fill(file)
                self._verify()
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        _sync_folder(target.parent)
        return Downloaded(self._hash.hexdigest(), self._done)

    def _fill(self, file: BinaryIO) -> None:
        """Try until all bytes are here. A try that brought some makes the next a first one."""
        fruitless = 0
        for _ in range(MAX_TRIES):
            before, told = self._done, None
            problem: HubProblem
            try:
                with self._transport.open(self._url, self._asked()) as opened:
                    if opened.status in {200, 206}:
                        self._take(opened, file)
                        return
                    problem = self._transport.problem_of(self._url, opened.status, opened.headers)
                    if opened.status not in AGAIN:
                        raise problem
                    told = self._told_wait(opened.headers)
            except Unreachable as error:
                problem = error
            fruitless = 1 if self._done > before else fruitless + 1
            self._transport.pause(fruitless - 1, told, problem)
        raise Broken(f"{self._place} cut its answer {MAX_TRIES} times.")

    def _asked(self) -> dict[str, str]:
        asked = {"accept-encoding": "identity"}
        return asked | {"range": f"bytes={self._done}-"} if self._done else asked

    def _take(self, opened: Opened, file: BinaryIO) -> None:
        """Append one answer to the file; raise Unreachable where it ends early."""
        self._learn(opened)
        if opened.status == 200:
            self._start(file)
        started, received = time.monotonic(), 0
        most = LARGEST if self._size is None else self._size
        for chunk in opened.chunks:
            received += len(chunk)
            if self._done + len(chunk) > most:
                raise TooLarge(f"{self._place} sent more than the {most:,} bytes of the file.")
            if time.monotonic() - started > _GRACE_S + received / SLOWEST:
                raise Unreachable(f"{self._place} was too slow.")
            file.write(chunk)
            self._hash.update(chunk)
            self._blob.update(chunk)
            self._done += len(chunk)
            if self._on_bytes is not None:
                self._on_bytes(self._done)
        if self._size is not None and self._done < self._size:
            raise Unreachable(f"{self._place} cut its answer short.")

    def _start(self, file: BinaryIO) -> None:
        """Begin at the first byte, also where the hub answers so to a question for the rest."""
        file.seek(0)
        file.truncate()
        self._done = 0
        self._hash = hashlib.sha256()
        self._blob = hashlib.sha1(b"blob %d\0" % (self._size or 0), usedforsecurity=False)

    def _learn(self, opened: Opened) -> None:
        """Compare what the hub says of the file with what is known, and keep what is new."""
        told = opened.told
        if opened.headers.get("content-encoding", "identity").lower() != "identity":
            raise Broken(f"{self._place} sent the file in an encoding that nobody asked for.")
        commit = told.get("x-repo-commit", "")
        if self._commit and commit and commit != self._commit:
            raise Broken(f"{self._place} answered with another commit, {shown(commit)}.")
        etag = (told.get("x-linked-etag") or told.get("etag", "")).removeprefix("W/").strip('"')
        if self._etag and etag != self._etag:
            raise Broken(f"{self._place} changed the file while it was fetched.")
        self._etag = etag
        size = _size(opened, self._done, self._place)
        if self._size is not None and size is not None and size != self._size:
            raise Broken(f"{self._place} says {size:,} bytes where {self._size:,} were expected.")
        self._size = size if self._size is None else self._size

    def _verify(self) -> None:
        """Raise Broken where the bytes are not those that were promised."""
        got = self._hash.hexdigest()
        promised = [self._sha256, self._etag if len(self._etag) == 64 else None]
        if any(digest is not None and digest.lower() != got for digest in promised):
            raise Broken(f"{self._place} sent other bytes than it promised: their SHA-256 differs.")
        is_blob = self._size is not None and len(self._etag) == 40 and is_sha(self._etag)
        if is_blob and self._blob.hexdigest() != self._etag:
            raise Broken(f"{self._place} sent other bytes than it promised: their git id differs.")

    @property
    def _place(self) -> str:
        return self._transport.place(self._url)


def _size(opened: Opened, done: int, place: str) -> int | None:
    """Return the size of the whole file as the answer tells it; raise Broken for a wrong part."""
    if opened.status == 206:
        part = _RANGE.fullmatch(opened.headers.get("content-range", ""))
        if part is None or int(part.group(1)) != done:
            raise Broken(f"{place} sent another part of the file than was asked for.")
        return int(part.group(2)) if part.group(2) != "*" else None
    text = opened.headers.get("content-length") or opened.told.get("x-linked-size", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
