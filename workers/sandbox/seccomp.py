"""A filter on system calls, built by hand: no library is needed to install it.

Two lists. *Forbidden*: no network has a reason to make the call; the guard of the run is told
which one it was and ends the run. *Quiet*: libraries try these by themselves and live with a no.
Everything else passes. Numbers: the kernel's tables for x86-64 and for the generic 64-bit ABI.
"""

import ctypes
import errno
import fcntl
import platform
import struct
from dataclasses import dataclass

from workers.sandbox import kernel

AF_UNIX = 1
AF_INET6 = 10
_SIGSYS_KILL = 0x80000000  # SECCOMP_RET_KILL_PROCESS
_ASK_GUARD = 0x7FC00000  # SECCOMP_RET_USER_NOTIF
_REFUSE = 0x00050000  # SECCOMP_RET_ERRNO
_ALLOW = 0x7FFF0000

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL = 0x15
_AT_LEAST = 0x35
_ANY_BIT = 0x45
_RETURN = 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000
_TIOCSTI = 0x5412  # puts characters into the keyboard queue of a terminal

_SET_MODE_FILTER = 1
_NEW_LISTENER = 8
_RECEIVE = 0xC0502100
_ANSWER = 0xC0182101
_NOTICE = struct.Struct("<QIIiIQ6Q")
_REPLY = struct.Struct("<QqiI")

# name -> (x86-64, generic); None where the architecture has no such call
_FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "bpf": (321, 280),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "quotactl": (179, 60),
    "open_by_handle_at": (304, 265),
    "iopl": (172, None),
    "ioperm": (173, None),
}
_QUIET: dict[str, tuple[int | None, int | None, int]] = {
    "clone3": (435, 435, errno.ENOSYS),  # its flags lie in memory; libc then uses clone
    "io_uring_setup": (425, 425, errno.ENOSYS),
    "io_uring_enter": (426, 426, errno.ENOSYS),
    "io_uring_register": (427, 427, errno.ENOSYS),
    "keyctl": (250, 219, errno.EPERM),
    "add_key": (248, 217, errno.EPERM),
    "request_key": (249, 218, errno.EPERM),
    "perf_event_open": (298, 241, errno.EPERM),
    "userfaultfd": (323, 282, errno.EPERM),
    "fanotify_init": (300, 262, errno.EPERM),
    "name_to_handle_at": (303, 264, errno.EPERM),
    "syslog": (103, 116, errno.EPERM),
    "personality": (135, 92, errno.EPERM),
    "kcmp": (312, 272, errno.EPERM),
    "move_pages": (279, 239, errno.EPERM),
    "migrate_pages": (256, 238, errno.EPERM),
    "lookup_dcookie": (212, 18, errno.EPERM),
    "modify_ldt": (154, None, errno.EPERM),
}
_CLONE = (56, 220)
_SOCKETPAIR = (53, 199)
_IOCTL = (16, 29)
_SECCOMP_CALL = (317, 277)
_AUDIT_ARCH = (0xC000003E, 0xC00000B7)
_COLUMN = {"x86_64": 0, "aarch64": 1}


class UnknownMachineError(OSError):
    """There is no table of system calls for this kind of processor."""


def _column() -> int:
    try:
        return _COLUMN[platform.machine()]
    except KeyError:
        raise UnknownMachineError(f"no system call table for {platform.machine()}") from None


def _instruction(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value)


def _answer_to(number: int, answer: int) -> bytes:
    """When the call is ``number``: return ``answer``. The call's number is in the register."""
    return _instruction(_EQUAL, number, 0, 1) + _instruction(_RETURN, answer)


def _by_argument(number: int, index: int, test: int, value: int, yes: int, no: int) -> bytes:
    """When the call is ``number``: return ``yes`` or ``no`` by one test of an argument."""
    return (
        _instruction(_EQUAL, number, 0, 4)
        + _instruction(_LOAD, _ARGUMENTS + 8 * index)
        + _instruction(test, value, 0, 1)
        + _instruction(_RETURN, yes)
        + _instruction(_RETURN, no)
    )


def program(forbidden: int, machine: int | None = None) -> bytes:
    """The filter, as the kernel wants it, that answers ``forbidden`` to a forbidden call.

    Another processor mode of the same machine (32-bit, x32) has other numbers: it is killed.
    """
    column = _column() if machine is None else machine
    refused = _REFUSE | errno.EPERM
    out = _instruction(_LOAD, _ARCH)
    out += _instruction(_EQUAL, _AUDIT_ARCH[column], 1, 0) + _instruction(_RETURN, _SIGSYS_KILL)
    out += _instruction(_LOAD, _NUMBER)
    if column == 0:
        out += _instruction(_AT_LEAST, _X32, 0, 1) + _instruction(_RETURN, _SIGSYS_KILL)
    if forbidden == _SIGSYS_KILL:  # a library that only looks whether there is IPv6 must not die
        number = _FORBIDDEN["socket"][column] or 0
        no_family = _REFUSE | errno.EAFNOSUPPORT
        out += _by_argument(number, 0, _EQUAL, AF_INET6, no_family, forbidden)
    for numbers in _FORBIDDEN.values():
        if (number_or_none := numbers[column]) is not None:
            out += _answer_to(number_or_none, forbidden)
    for entry in _QUIET.values():
        if (number_or_none := entry[column]) is not None:
            out += _answer_to(number_or_none, _REFUSE | entry[2])
    out += _by_argument(_CLONE[column], 0, _ANY_BIT, kernel.NAMESPACES & ~0xFF, forbidden, _ALLOW)
    out += _by_argument(_SOCKETPAIR[column], 0, _EQUAL, AF_UNIX, _ALLOW, forbidden)
    out += _by_argument(_IOCTL[column], 1, _EQUAL, _TIOCSTI, refused, _ALLOW)
    return out + _instruction(_RETURN, _ALLOW)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install() -> int | None:
    """Put the filter on this process and all that it starts; it can never be taken off.

    Returns the file number on which forbidden calls are told, or None where the kernel has no
    such thing (then they kill the process). Raises OSError where there are no filters at all.
    Needs ``kernel.no_new_privileges`` first.
    """
    try:
        return _install(program(_ASK_GUARD), _NEW_LISTENER)
    except UnknownMachineError:
        raise
    except OSError:
        _install(program(_SIGSYS_KILL), 0)
        return None


def _install(code: bytes, flags: int) -> int:
    wanted = _Program(len(code) // 8, code)
    return kernel.syscall(
        _SECCOMP_CALL[_column()],
        ctypes.c_uint(_SET_MODE_FILTER),
        ctypes.c_uint(flags),
        ctypes.byref(wanted),
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """A forbidden call that waits for an answer. ``fatal``: it must end the run."""

    id: int
    name: str
    fatal: bool


def next_notice(listener: int) -> Notice | None:
    """Take the next forbidden call; None where the caller is gone already."""
    room = bytearray(_NOTICE.size)
    try:
        fcntl.ioctl(listener, _RECEIVE, room)
    except OSError:
        return None
    id_, _, _, number, _, _, *arguments = _NOTICE.unpack(room)
    name = _name(number)
    if name != "socket":
        return Notice(id_, name, fatal=True)
    family = arguments[0] & 0xFFFFFFFF
    # Libraries open an IPv6 socket only to see whether there is IPv6; "no" is an answer to that.
    return Notice(id_, f"socket ({_FAMILIES.get(family, family)})", fatal=family != AF_INET6)


def refuse(listener: int, notice: Notice) -> None:
    """Answer a forbidden call with a plain no."""
    number = errno.EPERM if notice.fatal else errno.EAFNOSUPPORT
    try:
        fcntl.ioctl(listener, _ANSWER, _REPLY.pack(notice.id, 0, -number, 0))
    except OSError:
        return  # the caller was killed meanwhile


_FAMILIES = {1: "unix", 2: "IPv4", 10: "IPv6", 16: "netlink", 17: "packet", 38: "crypto", 40: "vm"}


def _name(number: int) -> str:
    column = _column()
    names = {numbers[column]: name for name, numbers in _FORBIDDEN.items()}
    names |= {_CLONE[column]: "new namespaces", _SOCKETPAIR[column]: "socketpair"}
    return names.get(number, f"system call {number}")
