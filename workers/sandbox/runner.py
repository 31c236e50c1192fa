"""The door to the sandbox: one ``Sandbox`` per worker process, one run at a time.

    with Sandbox(home) as sandbox, sandbox.run(job, files, inputs) as session:
        for part in session.parts():
            ...

A fork server inside bubblewrap has the heavy libraries imported; each run is a fork of it that
enters namespaces of its own before it sees a byte of the model.
"""

import logging
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from analysis.contract import Job
from workers.sandbox import cgroups, channel, entry, guard, ladder, namespaces
from workers.sandbox.cgroups import Cgroup, Hierarchy
from workers.sandbox.forkserver import ForkServer, Guarded, dedicated_uid, fingerprint
from workers.sandbox.limits import most_tasks
from workers.sandbox.outcomes import LADDER, Level, SandboxUnavailable
from workers.sandbox.plan import PRELOAD, Plan, Wall, default_code
from workers.sandbox.session import Session, Setting
from workers.sandbox.staging import INPUTS_NAME, Staged, Staging

_MOST_RUNS = 500
_PATIENCE_S = 3600.0
_log = logging.getLogger(__name__)
_WALLS = {
    Level.FULL: Wall.BUBBLEWRAP,
    Level.WATCHED: Wall.BUBBLEWRAP,
    Level.LANDLOCK: Wall.LANDLOCK,
    Level.FORMATS_ONLY: Wall.NONE,
}


class Sandbox:
    """Runs checks where they can do no harm. Start it in the thread that will outlive the runs.

    ``home`` is a folder for staged files, best on the file system of the blobs (hard links).
    ``max_level`` and ``min_level`` bound the ladder; below ``min_level`` nothing runs. ``preload``
    names what the fork server imports; ``code`` adds modules by name that runs may import;
    ``threads`` is for torch, 0 for all cores; ``device`` "cuda" shows the GPU inside.
    """

    def __init__(
        self,
        home: Path,
        *,
        max_level: Level | None = None,
        min_level: Level = Level.FORMATS_ONLY,
        preload: Sequence[str] = PRELOAD,
        device: str = "cpu",
        threads: int = 0,
        code: Mapping[str, Path] | None = None,
        most_runs: int = _MOST_RUNS,
    ) -> None:
        self._home = home
        self._max = ladder.highest(max_level)
        self._min = min_level
        self._preload = tuple(preload)
        self._cuda = device != "cpu"
        self._threads = threads
        self._code = default_code(dict(code or {}))
        self._most_runs = most_runs
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._level: Level | None = None
        self._staging: Staging | None = None
        self._server: ForkServer | None = None
        self._hierarchy: Hierarchy | None = None
        self.fallen: list[tuple[Level, str]] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def level(self) -> Level:
        """How strong the walls are; known after ``start``."""
        if self._level is None:
            raise SandboxUnavailable("The sandbox was not started.")
        return self._level

    def start(self) -> None:
        """Find the level, start the fork server. Raises SandboxUnavailable: nothing may run."""
        if self._level is not None:
            return
        self._staging = Staging(self._home / "sandbox")
        self._staging.link_code(self._code)
        if self._max is Level.FULL:
            self._hierarchy = cgroups.find()
            if self._hierarchy is not None:
                cgroups.sweep(self._hierarchy)
        try:
            self._level = self._climb()
        except BaseException:
            self.close()
            raise
        _log.info("sandbox level %s", self._level)

    def close(self) -> None:
        """End the fork server and remove the staging folder."""
        if self._server is not None:
            self._server.close()
        if self._staging is not None:
            self._staging.close()
        self._server = self._staging = self._level = None

    def run(
        self,
        job: Job,
        files: Mapping[str, Path],
        inputs: Path | None = None,
        *,
        on_beat: Callable[[], bool] | None = None,
        target: str | None = None,
    ) -> Session:
        """Begin a run and return when its first line inside has run; it must be closed.

        ``files`` maps each path in the repo to its bytes on disk. The job's paths are replaced by
        those inside. ``on_beat`` is called every few seconds; False cancels. ``target`` names a
        check as ``module:Class`` instead of by its id. One run at a time: the next one waits.

        Raises Refused for file names that no repo may have, SandboxUnavailable for faults of this
        machine.
        """
        requested_at = time.monotonic()
        if os.getpid() != self._owner:
            raise SandboxUnavailable("A sandbox belongs to the process that made it.")
        self.start()
        return self._begin(_Request(job, files, inputs, target, on_beat, requested_at))

    # The ladder

    def _climb(self) -> Level:
        """The first rung, from the top, that holds."""
        for level in LADDER[LADDER.index(self._max) :]:
            if not ladder.is_at_least(level, self._min):
                break
            problem = self._try(level)
            if problem is None:
                return level
            _log.warning("sandbox level %s is not available: %s", level, problem)
            self.fallen.append((level, problem))
        said = "; ".join(f"{level}: {problem}" for level, problem in self.fallen)
        raise SandboxUnavailable(f"No sandbox is strong enough here. {said}")

    def _try(self, level: Level) -> str | None:
        """Why this rung does not hold; None where it does."""
        if level is Level.FULL and self._hierarchy is None:
            return "no cgroup with a memory and a process limit can be written"
        self._hierarchy = self._hierarchy if level is Level.FULL else None
        wall = _WALLS[level]
        try:
            if self._server is None or self._server.plan.wall is not wall:
                self._replace(wall)
            if level is Level.FORMATS_ONLY:
                return None  # promises no wall: what it lets in cannot run code
            self._level = level
            worked = ladder.break_outs(self._trial)
        except SandboxUnavailable as error:
            return str(error)
        finally:
            self._level = None
        return f"possible inside: {', '.join(worked)}" if worked else None

    def _trial(self, job: Job, target: str) -> Session:
        request = _Request(job, {}, None, target, None, time.monotonic(), lenient=True)
        return self._begin(request)

    # The fork server

    def _fresh_server(self) -> ForkServer:
        """The fork server, or a new one where it is gone, worn out or older than the code."""
        server = self._server
        if server is None:
            raise SandboxUnavailable("The sandbox was not started.")
        is_current = server.fingerprint == fingerprint(server.plan)
        if not (server.is_alive and is_current and server.runs < self._most_runs):
            return self._replace(server.plan.wall)
        return server

    def _replace(self, wall: Wall) -> ForkServer:
        if self._server is not None:
            self._server.close()
            self._server = None
        staging = self._open_staging()
        uid = dedicated_uid()
        plan = Plan(
            wall=wall,
            python=sys.executable,
            code=self._code,
            runs=str(staging.runs),
            links=str(staging.links),
            temporary=str(staging.temporary_of(uid)),
            uid=uid,
            cuda=self._cuda,
            preload=self._preload,
            control_fd=-1,
        )
        self._server = ForkServer(plan)
        return self._server

    def _open_staging(self) -> Staging:
        if self._staging is None:
            raise SandboxUnavailable("The sandbox was not started.")
        return self._staging

    # One run

    def _begin(self, request: "_Request") -> Session:
        if not self._lock.acquire(timeout=_PATIENCE_S):
            raise SandboxUnavailable("An earlier run of this process was never closed.")
        with ExitStack() as undo:
            undo.callback(self._lock.release)
            server = self._fresh_server()
            staged = self._open_staging().stage(
                request.files,
                request.inputs,
                server.plan.uid,
                all_formats=self.level is not Level.FORMATS_ONLY,
            )
            undo.callback(staged.remove)
            guarded = server.begin()
            undo.callback(guarded.close)
            cgroup = self._cgroup(request.job, guarded.pid)
            if cgroup is not None:
                undo.callback(cgroup.remove)
            self._order(request, server, guarded, staged)
            setting = Setting(
                server=server,
                guarded=guarded,
                staged=staged,
                cgroup=cgroup,
                level=self.level,
                limits=request.job.limits,
                requested_at=request.requested_at,
                on_beat=request.on_beat,
                release=self._lock.release,
            )
            session = Session(setting)
            undo.pop_all()  # from here on the session cleans up
        try:
            session.await_begin()
        except BaseException:
            session.close()
            raise
        return session

    def _cgroup(self, job: Job, pid: int) -> Cgroup | None:
        """The kernel's limits for a run whose guard waits; scratch files count as memory there."""
        if self._hierarchy is None:
            return None
        limits = job.limits
        name = f"{cgroups.PREFIX}{os.getpid()}-{secrets.token_hex(6)}"
        most = limits.memory_bytes + limits.scratch_bytes
        try:
            cgroup = Cgroup(self._hierarchy, name, most, most_tasks(limits, os.cpu_count() or 1))
        except OSError as error:
            raise SandboxUnavailable(f"The cgroup cannot be made: {error}") from error
        try:
            cgroup.add(pid)
        except OSError as error:
            cgroup.remove()
            raise SandboxUnavailable(f"The cgroup cannot be used: {error}") from error
        return cgroup

    def _order(
        self, request: "_Request", server: ForkServer, guarded: Guarded, staged: Staged
    ) -> None:
        """Tell the guard what to run."""
        orders = guard.request(
            staged.folder.name,
            request.job.limits,
            {
                "job": entry.job_to(self._inside(request.job, server.plan.wall, staged)),
                "target": request.target,
                "threads": self._threads,
            },
            bound_memory=self._hierarchy is None,
            lenient=request.lenient,
        )
        try:
            channel.send(guarded.control, orders)
        except channel.Closed as error:
            raise SandboxUnavailable("The run did not begin.") from error

    def _inside(self, job: Job, wall: Wall, staged: Staged) -> Job:
        """The job with the paths that the run sees, and without what its level does not allow."""
        model, inputs, scratch = staged.model, staged.inputs, staged.scratch
        if wall is Wall.BUBBLEWRAP:
            model, inputs = Path(namespaces.MODEL_INSIDE), Path(namespaces.INPUTS_INSIDE)
            scratch = Path(namespaces.SCRATCH_INSIDE)
        return replace(
            job,
            snapshot=model,
            inputs=inputs / INPUTS_NAME if staged.has_inputs else None,
            scratch=scratch,
            allow_code=job.allow_code and wall is Wall.BUBBLEWRAP,
        )


@dataclass(frozen=True, slots=True)
class _Request:
    """What one run was asked for. ``lenient``: forbidden calls are denied, but do not end it."""

    job: Job
    files: Mapping[str, Path]
    inputs: Path | None
    target: str | None
    on_beat: Callable[[], bool] | None
    requested_at: float
    lenient: bool = False
