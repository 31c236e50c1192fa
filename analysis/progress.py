"""Long work inside the sandbox that tells how far it is, between one part and the next."""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from analysis.contract import Part

Tell = Callable[[int, int, str], None]  # done, total, a sentence
_T = TypeVar("_T")
_EVERY_S = 1.0


class _Unheard(BaseException):
    """Nobody listens any more. Not an Exception, so that no work takes it for a failure."""


def followed(work: Callable[[Tell], _T]) -> Generator[Part, None, _T]:
    """Do ``work`` beside the reader, who gets a part "progress" a second; return what it returns.

    Raises what the work raises. A reader who leaves ends the work when it next tells something.
    """
    last: list[tuple[int, int, str]] = []
    has_left = threading.Event()

    def tell(done: int, total: int, sentence: str) -> None:
        if has_left.is_set():
            raise _Unheard
        last[:] = [(done, total, sentence)]

    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(work, tell)
        try:
            while not wait([future], timeout=_EVERY_S).done:
                if last:
                    done, total, sentence = last.pop()
                    yield Part("progress", {"done": done, "total": total, "sentence": sentence})
        finally:
            has_left.set()
    return future.result()
