"""Locks of the database: they go with their session, so a killed process holds none."""

import contextlib
import time
from collections.abc import Iterator

from django.db import DatabaseError, connection

STEP_S = 0.05


@contextlib.contextmanager
def held(*key: int, wait_s: float = 0.0) -> Iterator[bool]:
    """Hold the advisory lock of one or two numbers for a block; yield False where it is not free.

    It is tried for ``wait_s`` seconds: the database needs a moment to see that a process is gone.
    """
    until = time.monotonic() + wait_s
    while not (is_free := take(*key)) and time.monotonic() < until:
        time.sleep(STEP_S)
    try:
        yield is_free
    finally:
        if is_free:
            with contextlib.suppress(DatabaseError):  # it may be the database that is gone
                release(*key)


def take(*key: int) -> bool:
    """Take a lock if it is free; say whether it was."""
    return _asked("pg_try_advisory_lock", key)


def release(*key: int) -> None:
    """Give a lock back."""
    _asked("pg_advisory_unlock", key)


def _asked(function: str, key: tuple[int, ...]) -> bool:
    places = ", ".join(["%s"] * len(key))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({places})", key)
        return bool(cursor.fetchone()[0])
