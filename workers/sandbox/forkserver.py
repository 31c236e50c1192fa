"""The fork server, seen from outside: start it, ask it for a run, replace it."""

import contextlib
import fcntl
import itertools
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from workers.sandbox import channel, watcher
from workers.sandbox.launcher import command
from workers.sandbox.outcomes import SandboxUnavailable
from workers.sandbox.plan import CUDA_VARIABLES, PROJECT, Plan, Wall, interpreter_folders

_START_S = 180.0
_HELLO_S = 20.0
_PIPE_BYTES = 1 << 20
_UID_BASE, _UID_SPAN = 1_000_000, 1_000_000_000
_SERVERS_EACH = 64
_serial = itertools.count()
_F_SETPIPE_SZ = 1031


@dataclass(slots=True)
class Guarded:
    """A run whose guard waits for its orders. ``pid`` cannot be another's: ``pidfd`` holds it."""

    control: socket.socket
    results: int
    output: int
    pid: int
    pidfd: int

    def close(self) -> None:
        """Let go of the open files; the guard ends when it sees that."""
        self.control.close()
        for fd in (self.results, self.output, self.pidfd):
            os.close(fd)


class ForkServer:
    """One zygote and the process that holds it."""

    def __init__(self, plan: Plan) -> None:
        """Start and wait until everything is imported; raises SandboxUnavailable."""
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.plan = replace(plan, control_fd=theirs.fileno())
        self.runs = 0
        self.fingerprint = fingerprint(self.plan)
        self._control = mine
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the server
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command(sys.executable, "launcher", str(PROJECT), self.plan),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env=_without_secrets(),
                cwd="/",
                start_new_session=True,
            )
        finally:
            theirs.close()
        self.versions = self._await_ready()

    def _await_ready(self) -> dict[str, str]:
        self._control.settimeout(_START_S)
        try:
            answer = channel.receive(self._control)
        except (channel.Closed, TimeoutError) as error:
            said = self._said()
            self.close()
            raise SandboxUnavailable(f"The sandbox did not start: {said}") from error
        if "failed" in answer:
            self.close()
            raise SandboxUnavailable(f"The sandbox did not start: {answer['failed']}")
        self._control.settimeout(_HELLO_S)
        return {str(key): str(value) for key, value in answer["versions"].items()}

    def _said(self) -> str:
        """Its last words; it is ended first, so that there are no more."""
        self._process.kill()
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read(65_536).decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    @property
    def is_alive(self) -> bool:
        """Whether runs can be asked for."""
        return self._process.poll() is None

    def begin(self) -> Guarded:
        """Fork a run and learn, beyond doubt, which process it is. Raises SandboxUnavailable."""
        self.runs += 1
        with contextlib.ExitStack() as undo:
            try:
                mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
                undo.callback(mine.close)
                mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                mine.settimeout(_HELLO_S)
                results, output = self._send_over(theirs, undo)
                hello, pid = channel.receive_with_pid(mine)
                if "failed" in hello:
                    raise SandboxUnavailable(f"The sandbox could not be built: {hello['failed']}")
                # The guard waits for its orders now, so the number is its own.
                guarded = Guarded(mine, results, output, pid, os.pidfd_open(pid))
            except (channel.Closed, OSError) as error:
                raise SandboxUnavailable(f"The fork server did not answer: {error}") from error
            undo.pop_all()
            return guarded

    def _send_over(self, theirs: socket.socket, undo: contextlib.ExitStack) -> tuple[int, int]:
        """Give the zygote one end of all that a run talks through; keep the other."""
        with contextlib.ExitStack() as given:
            given.callback(theirs.close)
            results, results_in = os.pipe()
            undo.callback(os.close, results)
            given.callback(os.close, results_in)
            output, output_in = os.pipe()
            undo.callback(os.close, output)
            given.callback(os.close, output_in)
            _widen(results)
            fds = [theirs.fileno(), results_in, output_in]
            channel.send(self._control, {"run": self.runs}, fds)
        return results, output

    def end_runs(self) -> None:
        """End whatever a run without a process namespace has left below the fork server."""
        watcher.end_below(self._process.pid)

    def close(self) -> None:
        """End it and all that it has forked."""
        self._control.close()
        if self.plan.wall is not Wall.BUBBLEWRAP and self.is_alive:
            self.end_runs()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._errors.close()


def _widen(pipe: int) -> None:
    """A larger pipe costs fewer switches; a user may have used up what the system allows."""

    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)


def _without_secrets() -> dict[str, str]:
    """What the launcher itself needs; the zygote's environment is made anew."""
    return {key: os.environ[key] for key in CUDA_VARIABLES if key in os.environ}


def dedicated_uid() -> int | None:
    """A user that nobody else is, where this process may choose one; None where it is not root.

    One for each fork server of each worker process: limits count by user, and what is left of a
    run is told by it. A rootless container maps only a few.
    """
    if os.geteuid() != 0:
        return None
    highest = 0
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = map(int, line.split())
        highest = max(highest, first + count - 1)
    number = os.getpid() * _SERVERS_EACH + next(_serial) % _SERVERS_EACH
    wanted = _UID_BASE + number % _UID_SPAN
    if wanted <= highest:
        return wanted
    return min(highest, 60_000 + number % 4_000)


def fingerprint(plan: Plan) -> int:
    """Changes when the code or the installed packages change."""
    seen: list[tuple[str, int, int]] = []
    for path in plan.code.values():
        root = Path(path)
        files = root.rglob("*.py") if root.is_dir() else [root]
        for file in files:
            state = file.stat()
            seen.append((str(file), state.st_mtime_ns, state.st_size))
    for folder in interpreter_folders():
        packages = Path(folder).glob("lib/python*/site-packages")
        seen.extend((str(each), each.stat().st_mtime_ns, 0) for each in packages)
    return hash(tuple(sorted(seen)))


def wait_dead(pidfd: int, seconds: float) -> bool:
    """Wait until a process has ended, with its whole namespace; False when it has not in time."""

    deadline = time.monotonic() + seconds
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        if poll.poll(left * 1000):
            return True
    return False
