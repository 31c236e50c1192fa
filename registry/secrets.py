"""Secrets of this installation: files below ``ASSAY_HOME/keys``, made once and kept private."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)


def made_once(home: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """Return the content of a secret file, making it where it is missing.

    Two processes that make it at once agree: the file appears by a hard link, which fails for the
    second one.
    """
    path = home / "keys" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(make())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            log.debug("another process made %s first", path.name)
        finally:
            draft.unlink()
    return path.read_bytes()
