"""Outside, in a process of its own: leave the worker's rights, then become the zygote.

Where the worker is root, the zygote gets a user of its own. That user cannot reach what lies below
a private folder (an interpreter below ``/root``, say), so a private view of the file system is
made first in which only the wanted paths of such folders are seen.
"""

import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from workers.sandbox import kernel
from workers.sandbox.plan import (
    Plan,
    Wall,
    bubblewrap,
    environment,
    interpreter_folders,
)

# The code reaches a fresh interpreter by this line: -I keeps every other way closed.
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from workers.sandbox.{0} import main; main()"


def command(python: str, module: str, folder: str, plan: Plan) -> list[str]:
    """Start ``module`` of this package in a bare interpreter, with code from ``folder``."""
    return [python, "-I", "-B", "-c", BOOT.format(module), folder, plan.to_json()]


def main() -> None:
    """Read the plan, give up rights, start the zygote in this very process."""
    plan = Plan.from_json(sys.argv[2])
    zygote = command(plan.python, "zygote", plan.code_folder, plan)
    if plan.wall is Wall.BUBBLEWRAP:
        found = shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin")
        if found is None:
            sys.exit("bubblewrap is not installed")
        zygote = [found, *bubblewrap(plan, zygote)[1:]]
    if plan.uid is not None:
        uncover(
            [*interpreter_folders(), *plan.code.values(), plan.runs, plan.links, plan.temporary]
        )
        become(plan.uid)
    os.umask(0o077)
    os.set_inheritable(plan.control_fd, True)
    kernel.die_with_parent(signal.SIGKILL)
    if os.getppid() == 1 and plan.wall is not Wall.BUBBLEWRAP:
        sys.exit("the worker is gone")
    os.execve(zygote[0], zygote, environment(plan))  # noqa: S606 - a fixed command


def become(uid: int) -> None:
    """Be that user and no other, in no group; there is no way back."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def uncover(paths: Iterable[str]) -> None:
    """Let every user of this process's own view reach ``paths``; other views do not change.

    Each folder that is closed to others and hides one of them is covered by an empty one in which
    only the wanted paths are put back. Raises OSError where mounts are not allowed.
    """
    hidden: dict[str, list[str]] = {}
    for path in paths:
        if (closed := _closed_above(path)) is not None:
            hidden.setdefault(closed, []).append(path)
    if not hidden:
        return
    kernel.unshare(kernel.NEWNS)
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    for closed, wanted in hidden.items():
        _cover(closed, wanted)


def _closed_above(path: str) -> str | None:
    """The topmost folder on the way to ``path`` that others may not enter."""
    for folder in reversed(Path(path).parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return str(folder)
    return None


def _cover(closed: str, wanted: list[str]) -> None:
    held = {path: os.open(path, os.O_PATH) for path in wanted}
    kernel.mount("tmpfs", closed, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755,size=1m")
    for path, fd in held.items():
        place = Path(path)
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        kernel.mount(f"/proc/self/fd/{fd}", path, flags=kernel.MS_BIND | kernel.MS_REC)
        os.close(fd)
