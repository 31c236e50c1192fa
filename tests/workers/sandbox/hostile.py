"""Networks that mean harm, or only fail. Shown to the sandbox as the module ``hostile``.

Payloads are harmless: each would leave at most a mark that a test looks for.
"""

# Written as hostile code is written: after a ``raise`` a ``yield`` only makes a generator.
# mypy: ignore-errors
# ruff: noqa: PTH101, PTH102, PTH115, PTH208, SIM115, T201

import ctypes
import errno
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from analysis.contract import Array, CheckError, Part, Refused, Unsupported


def _results_fd():
    """The pipe to the supervisor: hostile code can find it as easily as this."""
    for number in range(3, 64):
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("pipe:"):
                return number
        except OSError:
            continue
    raise AssertionError("no pipe")


class Honest:
    """Tells what a run sees; with ``options["batches"]`` it sends arrays, too."""

    def probe(self, job):
        print("a word on stdout")
        print("a word on stderr", file=sys.stderr)
        seen = {
            "uid": os.getuid(),
            "files": sorted(str(p.relative_to(job.snapshot)) for p in job.snapshot.rglob("*")),
            "inputs": job.inputs.read_text() if job.inputs else None,
            "scratch": sorted(p.name for p in job.scratch.iterdir()),
            "environment": sorted(os.environ),
            "allow_code": job.allow_code,
            "options": dict(job.options),
        }
        yield Part("seen", seen)
        for number in range(int(job.options.get("batches", 0))):
            yield Part(
                f"batch-{number}", {}, {"y": Array("i4", (2,), struct.pack("<2i", number, 7))}
            )


class Endless:
    def probe(self, job):
        number = 0
        while True:
            yield Part("more", {"number": number})
            number += 1


class Unable:
    def probe(self, job):
        raise Unsupported("There is no such split.", "split")
        yield


class Unwilling:
    def probe(self, job):
        raise Refused("The pickle was not loaded.", "weights")
        yield


class Doubtful:
    def probe(self, job):
        raise CheckError("The network answers with other classes.")
        yield


class Broken:
    def probe(self, job):
        yield Part("first")
        raise KeyError("logits")


class Greedy:
    def probe(self, job):
        taken = []
        while True:
            taken.append(bytearray(os.urandom(1 << 20)) * 16)
        yield


class GreedyInMany:
    """Each process stays small; together they are not."""

    def probe(self, job):
        for _ in range(8):
            if os.fork() == 0:
                kept = [os.urandom(1 << 20) for _ in range(40)]
                time.sleep(60)
                os._exit(len(kept))
        time.sleep(60)
        yield


class Sleeper:
    def probe(self, job):
        time.sleep(10_000)
        yield


class Deaf:
    """Ignores every polite request to end, and every exception."""

    def probe(self, job):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        while True:
            try:
                time.sleep(1)
            except BaseException:  # noqa: BLE001, S112
                continue
        yield


class ForkBomb:
    def probe(self, job):
        while True:
            os.fork()
        yield


class ThreadBomb:
    def probe(self, job):
        while True:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        yield


class QuietForkBomb:
    """Swallows the refusal and waits."""

    def probe(self, job):
        while True:
            try:
                if os.fork() == 0:
                    time.sleep(1000)
            except OSError:
                time.sleep(0.1)
        yield


def _opens(family, kind, address):
    class Opens:
        def probe(self, job):
            try:
                made = socket.socket(family, kind)
                made.connect(address)
            except OSError as error:
                yield Part("caught", {"error": str(error)})
            yield Part("got through")

    return Opens


TcpSocket = _opens(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 9))
UdpSocket = _opens(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 9))
UnixSocket = _opens(socket.AF_UNIX, socket.SOCK_STREAM, "/run/socket")
AbstractSocket = _opens(socket.AF_UNIX, socket.SOCK_STREAM, "\0socket")
NetlinkSocket = _opens(socket.AF_NETLINK, socket.SOCK_RAW, (0, 0))


class SocketInChild:
    """The socket is opened by a program that the network starts."""

    def probe(self, job):
        code = "import socket; socket.socket()"
        subprocess.run([sys.executable, "-I", "-c", code], check=False)
        yield Part("got through")


class LooksForIpv6:
    """What a library does when it is imported; not an attack."""

    def probe(self, job):
        try:
            socket.socket(socket.AF_INET6)
        except OSError as error:
            yield Part("answer", {"errno": errno.errorcode[error.errno]})


def _calls(number, *arguments):
    class Calls:
        def probe(self, job):
            libc = ctypes.CDLL(None, use_errno=True)
            result = libc.syscall(number, *arguments)
            yield Part("returned", {"result": result, "errno": ctypes.get_errno()})

    return Calls


Ptrace = _calls(101, 16, 1, 0, 0)
Bpf = _calls(321, 0, 0, 0)
Unshare = _calls(272, 0x10000000)
CloneUser = _calls(56, 0x10000000 | 17, 0, 0, 0, 0)
Mount = _calls(165, b"none", b"/", None, 0, None)
IoUring = _calls(425, 8, 0)
X32 = _calls(0x40000000 + 39)


class NestedUserNamespace:
    """By way of clone3, whose flags no filter can see."""

    def probe(self, job):
        arguments = struct.pack("<11Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
        libc = ctypes.CDLL(None, use_errno=True)
        result = libc.syscall(435, arguments, len(arguments))
        yield Part("returned", {"result": result, "errno": ctypes.get_errno()})


class WritesWithoutEnd:
    """100 GB, or as much as goes."""

    def probe(self, job):
        block = b"x" * (1 << 20)
        for number in range(100):
            with (job.scratch / str(number)).open("wb") as file:
                for _ in range(1024):
                    file.write(block)
        yield


class WritesOutside:
    def probe(self, job):
        got_through = []
        places = ["/usr/mark", "/etc/mark", "/mark", "/root/mark", "/dev/mark", "/proc/mark"]
        places += [str(job.snapshot / "mark"), str(job.options["outside"])]
        places += [str(job.snapshot / name) for name in ("config.json",)]
        if job.inputs:
            places.append(str(job.inputs))
        for place in places:
            try:
                with Path(place).open("a") as file:
                    file.write("mark")
                got_through.append(place)
            except OSError:
                continue
        yield Part("tried", {"worked": got_through})


class ReadsSecrets:
    def probe(self, job):
        pid = job.options["pid"]
        places = ["/etc/shadow", str(job.options["secret"]), "/staging", "/proc/1/environ"]
        places += [f"/proc/{pid}/environ", f"/proc/{pid}/cmdline", f"/proc/{os.getppid()}/environ"]
        places += [f"/proc/{pid}/root/etc/hostname", "/dev/mem", "/dev/kmsg"]
        places.append(str(job.options["staging"]))
        got = []
        for place in places:
            try:
                seen = os.listdir(place) if Path(place).is_dir() else Path(place).read_bytes()
                if seen:
                    got.append(place)
            except OSError:
                continue
        yield Part("read", {"worked": got})


class Signals:
    """Tries to end the worker, its own guard, and everybody."""

    def probe(self, job):
        got = []
        for pid in (job.options["pid"], os.getppid(), 1, -1):
            try:
                os.kill(int(pid), signal.SIGUSR2 if pid == job.options["pid"] else signal.SIGKILL)
                got.append(pid)
            except OSError:
                continue
        yield Part("signalled", {"sent": got})


class LooksAtGuard:
    """The guard has the supervisor's socket; its memory and files must be closed."""

    def probe(self, job):
        got = []
        for what in ("mem", "fd", "maps", "environ"):
            place = f"/proc/{os.getppid()}/{what}"
            try:
                seen = os.listdir(place) if what == "fd" else Path(place).open("rb").read(16)
                if seen:
                    got.append(what)
            except OSError:
                continue
        yield Part("looked", {"worked": got})


class Daemon:
    """Leaves a process in a session of its own that would outlive it."""

    def probe(self, job):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(1000)
            os._exit(0)
        os.wait()
        yield Part("left", {"name": os.uname().nodename})


class Printer:
    """10 GB on stdout, or as much as goes."""

    def probe(self, job):
        block = "spam " * 20_000
        for _ in range(100_000):
            print(block)
        yield


class PrintsControl:
    def probe(self, job):
        os.write(1, b"\x1b[31mred\x1b[0m \x00\x07\xff plain\n")
        yield Part("done")


class Garbage:
    def probe(self, job):
        os.write(_results_fd(), b"\xff" * 4096)
        time.sleep(30)
        yield


class HugeHeader:
    def probe(self, job):
        os.write(_results_fd(), struct.pack("<IQ", 0xFFFFFFFF, 0) + b"{" * 1000)
        time.sleep(30)
        yield


class AnnouncesTooMuch:
    def probe(self, job):
        os.write(_results_fd(), struct.pack("<IQ", 10, 1 << 50) + b" " * 10)
        time.sleep(30)
        yield


class WrongCount:
    def probe(self, job):
        header = {"kind": "part", "name": "y", "values": {}, "arrays": [["y", "f4", [1000, 10]]]}
        raw = json.dumps(header).encode()
        os.write(_results_fd(), struct.pack("<IQ", len(raw), 8) + raw + b"12345678")
        time.sleep(30)
        yield


class BeginsTwice:
    def probe(self, job):
        raw = b'{"kind": "begin", "values": {"versions": {"torch": "forged"}}}'
        os.write(_results_fd(), struct.pack("<IQ", len(raw), 0) + raw)
        time.sleep(30)
        yield


class CutShort:
    """Ends in the middle of a frame."""

    def probe(self, job):
        os.write(_results_fd(), struct.pack("<IQ", 100, 0) + b'{"kind"')
        os._exit(0)
        yield


class SendsTooMuch:
    def probe(self, job):
        block = bytes(1 << 20)
        for number in range(100_000):
            yield Part(f"{number}", {}, {"y": Array("u1", (1 << 20,), block)})


class LeavesWithoutResult:
    def probe(self, job):
        os._exit(0)
        yield


class Crashes:
    def probe(self, job):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        ctypes.string_at(0)
        yield


class KillsItself:
    def probe(self, job):
        os.kill(os.getpid(), signal.SIGKILL)
        yield


class LingersAfterEnd:
    """Says that it is done by hand and stays."""

    def probe(self, job):
        raw = b'{"kind": "end"}'
        os.write(_results_fd(), struct.pack("<IQ", len(raw), 0) + raw)
        time.sleep(1000)
        yield


class Leaves:
    """Leaves marks wherever it can, for the next run to find."""

    def probe(self, job):
        places = [job.scratch / "mark", Path("/tmp/mark"), Path("/dev/shm/mark")]
        left = []
        for place in places:
            try:
                place.write_text("mark")
                left.append(str(place))
            except OSError:
                continue
        sys.modules["analysis.contract"].MARK = True
        os.environ["MARK"] = "1"
        yield Part("left", {"places": left})


class Finds:
    def probe(self, job):
        places = [job.scratch / "mark", Path("/tmp/mark"), Path("/dev/shm/mark")]
        found = [str(place) for place in places if place.exists()]
        found += ["module"] * hasattr(sys.modules["analysis.contract"], "MARK")
        found += ["environment"] * ("MARK" in os.environ)
        yield Part("found", {"places": found})


class Buries:
    """Makes folders too deep to be removed by a careless hand, without rights."""

    def probe(self, job):
        os.chdir(job.scratch)
        for _ in range(300):
            os.mkdir("d")
            os.chdir("d")
        os.chmod(".", 0)
        os.chmod(job.scratch / "d", 0)
        yield Part("buried")


class Libraries:
    """What torch says of its threads and its seed."""

    def probe(self, job):
        import torch

        yield Part(
            "torch",
            {
                "threads": torch.get_num_threads(),
                "deterministic": torch.are_deterministic_algorithms_enabled(),
                "random": torch.rand(3).tolist(),
                "sum": float((torch.ones(256, 256) @ torch.ones(256, 256)).sum()),
            },
        )
