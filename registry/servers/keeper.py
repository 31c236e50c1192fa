"""Keeps one server alive for as long as somebody uses it, and no longer.

This file is also a program of its own, on the standard library alone: ``python -I -S keeper.py
SPEC REPORT LOCK`` is started once for each server, apart from every terminal. The keeper is the
server's parent: it starts it again when it dies, and stops it when nobody holds the lock of its
users any more, however those users ended. So a command may be killed at any moment.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

LOOK_EVERY_S = 0.2
START_WITHIN_S = 120.0  # PostgreSQL may have to read hours of its log after a crash
LOG_BYTES = 10 << 20
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything that the keeper must know about one server. Paths are absolute."""

    title: str  # for people
    name: str  # for files
    command: list[str]
    data: str
    socket: str
    locks: str
    log: str
    events: str
    pid_files: list[str]
    stop: list[tuple[int, float]]  # signals, and how many seconds each is given
    user: int | None = None
    group: int | None = None

    def to_json(self) -> str:
        """Return the text from which ``from_json`` makes an equal Spec."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Spec":
        """Read what ``to_json`` wrote."""
        fields = json.loads(text)
        fields["stop"] = [(int(number), float(seconds)) for number, seconds in fields["stop"]]
        return cls(**fields)

    def lock(self, what: str) -> Path:
        """Return a lock file: ``start`` one starter, ``users`` shared, ``keeper`` the keeper."""
        return Path(self.locks) / f"{self.name}.{what}"


class StartFailed(Exception):  # noqa: N818
    """The server did not come up. The message is a sentence for people."""


def open_lock(path: Path) -> int:
    """Open a lock file, creating it, and return its descriptor. It locks nothing yet."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int) -> bool:
    """Take the lock alone, without waiting; False when somebody else has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def die_with_parent(number: int) -> None:
    """Ask the kernel to signal the calling process when its parent ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def is_ready(spec: Spec) -> bool:
    """Say whether the server answers. Never raises."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1.0)
            connection.connect(spec.socket)
            if spec.name == "postgres":
                # It listens before it can answer; the last line of its pid file tells.
                lines = Path(spec.pid_files[0]).read_text().splitlines()
                return len(lines) >= 8 and lines[7].strip() == "ready"
            connection.sendall(b"*1\r\n$4\r\nPING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def command_line(pid: int) -> list[str]:
    """Return the arguments of a live process; empty when there is none or it is a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            text = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        except OSError:
            return []
        return text.split("\0") if text else []
    shown = subprocess.run(  # noqa: S603
        ["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return shown.stdout.split()


def read_pid(path: Path) -> int:
    """Return the number in the first line of a pid file; 0 where there is none."""
    try:
        return abs(int(path.read_text().split()[0]))
    except (OSError, ValueError, IndexError):
        return 0


class Keeper:
    """One server, its log, its end."""

    def __init__(self, spec: Spec, report: int) -> None:
        self.spec = spec
        self.report = report
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started_at = 0.0
        self.mourned = 0  # the process whose end was noticed already
        self.retry_at = 0.0
        self.must_stop = False

    # -- what people are told

    def tell(self, kind: str, text: str) -> None:
        """Write a line for the one who started this keeper, if that one still listens."""
        if self.report >= 0:
            with contextlib.suppress(OSError):
                os.write(self.report, json.dumps({kind: text}).encode() + b"\n")

    def note(self, text: str) -> None:
        """Keep one sentence in the log of events, and tell it."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        with contextlib.suppress(OSError), Path(self.spec.events).open("a") as events:
            events.write(f"{stamp} {text}\n")
        self.tell("note", text)

    # -- start

    def clear_the_way(self) -> None:
        """Remove what a killed server left; stop one that lost its keeper."""
        for name in self.spec.pid_files:
            path = Path(name)
            if not path.exists():
                continue
            pid = read_pid(path)
            if pid and self.spec.data in command_line(pid):
                self.note(f"{self.spec.title} (process {pid}) lost its keeper; it is stopped.")
                self.stop_stranger(pid)
                if not path.exists():
                    continue
            owner = "now belongs to another program" if command_line(pid) else "is gone"
            self.note(f"Removed {path}, left by process {pid}, which {owner}.")
            path.unlink(missing_ok=True)
        if os.path.lexists(self.spec.socket):
            self.note(f"Removed {self.spec.socket}, left by a server that was killed.")
            Path(self.spec.socket).unlink(missing_ok=True)

    def stop_stranger(self, pid: int) -> None:
        """Stop a server that is not our child."""
        for number, seconds in [*self.spec.stop, (signal.SIGKILL, 5.0)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                if self.spec.data not in command_line(pid):
                    return
                time.sleep(0.05)
        raise StartFailed(f"{self.spec.title} (process {pid}) could not be stopped.")

    def launch(self) -> None:
        """Start the process, apart from every terminal and with nothing of our environment."""
        self.clear_the_way()
        with Path(self.spec.log).open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.spec.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.spec.data,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                user=self.spec.user,
                group=self.spec.group,
                extra_groups=None if self.spec.user is None else [],
                umask=0o077,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, self.spec.stop[0][0]),
            )
        self.started_at = time.monotonic()

    def complaint(self, offset: int) -> str:
        """Return the server's own reason out of its log, from ``offset`` bytes on."""
        with Path(self.spec.log).open("rb") as log:
            log.seek(offset)
            lines = log.read()[-20_000:].decode(errors="replace").splitlines()
        marks = ("FATAL", "PANIC", "ERROR", " # ", "rror")
        for mark in marks:
            found = [line for line in lines if mark in line and "WARNING" not in line]
            if found:
                return found[0].partition(mark)[2].strip(" :") if mark.isupper() else found[-1]
        return lines[-1] if lines else "it said nothing"

    def start(self) -> None:
        """Start the server and wait until it answers. Raises StartFailed."""
        until = time.monotonic() + START_WITHIN_S
        offset = Path(self.spec.log).stat().st_size if Path(self.spec.log).exists() else 0
        for attempt in range(100):
            try:
                self.launch()
            except (OSError, subprocess.SubprocessError) as error:
                raise StartFailed(f"{self.spec.title} could not be started: {error}.") from error
            if self.answers(until):
                return
            reason = self.complaint(offset)
            # After kill -9 the old backends need a moment to notice that they are orphans.
            patient = "still in use" in reason or attempt == 0
            if not patient or time.monotonic() > until:
                break
            time.sleep(0.3)
        self.stop()
        raise StartFailed(
            f"{self.spec.title} did not start: {self.complaint(offset)} (its log: {self.spec.log})"
        )

    def answers(self, until: float) -> bool:
        """Wait for the first answer; False when the process ends or time is up."""
        assert self.process is not None  # noqa: S101
        while self.process.poll() is None and time.monotonic() < until:
            if is_ready(self.spec):
                return True
            time.sleep(0.01)
        return False

    # -- life and end

    @contextlib.contextmanager
    def deserted(self) -> Iterator[bool]:
        """Say whether nobody uses the server; while True is held, nobody can begin to."""
        start, users = open_lock(self.spec.lock("start")), open_lock(self.spec.lock("users"))
        try:
            yield try_lock(start) and try_lock(users)
        finally:
            os.close(users)
            os.close(start)

    def look_after(self) -> None:
        """Start a server that died: at once, then the more slowly the more often it dies."""
        process = self.process
        if process is None or process.poll() is None:
            return
        code, now = process.returncode, time.monotonic()
        if process.pid != self.mourned:
            self.mourned = process.pid
            self.failures = 0 if now - self.started_at > 30 else self.failures + 1
            self.retry_at = now + (min(5.0, 0.1 * 2**self.failures) if self.failures else 0)
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            self.note(f"{self.spec.title} (process {process.pid}) {how}; it is started again.")
        if now < self.retry_at:
            return
        try:
            self.launch()
        except (OSError, subprocess.SubprocessError, StartFailed) as error:
            self.retry_at = now + 5.0
            self.note(f"{self.spec.title} could not be started again: {error}")

    def stop(self) -> None:
        """Stop the server: politely, firmly, at once."""
        process = self.process
        if process is None:
            return
        for number, seconds in [*self.spec.stop, (signal.SIGKILL, 5.0)]:
            if process.poll() is not None:
                return
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)

    def rotate(self) -> None:
        """Keep one old log beside the current one, each of at most about ``LOG_BYTES``."""
        for name in (self.spec.log, self.spec.events):
            path = Path(name)
            with contextlib.suppress(OSError):
                if path.stat().st_size > LOG_BYTES:
                    shutil.copyfile(path, f"{name}.1")
                    os.truncate(path, 0)  # the server appends, so it goes on at the new end

    def keep(self, wake: int) -> None:
        """Stay until nobody uses the server or somebody ends us."""
        while True:
            select.select([wake], [], [], LOOK_EVERY_S)
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 64)
            if self.must_stop:
                break
            with self.deserted() as empty:
                if empty:
                    self.stop()
                    return
            self.look_after()
            self.rotate()
        self.stop()

    def end(self, *_: object) -> None:
        """Signal handler: stop as soon as possible."""
        self.must_stop = True


def main(arguments: list[str]) -> int:
    """Run a keeper until its server is not needed any more."""
    spec, report, lock = Spec.from_json(arguments[0]), int(arguments[1]), int(arguments[2])
    keeper = Keeper(spec, report)
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, keeper.end)
    for number in (signal.SIGCHLD, signal.SIGUSR1):
        signal.signal(number, lambda *_: None)
    os.set_inheritable(lock, False)
    os.set_inheritable(report, False)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    try:
        keeper.start()
    except StartFailed as error:
        keeper.tell("error", str(error))
        return 1
    keeper.tell("ready", str(keeper.process.pid if keeper.process else 0))
    os.close(report)
    keeper.report = -1
    keeper.keep(wake)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
