"""Runs all of Assay on one machine: servers, migrations, web, beat, workers, a folder hub."""

import contextlib
import functools
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from django.db import connection
from kombu.exceptions import OperationalError

from registry import celery, embedded, environment, tables
from registry.children import Child, Task, adopt_orphans, kill_descendants, stop_all
from registry.collecting import collected
from registry.ports import answers, listen, listen_near, require_free

BASE_DIR = Path(__file__).resolve().parent.parent
PING_S = 1.0
LOOK_EVERY_S = 5.0
READY_WITHIN_S = 60.0
# A worker is asked to finish what it does, then to drop it: the run is taken up again later.
WORKER_STOP = ((signal.SIGTERM, 5.0), (signal.SIGQUIT, 5.0))


class Writable(Protocol):
    """A stream of text."""

    def write(self, text: str, /) -> object:
        """Take a piece of text."""

    def flush(self) -> None:
        """Pass on what was taken."""


@dataclass(frozen=True, slots=True)
class Group:
    """Queues that one worker serves, and in how many processes."""

    name: str
    queues: tuple[str, ...]
    processes: int


GROUPS = (
    Group("io", ("io",), 2),
    Group("checks", ("files", "cpu"), 1),
    Group("gpu", ("gpu",), 1),
)


def has_gpu() -> bool:
    """Say whether the machine shows an NVIDIA device, without loading torch."""
    return any(Path("/dev").glob("nvidia[0-9]*"))


def groups_of_machine(*, mirror: bool = False) -> list[Group]:
    """Return the groups that this machine can serve; three processes may wait for a hub."""
    io = replace(GROUPS[0], processes=GROUPS[0].processes + (3 if mirror else 0))
    return [io, *(group for group in GROUPS[1:] if group.name != "gpu" or has_gpu())]


# -- the processes


def worker_task(group: Group, prefix: str = "") -> Task:
    """Describe a Celery worker. ``prefix`` keeps its name apart from that of another one."""
    command = [sys.executable, "-m", "celery", "-A", "registry", "worker"]
    command += ["-Q", ",".join(group.queues), "-n", f"{prefix}{group.name}@%h"]
    command += ["--concurrency", str(group.processes), "--pool", "prefork"]
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    name = f"{prefix}worker-{group.name}"
    return Task(name, command, stop=WORKER_STOP)


def web_task(listener: int) -> Task:
    """Describe the web server on a socket that listens already, so that no request is refused."""
    workers = max(1, min(2, os.cpu_count() or 1))
    command = [sys.executable, "-m", "gunicorn", "registry.wsgi:application"]
    command += ["--bind", f"fd://{listener}", "--worker-class", "gthread", "--threads", "8"]
    command += ["--workers", str(workers), "--timeout", "60", "--graceful-timeout", "3"]
    command += ["--no-control-socket", "--log-level", "info"]
    return Task("web", command, orphaned=signal.SIGTERM, pass_fds=(listener,))


def streams_task(listener: int) -> Task:
    """Describe the stream server, on a socket that listens already."""
    command = [sys.executable, "-m", "registry.streams", "--fd", str(listener)]
    return Task("streams", command, orphaned=signal.SIGTERM, pass_fds=(listener,))


def beat_task() -> Task:
    """Describe Celery's clock, whose memory is the database."""
    command = [sys.executable, "-m", "celery", "-A", "registry", "beat", "--loglevel", "WARNING"]
    return Task("beat", [*command, "--pidfile", ""])


def hub_task(folder: Path, port: int) -> Task:
    """Describe the folder hub."""
    manage = str(BASE_DIR / "manage.py")
    return Task("hub", [sys.executable, manage, "hub", str(folder), "--port", str(port)])


def child_environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of children: ours, the folder, and defaults for what is not set."""
    fixed = {"ASSAY_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    fixed["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE", "registry.settings")
    return {**more, **os.environ, **fixed}


# -- everything, until Ctrl-C


@dataclass(slots=True)
class Options:
    """What ``manage.py up`` was asked for."""

    host: str = "127.0.0.1"
    port: int = 8000
    streams_port: int = 0  # 0: the one after ``port``, or the next one that is free
    hub: Path | None = None
    hub_port: int = 8001
    workers: bool = True
    mirror: bool = False


class Supervisor:
    """Starts all processes of Assay, keeps them running, stops them."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self.options = options
        self.say = say
        self.home = Path(os.path.realpath(environment.home()))
        self.children: list[Child] = []
        self.asked_to_stop = 0
        self.is_ready = False
        self.events = self.home / "logs" / "services.log"
        self.heard = 0

    def run(self) -> None:
        """Run until SIGINT or SIGTERM; a second one does not wait. Raises EmbeddedError."""
        adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        try:
            with (
                listen(self.options.host, self.options.port) as listener,
                self.listen_for_streams() as streams,
            ):
                if self.options.hub is not None:
                    require_free("127.0.0.1", self.options.hub_port)
                self.say(f"Starting Assay in {self.home}.")
                embedded.start(self.home)
                if not self.asked_to_stop:
                    self.prepare_database()
                    self.start_children(listener.fileno(), streams)
                self.watch()
        finally:
            self.stop()

    def listen_for_streams(self) -> socket.socket:
        """Return the socket of the stream server. Raises EmbeddedError."""
        options = self.options
        if options.streams_port:
            return listen(options.host, options.streams_port)
        taken = {options.hub_port} if options.hub is not None else set()
        return listen_near(options.host, options.port, taken)

    def prepare_database(self) -> None:
        """Migrate, and leave no connection open. Raises EmbeddedError."""
        try:
            done = tables.migrate()
        finally:
            connection.close()
        if done:
            self.say(f"The database was brought up to date by {done} migrations.")

    def ask_to_stop(self, *_: object) -> None:
        """Signal handler."""
        self.asked_to_stop += 1

    def start_children(self, listener: int, streams: socket.socket) -> None:
        """Start web, streams, beat, workers and, where one is named, the folder hub."""
        self.heard = self.events.stat().st_size if self.events.exists() else 0
        options = self.options
        tasks = [web_task(listener), streams_task(streams.fileno())]
        more = {"ASSAY_PUBLIC_URL": self.address()}
        more |= {
            "ASSAY_STREAMS_URL": self.streams_address(streams),
            "ASSAY_STATIC": str(collected(self.home)),
        }
        if options.hub is not None:
            tasks.append(hub_task(options.hub, options.hub_port))
            more["ASSAY_HUB"] = f"http://127.0.0.1:{options.hub_port}"
        more |= {"ASSAY_MIRROR": "1"} if options.mirror else {}
        if options.workers:
            groups = groups_of_machine(mirror=options.mirror or environment.flag("ASSAY_MIRROR"))
            tasks += [beat_task(), *map(worker_task, groups)]
        logs = self.home / "logs"
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        env = child_environment(self.home, **more)
        for task in tasks:
            child = Child(task, env, BASE_DIR, logs, self.say)
            self.children.append(child)
            child.start()

    def streams_address(self, streams: socket.socket) -> str:
        """Return where browsers reach the stream server: beside the pages, wherever those are."""
        base, _, port = os.environ.get("ASSAY_PUBLIC_URL", self.address()).rpartition(":")
        return f"{base}:{streams.getsockname()[1]}" if port.isdecimal() else ""

    def address(self) -> str:
        """Return the URL under which a browser on this machine reaches the web server."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.options.host, self.options.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.options.port}"

    def watch(self) -> None:
        """Look after everything until somebody asks to stop."""
        looked_at = 0.0
        while not self.asked_to_stop:
            now = time.monotonic()
            for child in self.children:
                child.watch(now)
            if now - looked_at > 1.0:
                looked_at = now
                self.look_at_servers()
            if not self.is_ready:
                self.announce()
            self.reap()
            time.sleep(0.1)

    def look_at_servers(self) -> None:
        """Start servers again that lost their keeper; pass on what keepers wrote down."""
        try:
            embedded.renew()
        except embedded.EmbeddedError as error:
            self.say(str(error))
        with contextlib.suppress(OSError), self.events.open() as events:
            size = os.fstat(events.fileno()).st_size
            events.seek(self.heard if self.heard <= size else 0)
            for line in events:
                self.say(line.strip())
            self.heard = events.tell()

    def announce(self) -> None:
        """Print the address as soon as the web server answers."""
        url = self.address()
        host = url.removeprefix("http://").rpartition(":")[0].strip("[]")
        if answers(host, self.options.port):
            self.is_ready = True
            self.say(f"Assay is at {url} (Ctrl-C stops it; logs are in {self.home / 'logs'}).")

    def reap(self) -> None:
        """Let adopted orphans go that have ended, and leave our own children to their owners."""
        with contextlib.suppress(ChildProcessError):
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            own = {child.process.pid for child in self.children if child.process}
            if ended is not None and ended.si_pid not in own | embedded.keepers():
                os.waitpid(ended.si_pid, os.WNOHANG)

    def stop(self) -> None:
        """End every process that this one started, and what they started."""
        if self.children:
            self.say("Stopping.")
        asked = max(1, self.asked_to_stop)
        stop_all(self.children, hurry=lambda: self.asked_to_stop > asked)
        keepers = embedded.keepers()  # those that live on have other users
        embedded.stop()
        kill_descendants(spared=keepers)


# -- workers for one command


def served() -> set[str]:
    """Return the queues that a live worker answers for, after waiting for PING_S.

    Raises EmbeddedError where the broker does not answer.
    """
    with celery.app.connection_for_read() as broker:
        lost: tuple[type[BaseException], ...]
        lost = (OperationalError, *broker.connection_errors, *broker.channel_errors)
    try:
        answer = celery.app.control.inspect(timeout=PING_S).active_queues() or {}
    except lost as error:
        raise embedded.EmbeddedError(f"The broker cannot be used: {error}") from error
    return {queue["name"] for queues in answer.values() for queue in queues}


@contextlib.contextmanager
def workers(queues: Sequence[str] = ("io", "files", "cpu")) -> Iterator[None]:
    """Have a worker for each of the queues for as long as the block lasts.

    Queues that a live worker serves are left to it; for the others workers are started and, at
    the end, stopped. Raises EmbeddedError where one does not come up within READY_WITHIN_S.
    """
    home = Path(os.path.realpath(environment.home()))
    nurse = Nurse(frozenset(queues), home)
    nurse.look()
    # The kernel ends a child when the thread that started it ends, so one thread does it all.
    thread = threading.Thread(target=nurse.tend, name="workers")
    thread.start()
    try:
        if nurse.groups:
            nurse.wait_until_served()
        yield
    finally:
        nurse.done.set()
        thread.join()


class Nurse:
    """Keeps workers for the queues that nobody else serves, also when others leave later."""

    def __init__(self, queues: frozenset[str], home: Path) -> None:
        self.queues = queues
        self.logs = home / "logs"
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.env = child_environment(home)
        self.say = functools.partial(print_line, sys.stderr)
        self.groups: list[Group] = []
        self.done = threading.Event()

    def look(self) -> None:
        """Add the groups for which no worker answers. Raises EmbeddedError."""
        missing = self.queues - served()
        self.groups += [g for g in GROUPS if missing & set(g.queues) and g not in self.groups]

    def tend(self) -> None:
        """Start workers, start them again when they die, and stop them when it is done."""
        prefix = f"once-{os.getpid()}-"
        children: list[Child] = []
        looked_at = time.monotonic()
        while not self.done.wait(0.1):
            for group in self.groups[len(children) :]:
                task = worker_task(group, prefix)
                child = Child(task, self.env, BASE_DIR, self.logs, self.say)
                children.append(child)
                child.start()
            for child in children:
                child.watch(time.monotonic())
            if time.monotonic() - looked_at > LOOK_EVERY_S:
                with contextlib.suppress(embedded.EmbeddedError):  # the broker comes back
                    self.look()
                looked_at = time.monotonic()
        stop_all(children)

    def wait_until_served(self) -> None:
        """Wait until all queues have a worker. Raises EmbeddedError."""
        until = time.monotonic() + READY_WITHIN_S
        while not self.queues <= served():
            if time.monotonic() > until:
                raise embedded.EmbeddedError(
                    f"No worker came up for {', '.join(sorted(self.queues))} within "
                    f"{READY_WITHIN_S:.0f} s (logs are in {self.logs})."
                )


def print_line(stream: Writable, line: str) -> None:
    """Write one line at once, from whichever thread."""
    stream.write(f"{line}\n")
    stream.flush()
