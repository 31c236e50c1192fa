"""Fetching what the next run needs while this one measures: one at a time, and never in the way.

What is fetched lies where the run itself would put it, so that nothing depends on this: it may end
at any moment, and gives up without a word to anybody but the log.
"""

import logging
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import connections

from analysis import checks
from analysis.contract import CheckError
from registry.hub.problems import HubProblem
from registry.models import Run
from workers.fetching import client_for, fetch_files, fetch_split, subject_of

log = logging.getLogger(__name__)

_POLL_S = 0.5


class _Stopped(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The next run is another one than was thought."""


class Ahead:
    """The one fetch that a worker process does ahead of its runs."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.run_pk: int | None = None

    @property
    def is_busy(self) -> bool:
        """Say whether a fetch is under way."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, during: Run) -> None:
        """Fetch for the run that waits longest on the queue of ``during``, in the background."""
        if self.is_busy or not settings.ASSAY_PREFETCH:
            return
        waiting = Run.objects.filter(status=Run.Status.QUEUED, queue=during.queue)
        following = waiting.exclude(pk=during.pk).order_by("pk").first()
        if following is None:
            return
        self._stop = threading.Event()
        self.run_pk = following.pk
        self._thread = threading.Thread(
            target=_fetch, args=[following.pk, self._stop], name="prefetch", daemon=True
        )
        self._thread.start()

    def meet(self, run: Run, alive: Callable[[], bool]) -> None:
        """Make way for a run that begins: wait for its own fetch, end that of any other."""
        if self.run_pk != run.pk:
            self.stop()
        while self.run_pk == run.pk and self.is_busy and alive():
            self.join(_POLL_S)

    def stop(self) -> None:
        """Have the fetch end soon; nobody waits for it."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of the fetch."""
        if self._thread is not None:
            self._thread.join(timeout_s)


AHEAD = Ahead()


def _fetch(pk: int, stop: threading.Event) -> None:
    """Fetch split and files of a run; a fault here is for the run itself to find and to tell."""
    try:
        run = Run.objects.select_related("revision__repo__hub", "claim").get(pk=pk)
        check = checks.load(run.check_id)
        request = check.wants(subject_of(run))

        def alive() -> bool:
            return not stop.is_set()

        def on_bytes(done: int, total: int) -> None:
            if stop.is_set():
                raise _Stopped

        with client_for(run, sleep=stop.wait) as client:
            if request is not None:
                fetch_split(client, run, request, alive)
            if alive():
                fetch_files(client, run, on_bytes)
        log.info("run %s: fetched ahead", pk)
    except _Stopped:
        log.info("run %s: no longer fetched ahead", pk)
    except (CheckError, HubProblem, OSError) as error:
        log.info("run %s: not fetched ahead: %s", pk, error)
    except Exception:
        log.exception("run %s: fetching ahead: a fault of Assay's own", pk)
    finally:
        connections.close_all()  # the thread's own
