"""Landlock: a process gives up files, TCP and signals for itself and all that it starts.

The rung below namespaces: it needs no right and no mount. It cannot stop UDP (seccomp does) nor
hide that a path exists. Numbers: the kernel's landlock.h.
"""

import ctypes
import os
from collections.abc import Iterable

from workers.sandbox import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_REMOVE_AND_MAKE = 0x1FF0  # remove and make folders, files, sockets, links, devices
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_TCP = 0x3  # bind and connect
_SCOPES = 0x3  # abstract sockets and signals stay inside


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Which Landlock this kernel has; 0 for none. 4 knows TCP, 6 knows signals."""
    try:
        return kernel.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_FLAG))
    except OSError:
        return 0


def _handled(abi: int) -> int:
    files = _READ | _WRITE_FILE | _REMOVE_AND_MAKE
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEVICE)):
        if abi >= since:
            files |= right
    return files


def restrict(read: Iterable[str], write: Iterable[str]) -> None:
    """From now on only these paths and what is below them can be read, or read and written.

    Paths that do not exist are left out. Raises OSError where the kernel has no Landlock. Each
    further call takes away more and gives nothing back. Needs ``kernel.no_new_privileges``.
    """
    abi = version()
    if abi < 1:
        raise OSError("this kernel has no Landlock")
    files = _handled(abi)
    wanted = _Ruleset(files, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = kernel.syscall(_CREATE, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint(0))
    try:
        for path in read:
            _allow(ruleset, path, _READ)
        for path in write:
            _allow(ruleset, path, files)
        kernel.syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - pathlib is not imported inside for nothing
            rights &= _ON_FILES
        rule = _Beneath(rights, place)
        kernel.syscall(
            _ADD,
            ctypes.c_int(ruleset),
            ctypes.c_int(_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint(0),
        )
    finally:
        os.close(place)
