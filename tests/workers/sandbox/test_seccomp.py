"""The filter, run by a small interpreter of its own instructions, for both processors."""

import errno
import struct

import pytest

from workers.sandbox import seccomp

KILL, ASK, ALLOW = 0x80000000, 0x7FC00000, 0x7FFF0000
X86, ARM = 0, 1
ARCHES = (0xC000003E, 0xC00000B7)


def verdict(code: bytes, number: int, *arguments: int, arch: int) -> int:
    """What the filter answers to a call."""
    packet = struct.pack("<iIQ6Q", number, arch, 0, *[*arguments, 0, 0, 0, 0, 0, 0][:6])
    register, at = 0, 0
    while True:
        op, yes, no, value = struct.unpack_from("<HBBI", code, at * 8)
        at += 1
        if op == 0x06:
            return int(value)
        if op == 0x20:
            (register,) = struct.unpack_from("<I", packet, value)
            continue
        test = {0x15: register == value, 0x35: register >= value, 0x45: bool(register & value)}[op]
        at += yes if test else no


def denied(number: int) -> int:
    return 0x00050000 | number


@pytest.mark.parametrize("machine", [X86, ARM], ids=["x86-64", "aarch64"])
@pytest.mark.parametrize(
    ("numbers", "arguments", "answer"),
    [
        ((41, 198), (2, 1, 0), ASK),  # socket
        ((101, 117), (), ASK),  # ptrace
        ((165, 40), (), ASK),  # mount
        ((272, 97), (0x10000000,), ASK),  # unshare
        ((56, 220), (0x10000011,), ASK),  # clone into a new user namespace
        ((56, 220), (0x01200011,), ALLOW),  # fork
        ((56, 220), (0x003D0F00,), ALLOW),  # a thread
        ((53, 199), (1, 1, 0), ALLOW),  # socketpair
        ((53, 199), (2, 1, 0), ASK),
        ((16, 29), (0, 0x5412), denied(errno.EPERM)),  # typing into a terminal
        ((16, 29), (0, 0x5413), ALLOW),
        ((435, 435), (), denied(errno.ENOSYS)),  # clone3
        ((425, 425), (), denied(errno.ENOSYS)),  # io_uring
        ((0, 63), (), ALLOW),  # read
        ((59, 221), (), ALLOW),  # execve
        ((9, 222), (), ALLOW),  # mmap
    ],
)
def test_each_call_gets_its_answer(machine, numbers, arguments, answer):
    code = seccomp.program(ASK, machine)
    assert verdict(code, numbers[machine], *arguments, arch=ARCHES[machine]) == answer


@pytest.mark.parametrize("machine", [X86, ARM], ids=["x86-64", "aarch64"])
def test_another_processor_mode_is_killed(machine):
    code = seccomp.program(ASK, machine)
    assert verdict(code, 0, arch=0x40000003) == KILL
    assert verdict(code, 0, arch=ARCHES[1 - machine]) == KILL


def test_the_x32_numbers_are_killed():
    code = seccomp.program(ASK, X86)
    assert verdict(code, 0x40000000 | 41, arch=ARCHES[X86]) == KILL


def test_without_a_guard_to_ask_forbidden_calls_kill_but_looking_for_ipv6_does_not():
    code = seccomp.program(KILL, X86)
    assert verdict(code, 41, 2, arch=ARCHES[X86]) == KILL
    assert verdict(code, 41, 10, arch=ARCHES[X86]) == denied(errno.EAFNOSUPPORT)
    assert verdict(code, 101, arch=ARCHES[X86]) == KILL


def test_the_numbers_of_this_machine_are_the_systems_own():
    """Against the C headers, where they are installed."""
    import platform
    import re
    from pathlib import Path

    found = [
        path
        for place in ("x86_64-linux-gnu/asm/unistd_64.h", "asm-generic/unistd.h")
        if (path := Path("/usr/include", place)).exists()
    ]
    if platform.machine() != "x86_64" or not found:
        pytest.skip("the kernel's headers are not installed")
    known = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", found[0].read_text()))
    generic = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", found[-1].read_text()))
    tables = {**seccomp._FORBIDDEN, **{k: v[:2] for k, v in seccomp._QUIET.items()}}
    for name, (x86, arm) in tables.items():
        assert int(known[name]) == x86
        if arm is not None and name in generic:
            assert int(generic[name]) == arm
