"""Looks at the processes of a run from outside: memory, time, number. Reads only /proc."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_MOST_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and all below it use now. ``memory_bytes`` counts shared pages each time."""

    processes: int
    memory_bytes: int
    cpu_s: float


def descendants(pid: int) -> list[int]:
    """A process and all below it, parents first. Those that end meanwhile are left out."""
    found = [pid]
    for parent in found:
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
            for task in tasks:
                found.extend(map(int, (task / "children").read_text().split()))
        except OSError:
            continue
    return found


def usage(pid: int) -> Usage:
    """Add up a process and all below it; ended children count with their time."""
    processes, memory, ticks = 0, 0, 0
    for each in descendants(pid):
        try:
            status = Path(f"/proc/{each}/status").read_text()
            stat = Path(f"/proc/{each}/stat").read_text()
        except OSError:
            continue
        processes += 1
        memory += _kib(status, "RssAnon:") + _kib(status, "RssShmem:")
        # After the name in brackets, which may hold anything: utime stime cutime cstime.
        ticks += sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    return Usage(processes, memory * 1024, ticks / _TICKS)


def owned_memory_bytes(pid: int) -> int:
    """Memory of a process and all below it, each shared page counted once.

    Dearer than ``usage``: the kernel walks the page tables. A process that may not be looked
    into counts with what it shows.
    """
    total = 0
    for each in descendants(pid):
        try:
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
        except OSError:
            continue
        total += _kib(rollup, "Pss_Anon:") + _kib(rollup, "Pss_Shmem:")
    return total * 1024


def _kib(text: str, key: str) -> int:
    at = text.find(f"\n{key}")
    return int(text[at + len(key) + 1 :].split(None, 1)[0]) if at >= 0 else 0


def folder_bytes(folder: Path, enough: int) -> int:
    """Disk space below a folder; stops counting at ``enough``. Follows no link.

    A folder with absurdly many entries counts as ``enough``.
    """
    total, entries, todo = 0, 0, [str(folder)]
    while todo:
        try:
            with os.scandir(todo.pop()) as found:
                for entry in found:
                    entries += 1
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    if total >= enough or entries >= _MOST_ENTRIES:
                        return enough
        except OSError:
            continue
    return total


def end_below(pid: int, seconds: float = 5.0) -> None:
    """Kill all below a process until nothing lives there.

    For runs without a process namespace of their own, whose guard adopts every orphan.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        living = [each for each in descendants(pid)[1:] if not _is_zombie(each)]
        if not living:
            return
        for each in living:
            _kill(each)
        time.sleep(0.005)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
