"""Several repos read at a time, their results in order, and never many of them in memory."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec

from registry.hub.records import Problem, Read

WORKERS = 6
AHEAD = 4 * WORKERS

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
