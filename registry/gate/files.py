"""Bytes of files on their way out: headers, ranges, and a body that the server can send itself."""

import io
import mimetypes
import os
import re
from typing import Any

from django.http import FileResponse

from registry.gate.scan import FileChanged
from registry.gate.source import Snapshot, StoredFile

CHUNK = 1 << 20

_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")
# Shown by a browser as text; everything else is a download.
_TEXTS = (".md", ".txt", ".json", ".jsonl", ".yaml", ".yml", ".csv", ".tsv", ".py", ".jinja")


class RangeUnsatisfiable(ValueError):  # noqa: N818 - the name of the HTTP answer
    """The range begins behind the end of the file."""


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one behind the last; None where the whole file is due.

    Several ranges at once and what cannot be read count as none, as HTTP allows. Raises
    RangeUnsatisfiable.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        if int(last) == 0 or size == 0:
            raise RangeUnsatisfiable
        return (max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise RangeUnsatisfiable
    return (int(first), min(int(last) + 1, size) if last else size)


def file_headers(snapshot: Snapshot, file: StoredFile) -> dict[str, str]:
    """Return what clients need to know of a file; HEAD and GET answer the same."""
    headers = {
        "ETag": f'"{file.etag}"',
        "X-Repo-Commit": snapshot.sha,
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-cache",
        # what a stranger uploaded must not run in the name of this server
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": _content_type(file.path),
    }
    if file.sha256:
        headers["X-Linked-Etag"] = f'"{file.sha256}"'
        headers["X-Linked-Size"] = str(file.size)
    return headers


class Part:
    """Bytes ``start`` to ``end`` of an open file, as a file of its own."""

    def __init__(self, file: io.RawIOBase, start: int, end: int) -> None:
        self._file = file
        self._end = end
        self._left = end - start
        file.seek(start)

    def fileno(self) -> int:
        """Let the server copy from file to socket itself; it takes its position from here."""
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none behind the end."""
        wanted = self._left if size < 0 else min(size, self._left)
        content = self._file.read(wanted) or b""
        self._left -= len(content)
        return content

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def is_short(self) -> bool:
        """Say whether the file was cut meanwhile, so that fewer bytes went out than announced."""
        try:
            return os.fstat(self._file.fileno()).st_size < self._end
        except (OSError, ValueError):
            return False


class PartResponse(FileResponse):
    """A part of a file as the body. Ends the connection where the file was cut meanwhile."""

    block_size = CHUNK

    def __init__(self, part: Part, length: int, **kwargs: Any) -> None:
        self._part = part
        super().__init__(part, **kwargs)
        self.headers["Content-Length"] = str(length)

    def set_headers(self, filelike: Any) -> None:
        """Guess nothing: the headers are given."""

    def close(self) -> None:
        """Close the file; raise FileChanged where the client was promised more than it got."""
        is_short = self._part.is_short()
        super().close()
        if is_short:
            raise FileChanged("the file was cut while it was sent")


def _content_type(path: str) -> str:
    if path.lower().endswith(_TEXTS):
        return "text/plain; charset=utf-8"
    kind, _ = mimetypes.guess_type(path)
    is_picture = kind is not None and kind.startswith("image/") and "svg" not in kind
    return kind if kind and is_picture else "application/octet-stream"
