"""Static files, hashed and compressed once for each state that they are in."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders

from registry import embedded

BASE_DIR = Path(__file__).resolve().parent.parent


def collected(home: Path) -> Path:
    """Return the folder of collected files below ``home``; make it where they have changed.

    One that ASSAY_STATIC names was collected by whoever named it. Raises EmbeddedError.
    """
    if named := os.environ.get("ASSAY_STATIC"):
        return Path(named)
    folder = home / "static" / _state()
    if not folder.is_dir():
        draft = folder.with_name(f"draft-{os.getpid()}")
        _collect(draft, home)
        for old in folder.parent.glob("[!d]*"):
            shutil.rmtree(old, ignore_errors=True)
        draft.rename(folder)
    return folder


def _state() -> str:
    """Return a name for the state of all static files: their names, sizes and times."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            of = Path(storage.path(name)).stat()
            found.update(f"{name}\0{of.st_size}\0{of.st_mtime_ns}\0".encode())
    return f"s{found.hexdigest()[:20]}"


def _collect(folder: Path, home: Path) -> None:
    command = [sys.executable, str(BASE_DIR / "manage.py"), "collectstatic", "--noinput", "-v0"]
    env = os.environ | {"ASSAY_STATIC": str(folder), "ASSAY_HOME": str(home)}
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=env, check=False, capture_output=True, text=True
    )
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        last = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise embedded.EmbeddedError(f"The static files cannot be collected: {last[0]}")
