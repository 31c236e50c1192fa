"""Homes to throw away, processes that use them, and who is left of them."""

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from registry.servers import keeper

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys
from registry import embedded
try:
    embedded.start(durable=sys.argv[1] == 'durable')
except embedded.EmbeddedError as error:
    sys.exit(str(error))
print("ready", flush=True)
sys.stdin.readline()
embedded.stop()
"""


@contextlib.contextmanager
def throwaway_home() -> Iterator[Path]:
    """A home outside pytest's own folder, which root keeps private."""
    # Only the last folder is ours alone: as mkdtemp leaves it, nobody else can enter it.
    home = Path(tempfile.mkdtemp(prefix="assay-test-", dir="/tmp"))
    try:
        yield home
    finally:
        end_all(home)
        shutil.rmtree(home, ignore_errors=True)


def end_all(home: Path) -> None:
    """Kill whatever still uses the home, also what starts in the meantime."""
    for user in [user for user in USERS if user.home == home]:
        user.kill()
    end = time.monotonic() + 10
    while (left := processes_of(home)) and time.monotonic() < end:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        time.sleep(0.02)


USERS: "list[User]" = []


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process that uses this home, and no named server."""
    left = ("DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in left}
    return {**kept, "ASSAY_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


class User:
    """A process that uses the embedded servers until it is told to leave."""

    def __init__(self, home: Path, *, durable: bool = False, **more: str) -> None:
        self.home = home
        USERS.append(self)
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, "durable" if durable else "fast"],
            env=environment(home, **more),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_ready(self, seconds: float = 60) -> None:
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], seconds)[0], "it was never ready"
        assert self.process.stdout.readline() == "ready\n", self.said()

    def said(self) -> str:
        """What it wrote to the terminal; waits for its end."""
        USERS.remove(self)
        return self.process.communicate(timeout=60)[1]

    def leave(self) -> str:
        """Let it end; returns what it wrote to the terminal."""
        USERS.remove(self)
        return self.process.communicate("\n", timeout=60)[1]

    def kill(self) -> None:
        if self in USERS:
            USERS.remove(self)
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def using(home: Path, *, durable: bool = False, **more: str) -> Iterator[User]:
    """A user that is ready, and leaves at the end."""
    user = User(home, durable=durable, **more)
    try:
        user.wait_ready()
        yield user
    finally:
        if user.process.poll() is None:
            user.leave()


def processes_of(home: Path) -> list[int]:
    """All processes that name the home in their arguments, environment or current folder."""
    mark = os.fsencode(home)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            texts = [(entry / "cmdline").read_bytes(), os.fsencode((entry / "cwd").readlink())]
            texts.append((entry / "environ").read_bytes())
            if any(mark in text for text in texts) and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def named(home: Path) -> list[str]:
    """What still runs, for a reader."""
    return [f"{pid} {' '.join(keeper.command_line(pid))}" for pid in processes_of(home)]


def until(condition: Callable[[], object], seconds: float) -> bool:
    """Wait until the condition holds; False when time is up."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
