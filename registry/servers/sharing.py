"""One server, many users: how commands begin, share and leave an embedded server.

Three locks, each held by the kernel for the process that took it, so that none outlives its owner:
``start`` is held by the one command that starts or looks; ``users`` is shared by all who use the
server; ``keeper`` is held by the keeper for as long as it lives.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from registry.servers import keeper
from registry.servers.keeper import Spec, open_lock, try_lock

SAY_AFTER_S = 2.0
START_WITHIN_S = 180.0
LEAVE_WITHIN_S = 30.0


class EmbeddedError(Exception):
    """An embedded server cannot be used. The message is one plain sentence for people."""


def say(sentence: str) -> None:
    """Tell the person at the terminal; there is no logging yet when servers are started."""
    sys.stderr.write(f"assay: {sentence}\n")


@dataclass(slots=True)
class Use:
    """This process's use of one server, from ``enter`` to ``leave``."""

    spec: Spec
    prepare: Callable[[], None]
    users: int
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)


@contextlib.contextmanager
def alone(
    spec: Spec, within_s: float = START_WITHIN_S, say_after_s: float = SAY_AFTER_S
) -> Iterator[None]:
    """Be the only one who starts this server or looks for it. Raises EmbeddedError."""
    path = spec.lock("start")
    lock = open_lock(path)
    try:
        began, said = time.monotonic(), False
        while not try_lock(lock):
            waited = time.monotonic() - began
            holder = keeper.read_pid(path)
            if waited > within_s:
                raise EmbeddedError(
                    f"{spec.title} is being started by process {holder}, which has not finished "
                    f"for {waited:.0f} s; end that process and try again."
                )
            if waited > say_after_s and not said:
                said = True
                say(f"Waiting for process {holder}, which holds {path}.")
            time.sleep(0.02)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def enter(spec: Spec, prepare: Callable[[], None], after: Callable[[], None]) -> Use:
    """Begin to use a server, starting it where it does not run. Raises EmbeddedError.

    ``prepare`` makes its folders before it is started, ``after`` what must be in it; both run
    while no other process can start or stop the server.
    """
    users = -1
    try:
        Path(spec.locks).mkdir(mode=0o700, exist_ok=True)
        with alone(spec):
            users = open_lock(spec.lock("users"))
            fcntl.flock(users, fcntl.LOCK_SH)
            use = Use(spec, prepare, users)
            ensure_running(use)
            after()
            return use
    except OSError as error:
        if users >= 0:
            os.close(users)
        raise EmbeddedError(f"{spec.title} cannot be used: {error}.") from error
    except BaseException:
        if users >= 0:
            os.close(users)
        raise


def ensure_running(use: Use) -> None:
    """Start the keeper unless it lives, and wait for the server. The caller is ``alone``."""
    spec = use.spec
    lock = open_lock(spec.lock("keeper"))
    try:
        if not try_lock(lock):
            wait_for(spec)
            return
        use.prepare()
        use.children.append(start_keeper(spec, lock))
    finally:
        os.close(lock)  # the keeper holds it from here on


def start_keeper(spec: Spec, lock: int) -> subprocess.Popen[bytes]:
    """Start the keeper with the lock in its hands. Raises EmbeddedError when the server fails."""
    heard, told = os.pipe()
    try:
        with Path(spec.log).open("ab") as log:
            child = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", keeper.__file__, spec.to_json(), str(told), str(lock)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                pass_fds=(told, lock),
                start_new_session=True,
            )
        os.close(told)
        told = -1
        listen(spec, heard)
        return child
    finally:
        os.close(heard)
        if told >= 0:
            os.close(told)


def listen(spec: Spec, heard: int) -> None:
    """Pass on what a new keeper says until its server is ready. Raises EmbeddedError."""
    buffer = b""
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until:
        if not select.select([heard], [], [], 1.0)[0]:
            continue
        piece = os.read(heard, 65536)
        if not piece:
            raise EmbeddedError(f"{spec.title} did not start: its keeper ended (see {spec.log}).")
        *lines, buffer = (buffer + piece).split(b"\n")
        for line in lines:
            message: dict[str, str] = json.loads(line)
            if "note" in message:
                say(message["note"])
            elif "error" in message:
                raise EmbeddedError(message["error"])
            else:
                return
    raise EmbeddedError(f"{spec.title} did not start within {START_WITHIN_S:.0f} s.")


def wait_for(spec: Spec) -> None:
    """Wait until a server that has a keeper answers. Raises EmbeddedError."""
    until = time.monotonic() + START_WITHIN_S
    while not keeper.is_ready(spec):
        if time.monotonic() > until:
            raise EmbeddedError(
                f"{spec.title} does not answer, though process "
                f"{keeper.read_pid(spec.lock('keeper'))} keeps it (see {spec.log})."
            )
        time.sleep(0.02)


def renew(use: Use) -> bool:
    """Start the keeper again where it was killed; True when it had to be. Raises EmbeddedError."""
    for child in use.children:
        child.poll()
    with alone(use.spec):
        lock = open_lock(use.spec.lock("keeper"))
        lost = try_lock(lock)
        os.close(lock)
        if lost:
            say(f"The keeper of {use.spec.title} is gone; it is started again.")
            ensure_running(use)
    return lost


def leave(use: Use, *, wait: bool) -> None:
    """Stop using a server. The last one to leave may wait until it has stopped."""
    try:
        fcntl.flock(use.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_last = True
    except OSError:
        is_last = False
    os.close(use.users)
    if is_last and wait:
        wait_until_gone(use.spec)
    for child in use.children:
        try:
            child.wait(LEAVE_WITHIN_S if is_last and wait else 0)
        except subprocess.TimeoutExpired:
            child.returncode = 0  # it lives on for others, and Python need not warn of that


def wait_until_gone(spec: Spec) -> None:
    """Wait until the keeper has ended, or somebody else has come."""
    until = time.monotonic() + LEAVE_WITHIN_S
    nudged = False
    while time.monotonic() < until:
        # The keeper holds the lock while it stops the server: nothing that anybody need be told.
        with alone(spec, say_after_s=START_WITHIN_S):
            lock, users = open_lock(spec.lock("keeper")), open_lock(spec.lock("users"))
            try:
                if try_lock(lock) or not try_lock(users):
                    return
                if not nudged:
                    with contextlib.suppress(OSError):
                        os.kill(keeper.read_pid(spec.lock("keeper")), signal.SIGUSR1)
                        nudged = True
            finally:
                os.close(lock)
                os.close(users)
        time.sleep(0.02)
