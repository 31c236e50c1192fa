"""Child processes that live and die with this one: started, watched, started again, stopped.

Each child has a session of its own, so that Ctrl-C reaches only the parent, who stops them in
order. The kernel ends them when the parent is killed (Linux).
"""

import contextlib
import ctypes
import logging
import logging.handlers
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from registry.servers.keeper import die_with_parent

IMPORTANT = re.compile(r"\b(ERROR|CRITICAL)\b")
QUIET_S = 60.0  # the same line, but for its numbers, is not repeated to the terminal sooner
LOG_BYTES = 10 << 20
STEADY_S = 30.0  # a child that lived so long begins anew with its back-off
SLOWEST_S = 30.0
KILL_WITHIN_S = 5.0
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Task:
    """What a child runs, and how it is asked to end: signals, and the seconds each is given."""

    name: str
    command: Sequence[str]
    stop: Sequence[tuple[int, float]] = ((signal.SIGTERM, 5.0),)
    orphaned: int = signal.SIGKILL  # what the kernel sends when the parent is killed
    pass_fds: Sequence[int] = ()


@dataclass(slots=True)
class Child:
    """One task and, where it runs, its process."""

    task: Task
    env: Mapping[str, str]
    cwd: Path
    logs: Path
    say: Callable[[str], None]
    process: subprocess.Popen[str] | None = None
    failures: int = 0
    started_at: float = 0.0
    retry_at: float = 0.0
    last_line: str = ""
    readers: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start the process; what it prints goes to its log, important lines also to ``say``."""
        self.process = subprocess.Popen(  # noqa: S603
            list(self.task.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(self.env),
            cwd=self.cwd,
            pass_fds=tuple(self.task.pass_fds),
            start_new_session=True,
            preexec_fn=partial(die_with_parent, self.task.orphaned),
        )
        self.started_at = time.monotonic()
        assert self.process.stdout is not None  # noqa: S101
        reader = threading.Thread(target=self.read, args=[self.process.stdout], daemon=True)
        reader.start()
        self.readers = [one for one in self.readers if one.is_alive()] + [reader]

    def read(self, output: IO[str]) -> None:
        """Pass on what the process prints until nobody holds its output any more."""
        log = rotating_log(self.log_path())
        said: dict[str, float] = {}
        with output, contextlib.closing(log):
            for line in map(str.rstrip, output):
                log.handle(logging.makeLogRecord({"msg": line, "args": None}))
                self.last_line = line or self.last_line
                if not IMPORTANT.search(line):
                    continue
                now, kind = time.monotonic(), re.sub(r"0x\w+|\d+", "", line)
                if now - said.get(kind, -QUIET_S) >= QUIET_S and len(said) < 1000:
                    said[kind] = now
                    self.say(f"{self.task.name}: {line[:500]}")

    def log_path(self) -> Path:
        """Return where the process's output is kept."""
        return self.logs / f"{self.task.name}.log"

    def watch(self, now: float) -> None:
        """Start the process again when it ended: at once, then the more slowly the more often."""
        if self.process is None or self.process.poll() is None:
            return
        if not self.retry_at:
            self.failures = 0 if now - self.started_at > STEADY_S else self.failures + 1
            wait = min(SLOWEST_S, 0.5 * 2**self.failures) if self.failures > 1 else 0.0
            self.retry_at = now + wait
            code = self.process.returncode
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            why = f" ({self.last_line[:200]})" if code > 0 else ""
            when = f"in {wait:.0f} s" if wait else "now"
            self.say(f"{self.task.name} {how}{why}; started again {when}; log: {self.log_path()}")
        if now >= self.retry_at:
            self.retry_at = 0.0
            self.sweep()
            self.start()

    def signal(self, number: int) -> None:
        """Signal the process, if it runs."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def sweep(self) -> None:
        """Kill whatever is left of the process's group, which has its number."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def is_running(self) -> bool:
        """Say whether the process runs."""
        return self.process is not None and self.process.poll() is None


def rotating_log(path: Path) -> logging.Handler:
    """Open a log that keeps one old file beside it, each of at most ``LOG_BYTES``."""
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", errors="replace", delay=True
    )
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def stop_all(children: Sequence[Child], hurry: Callable[[], bool] = lambda: False) -> None:
    """End all children together: ask, ask harder, kill. ``hurry`` may turn True at any moment."""
    if children and not hurry():
        rounds = max(len(child.task.stop) for child in children)
        for step in range(rounds):
            seconds = 0.0
            for child in children:
                if step < len(child.task.stop) and child.is_running():
                    child.signal(child.task.stop[step][0])
                    seconds = max(seconds, child.task.stop[step][1])
            until = time.monotonic() + seconds
            while any(c.is_running() for c in children) and time.monotonic() < until:
                if hurry():
                    break
                time.sleep(0.02)
    for child in children:
        child.sweep()
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(KILL_WITHIN_S)
        for reader in child.readers:
            reader.join(1.0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that none escapes (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(root: int, spared: Container[int] = ()) -> list[int]:
    """Return the live processes below ``root``, without the spared ones and those below them.

    Looks into /proc: none is found where there is none.
    """
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, parent = entry.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(entry.parent.name)] = int(parent)
    found, fresh = [], [root]
    while fresh:
        fresh = [pid for pid, parent in parents.items() if parent in fresh and pid not in spared]
        found += fresh
    return found


def kill_descendants(spared: Container[int]) -> None:
    """Kill every process below this one that is not spared, until there is none."""
    for _ in range(50):
        remaining = descendants(os.getpid(), spared)
        for pid in remaining:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not remaining:
            return
        time.sleep(0.02)
