"""The second wall: a run leaves the fork server's namespaces for its own, before it sees a byte.

The fork server has no right at all; a child becomes the owner of a new user namespace, builds a
file system that holds only the system, its own snapshot and its own scratch, and then gives up
the rights that it had in that namespace, and the way to make another one.
"""

import os
from pathlib import Path

from workers.sandbox import kernel
from workers.sandbox.plan import NEW_ROOT, STAGING_INSIDE

MODEL_INSIDE = "/model"
INPUTS_INSIDE = "/inputs"
SCRATCH_INSIDE = "/scratch"
_UID_INSIDE = 1000
_NEW = (
    kernel.NEWUSER
    | kernel.NEWNS
    | kernel.NEWPID
    | kernel.NEWIPC
    | kernel.NEWNET
    | kernel.NEWUTS
    | kernel.NEWCGROUP
)
_DEVICES = ("null", "zero", "full", "random", "urandom")
_OF_THE_ZYGOTE = {"newroot", "staging", "proc", "dev", "etc", "tmp"}
_BIND = kernel.MS_BIND | kernel.MS_REC
_PLAIN = kernel.MS_NOSUID | kernel.MS_NODEV
_PASSWD = f"model:x:{_UID_INSIDE}:{_UID_INSIDE}::/scratch:/bin/sh\n"
_MOST_FILES = 200_000


def enter() -> None:
    """Move to new namespaces; the next process that is started is the first of its own."""
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(_NEW)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_UID_INSIDE} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_UID_INSIDE} {gid} 1")


def build(run: str, scratch_bytes: int) -> None:
    """Replace the file system by the run's own. Called by the first process of the namespaces.

    ``run`` is the name of the run's staging folder. Scratch, /tmp and /dev/shm share one space of
    ``scratch_bytes``.
    """
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", NEW_ROOT, "tmpfs", _PLAIN, "mode=755,size=1m,nr_inodes=2k")
    for entry in os.listdir("/"):  # noqa: PTH208 - names only
        if entry not in _OF_THE_ZYGOTE:
            _show(f"/{entry}", f"{NEW_ROOT}/{entry}")
    staged = f"{STAGING_INSIDE}/{run}"
    _show(f"{staged}/model", NEW_ROOT + MODEL_INSIDE)
    _show(f"{staged}/inputs", NEW_ROOT + INPUTS_INSIDE)
    _etc()
    _devices()
    _space(scratch_bytes)
    _below_tmp()
    proc = Path(NEW_ROOT, "proc")
    proc.mkdir()
    kernel.mount("proc", str(proc), "proc", _PLAIN | kernel.MS_NOEXEC)
    os.chdir(NEW_ROOT)
    kernel.pivot_root(".", ".")
    kernel.unmount(".")
    os.chdir("/")
    for place in ("/dev", "/"):
        flags = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | _PLAIN
        kernel.mount("none", place, flags=flags)
    forbid_user_namespaces()


def forbid_user_namespaces() -> None:
    """No process of this user namespace may make another one; the filter says no, too."""
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def _show(source: str, target: str) -> None:
    """Make ``source`` seen at ``target``: everything here is read-only already."""
    if Path(source).is_symlink():
        Path(target).symlink_to(os.readlink(source))  # noqa: PTH115 - exactly as it is
        return
    if Path(source).is_dir():
        Path(target).mkdir()
    else:
        Path(target).touch()
    kernel.mount(source, target, flags=_BIND)


def _etc() -> None:
    """What the system has in /etc for everybody, and a user of this namespace by name."""
    place = Path(NEW_ROOT, "etc")
    place.mkdir()
    for entry in os.listdir("/etc"):  # noqa: PTH208 - names only
        _show(f"/etc/{entry}", str(place / entry))
    (place / "passwd").write_text(_PASSWD)


def _devices() -> None:
    dev = Path(NEW_ROOT, "dev")
    dev.mkdir()
    flags = kernel.MS_NOSUID | kernel.MS_NOEXEC
    kernel.mount("tmpfs", str(dev), "tmpfs", flags, "mode=755,size=64k,nr_inodes=100")
    gpus = [path.name for path in Path("/dev").glob("nvidia*")]
    for name in (*_DEVICES, *gpus):
        (dev / name).touch()
        kernel.mount(f"/dev/{name}", str(dev / name), flags=kernel.MS_BIND)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (dev / name).symlink_to(f"/proc/self/fd/{number}")
    (dev / "fd").symlink_to("/proc/self/fd")


def _space(scratch_bytes: int) -> None:
    """One bounded space, seen at three places."""
    space = Path(NEW_ROOT, "space")
    space.mkdir()
    options = f"mode=700,size={scratch_bytes},nr_inodes={_MOST_FILES}"
    kernel.mount("tmpfs", str(space), "tmpfs", _PLAIN, options)
    for name in (SCRATCH_INSIDE, "/tmp", "/dev/shm"):  # noqa: S108 - the run's own
        inside = space / name.strip("/").replace("/", "-")
        inside.mkdir(mode=0o700)
        place = Path(NEW_ROOT + name)
        place.mkdir(exist_ok=True)
        kernel.mount(str(inside), str(place), flags=kernel.MS_BIND)
    kernel.unmount(str(space))
    space.rmdir()


def _below_tmp() -> None:
    """Put an interpreter that lies below the host's /tmp back into the run's own, read-only.

    The folders on the way to it belong to the zygote and can be written there: without the second
    mount one run could leave something in them for the next.
    """
    for entry in os.listdir("/tmp"):  # noqa: PTH208, S108 - names only
        source, target = f"/tmp/{entry}", f"{NEW_ROOT}/tmp/{entry}"  # noqa: S108
        if Path(source).is_dir() and not Path(source).is_symlink():
            _show(source, target)
            flags = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | _PLAIN
            kernel.mount("none", target, flags=flags)


def is_scratch_full(scratch: str) -> bool:
    """Whether no byte or no file more fits into the scratch space."""
    try:
        space = os.statvfs(scratch)
    except OSError:
        return False
    return space.f_bavail == 0 or space.f_favail == 0
