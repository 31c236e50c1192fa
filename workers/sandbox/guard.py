"""The first process of a run: builds its walls, starts the check in them, sees to its end.

It never reads a byte of the model. Its child, the check, holds no way back: not its socket, not
its memory (it cannot be looked into), not a signal (in a process namespace of its own it is
process 1; under Landlock signals stay inside). When the guard ends, everything of the run ends.
"""

import os
import select
import signal
import socket
import sys
import time
from dataclasses import asdict
from typing import Any, NoReturn

from analysis.contract import Limits
from workers.sandbox import channel, entry, kernel, landlock, limits, namespaces, seccomp, watcher
from workers.sandbox.plan import Plan, Wall

_GRACE_S = 60.0  # the supervisor ends a run in time; this is for when it cannot
_LOOK_MS = 200
_MOST_FDS = 65_536
_READ_ALWAYS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version")


def main(
    control: socket.socket, results: int, output: int, plan: Plan, own: dict[str, str]
) -> NoReturn:
    """Serve one run, then end."""
    try:
        channel.send(control, {"hello": True})
        request = channel.receive(control)
        guard = Guard(control, plan, request)
        guard.start(results, output, own)
        guard.watch()
    except (OSError, KeyError, ValueError) as error:
        channel.send(control, {"failed": f"{type(error).__name__}: {error}"})
    except channel.Closed:
        pass
    finally:
        os._exit(1)


class Guard:
    """One run, seen from inside its walls."""

    def __init__(self, control: socket.socket, plan: Plan, request: dict[str, Any]) -> None:
        self._control = control
        self._plan = plan
        self._request = request
        self._limits = Limits(**request["limits"])
        self._deadline = time.monotonic() + self._limits.wall_s + _GRACE_S
        self._listener: int | None = None
        self._child = -1
        self._noted: list[str] = []

    def start(self, results: int, output: int, own: dict[str, str]) -> None:
        """Raise the walls and start the check behind them."""
        self._raise_walls()
        self._child = os.fork()
        if self._child == 0:
            self._become_check(results, output, own)
        os.close(results)
        os.close(output)

    def _raise_walls(self) -> None:
        if self._plan.wall is Wall.BUBBLEWRAP:
            namespaces.build(self._request["run"], self._limits.scratch_bytes)
        else:
            kernel.adopt_orphans()
        bound = self._request["bound_memory"] and not self._plan.cuda
        limits.apply(self._limits, bound_memory=bound)
        kernel.set_dumpable(False)
        kernel.drop_capabilities()
        kernel.no_new_privileges()
        try:
            self._listener = seccomp.install()
        except OSError:
            if self._plan.wall is not Wall.NONE:
                raise

    def _become_check(self, results: int, output: int, own: dict[str, str]) -> NoReturn:
        """In the child: let go of everything that is the guard's, then run the check."""
        try:
            self._control.close()
            if self._listener is not None:
                os.close(self._listener)
            kernel.set_dumpable(True)
            kernel.die_with_parent(signal.SIGKILL)
            os.setsid()
            for number in (1, 2):
                os.dup2(output, number)
            os.closerange(3, results)
            os.closerange(results + 1, _MOST_FDS)
            if self._plan.wall is not Wall.BUBBLEWRAP:
                self._stay_in_folder()
            sys.argv = [""]  # the plan of the fork server stood here
            entry.main(self._request["entry"], results, own)
        finally:
            os._exit(1)

    def _stay_in_folder(self) -> None:
        """Without a file system of its own, the run keeps to its folders by Landlock."""
        folder = f"{self._plan.runs}/{self._request['run']}"
        scratch = f"{folder}/scratch"
        entry.live_in(scratch)
        if self._plan.wall is Wall.LANDLOCK:
            read = [*self._plan.visible(), *_READ_ALWAYS, f"{folder}/model", f"{folder}/inputs"]
            landlock.restrict(read, [scratch, "/dev/null"])

    def watch(self) -> NoReturn:
        """Wait for the end of the check, for a forbidden call, or for the supervisor to go."""
        child = os.pidfd_open(self._child)
        poll = select.poll()
        poll.register(child, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        if self._listener is not None:
            poll.register(self._listener, select.POLLIN)
        while time.monotonic() < self._deadline:
            ready = {fd for fd, _ in poll.poll(_LOOK_MS)}
            if self._control.fileno() in ready:
                break
            if self._listener in ready:
                self._hear_notice()
            if child in ready:
                self._tell_end()
                break
            self._reap_orphans()
        self._end_all()
        os._exit(0)

    def _hear_notice(self) -> None:
        assert self._listener is not None  # noqa: S101 - for the type checker
        notice = seccomp.next_notice(self._listener)
        if notice is None:
            return
        if notice.name not in self._noted and len(self._noted) < 20:
            self._noted.append(notice.name)
        if notice.fatal and not self._request["lenient"]:
            channel.send(self._control, {"forbidden": notice.name})
            self._end_all()
            os._exit(0)
        seccomp.refuse(self._listener, notice)

    def _reap_orphans(self) -> None:
        """Bury what a daemon of the model left, but not the check itself."""
        while True:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is None or found.si_pid == self._child:
                return
            os.waitpid(found.si_pid, 0)

    def _tell_end(self) -> None:
        _, status, used = os.wait4(self._child, 0)
        folder = self._request["entry"]["job"]["scratch"]
        channel.send(
            self._control,
            {
                "exit": os.waitstatus_to_exitcode(status),
                "peak_bytes": used.ru_maxrss * 1024,
                "cpu_s": used.ru_utime + used.ru_stime,
                "scratch_full": namespaces.is_scratch_full(folder),
                "noted": self._noted,
            },
        )

    def _end_all(self) -> None:
        """Kill whatever is left of the run; the guard itself goes last."""
        if self._plan.wall is Wall.BUBBLEWRAP:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                return
        else:
            watcher.end_below(os.getpid())


def request(
    run: str, limits_: Limits, job: dict[str, Any], *, bound_memory: bool, lenient: bool
) -> dict[str, Any]:
    """The message that tells a guard what to do; ``job`` is for ``entry``."""
    return {
        "run": run,
        "limits": asdict(limits_),
        "entry": job,
        "bound_memory": bound_memory,
        "lenient": lenient,
    }
