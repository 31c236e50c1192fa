"""The heartbeat of a run or an embedding: keeps its lease, shows progress, notices its loss."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import Error as DatabaseError
from django.db import connection

from registry.models import Embedding, Run
from registry.models.leased import HEARTBEAT_S

log = logging.getLogger(__name__)


class Heartbeat:
    """A thread that renews the lease of a run for as long as the block runs.

    ``alive()`` turns False when another attempt has taken the run; work should then end, for its
    result would be discarded. A database that is away for a moment is no reason to stop: the lease
    outlives several beats.
    """

    def __init__(self, run: Run | Embedding) -> None:
        self._run = run
        self._shown: dict[str, object] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"beat-{run.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=HEARTBEAT_S * 2)

    def show(self, stage: str, progress: int = 0, total: int = 0, note: str = "") -> None:
        """Note what the next beat will show; a new stage is shown at once."""
        with self._lock:
            is_new = self._shown.get("stage") != stage
            self._shown = {"stage": stage, "progress": progress, "total": total, "note": note}
        if is_new:
            self._wake.set()

    def alive(self) -> bool:
        """Say whether this attempt still holds the run."""
        return not self._lost.is_set()

    def _beat(self) -> None:
        try:
            while not self._stop.is_set():
                self._wake.wait(HEARTBEAT_S)
                self._wake.clear()
                if not self._stop.is_set():
                    self._beat_once()
        finally:
            connection.close()  # the thread's own

    def _beat_once(self) -> None:
        with self._lock:
            shown = dict(self._shown)
        try:
            held = self._run.beat(**shown)
        except DatabaseError as error:
            log.warning("%s: no heartbeat, the database is away: %s", self._run, error)
            connection.close()
            return
        if not held:
            log.warning("%s: attempt %s was overtaken", self._run, self._run.attempt)
            self._lost.set()
            self._stop.set()
