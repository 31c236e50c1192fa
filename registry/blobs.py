"""Files of revisions on this machine, each under its own SHA-256."""

import hashlib
from pathlib import Path


def folder(home: Path) -> Path:
    """Return where they lie."""
    return home / "blobs"


def place(home: Path, sha256: str) -> Path:
    """Return where the file with this digest lies, or would lie."""
    return folder(home) / sha256[:2] / sha256


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
