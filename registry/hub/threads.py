"""Several repos read at a time, their results in order, and never many of them in memory."""

import contextlib
import ctypes
import gc
import logging
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec

from registry.hub.records import Problem, Read

WORKERS = 6
AHEAD = 4 * WORKERS

# A page is some hundred thousand objects without a cycle. Looked through as often as Python does
# by itself, they cost a sixth of a pass.
_GARBAGE_AFTER = 50_000
# Who waits for the database gets the interpreter back so soon; else the database idles meanwhile.
_SWITCH_S = 0.0005

_M_ARENA_MAX = -8  # of malloc.h of glibc

log = logging.getLogger(__name__)

Job = Callable[[], Read]
P = ParamSpec("P")


def in_order(pool: ThreadPoolExecutor, jobs: Iterable[tuple[str, Job]]) -> Iterator[Read]:
    """Run (name, job) pairs in a pool; yield their results in order, at most 24 jobs ahead."""
    waiting: deque[Future[Read]] = deque()
    try:
        for name, job in jobs:
            waiting.append(pool.submit(guarded, name, job))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def guarded(name: str, read: Callable[P, Read], *args: P.args, **kwargs: P.kwargs) -> Read:
    """Read one repo; a fault of Assay's own costs that repo alone.

    Of millions of hostile records one may find such a fault. It is logged, and must not end this
    pass and every later one at the same record.
    """
    try:
        return read(*args, **kwargs)
    except Exception as error:
        log.exception("reading %s failed by a fault of Assay's own", name)
        reason = f"It could not be read by a fault of Assay's own ({type(error).__name__})."
        return Read(name, problems=[Problem("detail", reason)], failed=True, again=True)


@contextlib.contextmanager
def at_ease() -> Iterator[None]:
    """Look for garbage less often, and change between threads more often, than Python does.

    Threads that are started from now on share one heap.
    """
    _share_heap()
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(_GARBAGE_AFTER, *thresholds[1:])
    sys.setswitchinterval(_SWITCH_S)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)


def _share_heap() -> None:
    """Have the C library take all memory from one heap, where it is glibc.

    Threads that build and store pages free each other's memory. In heaps of their own that leaves
    holes, by which a pass grows for its first hundred thousand repos. They wait for the interpreter
    far more than for each other's memory.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_memory_back() -> None:
    """Have the C library return freed memory to the system, where it is glibc.

    What lies between freed pieces stays with the process otherwise.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
