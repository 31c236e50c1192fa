"""Memory and process limits that the kernel keeps, where a cgroup can be written (v2 or v1)."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

PREFIX = "assay-"
_REMOVE_S = 2.0


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Where cgroups can be made: one folder in v2, one per controller in v1."""

    memory: Path
    pids: Path
    is_v2: bool


class Cgroup:
    """The cgroup of one run. Make it, ``add`` its first process, ask, ``remove``."""

    def __init__(self, where: Hierarchy, name: str, memory_bytes: int, tasks: int) -> None:
        """Raises OSError where the folder cannot be made or a limit cannot be set."""
        self._v2 = where.is_v2
        self._memory = where.memory / name
        self._pids = where.pids / name
        try:
            for folder in {self._memory, self._pids}:
                folder.mkdir()
            self._limit(memory_bytes, tasks)
        except OSError:
            self.remove()
            raise

    def _limit(self, memory_bytes: int, tasks: int) -> None:
        _write(self._pids / "pids.max", tasks)
        if self._v2:
            _write(self._memory / "memory.max", memory_bytes)
            swap = self._memory / "memory.swap.max"
        else:
            _write(self._memory / "memory.limit_in_bytes", memory_bytes)
            swap = self._memory / "memory.memsw.limit_in_bytes"
        if swap.exists():
            _write(swap, 0 if self._v2 else memory_bytes)

    def add(self, pid: int) -> None:
        """Put a process, and all that it will start, under these limits."""
        for folder in {self._memory, self._pids}:
            _write(folder / "cgroup.procs", pid)

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed a process of this cgroup for its memory."""
        name = "memory.events" if self._v2 else "memory.oom_control"
        return _counter(self._memory / name, "oom_kill") > 0

    @property
    def ran_out_of_processes(self) -> bool:
        """Whether a process could not be started because there were too many."""
        return _counter(self._pids / "pids.events", "max") > 0

    @property
    def peak_memory_bytes(self) -> int:
        """The most memory that the cgroup ever held, scratch files included."""
        name = "memory.peak" if self._v2 else "memory.max_usage_in_bytes"
        try:
            return int((self._memory / name).read_text())
        except (OSError, ValueError):
            return 0

    def remove(self) -> None:
        """Take the cgroup away; its processes have ended, the kernel may need a moment."""
        for folder in {self._memory, self._pids}:
            deadline = time.monotonic() + _REMOVE_S
            while folder.exists() and not _try_rmdir(folder) and time.monotonic() < deadline:
                time.sleep(0.01)


def find() -> Hierarchy | None:
    """Where this process may make cgroups with a memory and a process limit; None for nowhere.

    Found by making one. ``ASSAY_CGROUP`` names a delegated folder (v2) to use instead.
    """
    for candidate in _candidates():
        try:
            trial = Cgroup(candidate, f"{PREFIX}{os.getpid()}-trial", 64 << 20, 16)
        except OSError:
            continue
        trial.remove()
        return candidate
    return None


def sweep(where: Hierarchy) -> None:
    """Remove empty cgroups that workers which are gone have left."""
    for parent in {where.memory, where.pids}:
        for folder in parent.glob(f"{PREFIX}*-*"):
            pid = folder.name.removeprefix(PREFIX).split("-")[0]
            if pid.isdigit() and not Path("/proc", pid).exists():
                _try_rmdir(folder)


def _candidates() -> list[Hierarchy]:
    if named := os.environ.get("ASSAY_CGROUP"):
        _delegate(Path(named))
        return [Hierarchy(Path(named), Path(named), is_v2=True)]
    try:
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
        mine = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    found: list[Hierarchy] = []
    memory, pids = (_v1_folder(mounts, mine, name) for name in ("memory", "pids"))
    if memory and pids:
        found.append(Hierarchy(memory, pids, is_v2=False))
    if unified := _v2_folder(mounts, mine):
        for folder in (unified, unified.parent):
            _delegate(folder)
            found.append(Hierarchy(folder, folder, is_v2=True))
    return found


def _v1_folder(mounts: list[str], mine: list[str], controller: str) -> Path | None:
    for line in mounts:
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        if kind == "cgroup" and controller in options.split(","):
            for entry in mine:
                _, names, path = entry.split(":", 2)
                if controller in names.split(","):
                    return _below(left, path)
    return None


def _v2_folder(mounts: list[str], mine: list[str]) -> Path | None:
    for line in mounts:
        left, _, right = line.partition(" - ")
        if right.startswith("cgroup2 "):
            for entry in mine:
                if entry.startswith("0::"):
                    return _below(left, entry[3:])
    return None


def _below(mount: str, path: str) -> Path:
    """The folder of a cgroup path below a mount, which may show only a part of the tree."""
    root, point = mount.split(" ")[3:5]
    inside = path[len(root) :] if root != "/" and path.startswith(root) else path
    folder = Path(point) / inside.lstrip("/")
    return folder if folder.is_dir() else Path(point)


def _delegate(folder: Path) -> None:
    """Ask that cgroups below ``folder`` may have limits; without the right it stays as it is."""
    try:
        _write(folder / "cgroup.subtree_control", "+memory +pids")
    except OSError:
        return


def _write(path: Path, value: int | str) -> None:
    # Opened without O_CREAT: a limit that the kernel does not have must not become a file.
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, str(value).encode())
    finally:
        os.close(fd)


def _counter(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        key, _, value = line.partition(" ")
        if key == name and value.isdigit():
            return int(value)
    return 0


def _try_rmdir(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True
