"""Which level of the sandbox this machine gives: found by trying to break out, never by looking.

Outside half: lays bait (a listening port, sockets, a secret, a writable file), has the attempts
run in a real run, and counts a level only where every one of them failed.
"""

import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from analysis.contract import JSON, CheckError, Job, Limits
from workers.sandbox.limits import most_tasks
from workers.sandbox.outcomes import LADDER, Died, Level, Reason, SandboxUnavailable
from workers.sandbox.session import Session

ENVIRONMENT = "ASSAY_SANDBOX_MAX_LEVEL"
_LIMITS = Limits(
    wall_s=60.0, memory_bytes=192 << 20, scratch_bytes=8 << 20, output_bytes=1 << 20, processes=8
)
Start = Callable[[Job, str], Session]


def highest(wanted: Level | None) -> Level:
    """The rung to begin with: the caller's, lowered by the environment (for tests, for trouble).

    Raises ValueError where the environment names no level.
    """
    named = os.environ.get(ENVIRONMENT)
    rungs = [rung for rung in (wanted, Level(named) if named else None) if rung is not None]
    return max(rungs, key=LADDER.index, default=LADDER[0])


def is_at_least(level: Level, wanted: Level) -> bool:
    """Whether ``level`` is as strong as ``wanted``."""
    return LADDER.index(level) <= LADDER.index(wanted)


def break_outs(start: Start) -> list[str]:
    """What a run could do that it must not; empty where the walls hold.

    Raises SandboxUnavailable where not even this run could be made.
    """
    with _bait() as options:
        job = _job({**options, "tasks": most_tasks(_LIMITS, os.cpu_count() or 1)})
        worked = _attempts(start, job)
        if (Path(str(options["folder"])) / "open").read_text():
            worked.append("writing a file of the host")
    if _can_eat_without_end(start, _job({})):
        worked.append("memory without end")
    return worked


def _attempts(start: Start, job: Job) -> list[str]:
    try:
        with start(job, "workers.sandbox.attempts:Attempts") as session:
            values = next(session.parts()).values
    except (Died, CheckError, StopIteration) as error:
        raise SandboxUnavailable(f"The sandbox could not be tried: {error}") from error
    return [name for name, worked in values.items() if worked]


def _can_eat_without_end(start: Start, job: Job) -> bool:
    try:
        with start(job, "workers.sandbox.attempts:Hunger") as session:
            return bool(list(session.parts()))
    except Died as died:
        return died.reason is not Reason.OUT_OF_MEMORY


def _job(options: Mapping[str, JSON]) -> Job:
    return Job(
        check="",
        snapshot=Path(),
        inputs=None,
        rows=0,
        columns=(),
        device="cpu",
        seed=0,
        options=options,
        limits=_LIMITS,
    )


@contextmanager
def _bait() -> Iterator[dict[str, JSON]]:
    """Everything that would be there for the taking, were there no wall."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assay-bait-")))
        folder.chmod(0o755)
        (folder / "secret").write_text(secrets.token_hex(8))
        (folder / "secret").chmod(0o644)
        (folder / "open").touch()
        (folder / "open").chmod(0o666)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", tcp.getsockname()[1]))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind(str(folder / "socket"))
        unix.listen()
        (folder / "socket").chmod(0o666)
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        name = f"assay-bait-{secrets.token_hex(4)}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        yield {
            "port": tcp.getsockname()[1],
            "abstract": name,
            "folder": str(folder),
            "pid": os.getpid(),
        }
