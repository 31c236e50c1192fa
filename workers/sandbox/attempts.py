"""Inside: try everything that no run may do, and tell what worked. How the ladder is proven.

A level of the sandbox counts only after these were seen to fail on this machine.
"""

import contextlib
import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from analysis.contract import JSON, Job, Part
from workers.sandbox import kernel

_STEP = 16 << 20
_PTRACE_ATTACH = 16


class Attempts:
    """Looks like a check; its one part maps each attempt to whether it worked."""

    def probe(self, job: Job) -> Iterator[Part]:
        """Try them all. The options say where the supervisor has laid bait."""
        tried: dict[str, JSON] = {}
        for name, attempt in self._all(job).items():
            try:
                tried[name] = bool(attempt())
            except (OSError, subprocess.SubprocessError, RuntimeError):
                tried[name] = False
        yield Part("attempts", tried)

    def _all(self, job: Job) -> dict[str, Callable[[], object]]:
        port, pid = _int(job, "port"), _int(job, "pid")
        folder = str(job.options["folder"])
        return {
            "TCP connection": lambda: socket.create_connection(("127.0.0.1", port), 1),
            "UDP packet": lambda: _send_udp(port),
            "unix socket": lambda: _connect_unix(f"{folder}/socket"),
            "abstract socket": lambda: _connect_unix(f"\0{job.options['abstract']}"),
            "reading a file of the host": lambda: Path(folder, "secret").read_bytes(),
            "writing a file of the host": lambda: Path(folder, "open").write_text("written"),
            "writing to the snapshot": lambda: (job.snapshot / "new").write_text("written"),
            "reading the worker's environment": lambda: _environment(pid),
            "a signal to the worker": lambda: _signal(pid),
            "a user namespace": _user_namespace,
            "a mount": _mount,
            "tracing a process": lambda: _trace(os.getppid()),
            "too many processes": lambda: _start_threads(_int(job, "tasks")),
        }


class Hunger:
    """Looks like a check; takes memory until it is stopped, or four times what it may have."""

    def probe(self, job: Job) -> Iterator[Part]:
        """Its part means that nothing stopped it."""
        steps = range(4 * job.limits.memory_bytes // _STEP)
        taken = [bytearray(os.urandom(4096)) * (_STEP // 4096) for _ in steps]
        yield Part("fed", {"bytes": sum(map(len, taken))})


def _int(job: Job, name: str) -> int:
    value = job.options[name]
    assert isinstance(value, int)  # noqa: S101 - our own message
    return value


def _signal(pid: int) -> bool:
    os.kill(pid, 0)
    return _is_worker(pid)


def _user_namespace() -> bool:
    kernel.unshare(kernel.NEWUSER)
    return True


def _mount() -> bool:
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    return True


def _send_udp(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        return udp.sendto(b"out", ("127.0.0.1", port)) > 0


def _connect_unix(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix:
        unix.connect(address)
        return True


def _environment(pid: int) -> bool:
    return _is_worker(pid) and bool(Path(f"/proc/{pid}/environ").read_bytes())


def _is_worker(pid: int) -> bool:
    """In a process namespace of one's own the worker's number may be nobody's or one's own."""
    return pid not in (os.getpid(), os.getppid())


def _trace(pid: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.ptrace(_PTRACE_ATTACH, pid, None, None) == 0)


def _start_threads(most: int) -> bool:
    """Whether more threads can be started than a run may have processes and threads."""
    done = threading.Event()
    started = 0
    with contextlib.suppress(RuntimeError):
        for _ in range(most + 16):
            threading.Thread(target=done.wait, daemon=True).start()
            started += 1
    done.set()
    return started > most
