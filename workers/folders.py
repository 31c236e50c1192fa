"""The folder in which a run keeps what it needs for a while; nothing of it outlives its process."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.sandbox import staging


@contextmanager
def work_folder(home: Path, run: int) -> Iterator[Path]:
    """Make a folder that goes away at the end; one that a killed worker left goes away now.

    It may hold data that nobody else must see: keys of marks, for instance.
    """
    place = home / "work"
    place.mkdir(parents=True, exist_ok=True)
    staging.sweep(place)
    folder = Path(tempfile.mkdtemp(dir=place, prefix=f"worker-{os.getpid()}-run-{run}-"))
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # whoever sweeps sees that somebody is here
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)
