"""The limits that a process sets on itself and that all its children inherit."""

import os
import resource
from pathlib import Path

from analysis.contract import Limits

_OPEN_FILES = 1024
_NO_CORE_DUMP = 1  # 0 would still start a dump program of the host; 1 never does (core(5))
_MARGIN = 1 << 30  # stacks of threads, arenas of malloc


def most_tasks(limits: Limits, cpus: int) -> int:
    """How many processes and threads a run may have: threads of libraries come on top."""
    return limits.processes + 4 * cpus + 8


def apply(limits: Limits, *, bound_memory: bool) -> None:
    """Bound files, processes and core dumps of this process and its children, for good.

    ``bound_memory`` bounds writable private memory, too, at what the process has now plus twice
    the limit: it stops a burst that is quicker than the watcher. Never with CUDA, which reserves
    far more than it uses, and not needed where a cgroup keeps the memory.
    """
    tasks = most_tasks(limits, os.cpu_count() or 1)
    wanted = {
        resource.RLIMIT_CORE: _NO_CORE_DUMP,
        resource.RLIMIT_FSIZE: limits.scratch_bytes,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_NPROC: tasks,
        resource.RLIMIT_MEMLOCK: 64 << 20,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if bound_memory:
        wanted[resource.RLIMIT_DATA] = _data_bytes() + 2 * limits.memory_bytes + _MARGIN
    for which, most in wanted.items():
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(which, (most, most))


def _data_bytes() -> int:
    """Writable private memory of this process now; 0 where /proc cannot be read."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
