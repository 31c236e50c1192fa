"""Several repos read at a time, their results in order, and never many of them in memory."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from registry.hub.records import Problem, Read

WORKERS = 6
AHEAD = 4 * WORKERS

log = logging.getLogger(__name__)

Job = Callable[[], Read]


def in_order(pool: ThreadPoolExecutor, jobs: Iterable[tuple[str, Job]]) -> Iterator[Read]:
    """Run (name, job) pairs in a pool; yield their results in order, at most 24 jobs ahead."""
    waiting: deque[tuple[str, Future[Read]]] = deque()
    try:
        for name, job in jobs:
            waiting.append((name, pool.submit(job)))
            if len(waiting) >= AHEAD:
                yield _result(*waiting.popleft())
        while waiting:
            yield _result(*waiting.popleft())
    finally:
        for _, future in waiting:
            future.cancel()


def _result(name: str, future: Future[Read]) -> Read:
    try:
        return future.result()
    except Exception as error:
        # Of millions of hostile records one may find a fault of Assay's own. It is logged as such,
        # and must not end this pass and every later one at the same record.
        log.exception("reading %s failed by a fault of Assay's own", name)
        reason = f"It could not be read by a fault of Assay's own ({type(error).__name__})."
        return Read(name, problems=[Problem("detail", reason)], failed=True)
