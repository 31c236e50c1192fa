"""How a run in the sandbox can end, in words that a person can read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How strong the walls around a run are. Part of the evidence of every finding."""

    FULL = "bubblewrap+cgroup+seccomp"  # S3
    WATCHED = "bubblewrap+seccomp"  # S2: memory is kept by a watcher, not by the kernel
    LANDLOCK = "landlock+seccomp"  # S1: no namespaces; never the author's own code
    FORMATS_ONLY = "formats-only"  # S0: a process with limits; only formats that cannot run code


LADDER = (Level.FULL, Level.WATCHED, Level.LANDLOCK, Level.FORMATS_ONLY)


class Reason(StrEnum):
    """Why a run died. Each is a fault of the network or of its code, never of this machine."""

    OUT_OF_MEMORY = "out-of-memory"
    TIMEOUT = "timeout"
    OUTPUT_LIMIT = "output-limit"
    SCRATCH_FULL = "scratch-full"
    PROCESS_LIMIT = "process-limit"
    FORBIDDEN_CALL = "forbidden-call"
    SIGNAL = "signal"
    EXIT = "exit"
    BAD_OUTPUT = "bad-output"
    SANDBOX = "sandbox"


class Died(Exception):  # noqa: N818 - reads as the state that it becomes
    """The run ended without a result. ``detail`` is one plain sentence for people."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The caller's beat said that this run is no longer wanted."""


class SandboxUnavailable(Exception):  # noqa: N818 - the state of this machine
    """This machine could not give the run its sandbox: never the network's fault, try again."""


@dataclass(slots=True)
class Report:
    """What a run used and left. Seconds and bytes; filled in as the run goes on.

    ``start_s`` is the time from the request to the first line inside; ``peak_memory_bytes`` is the
    kernel's peak of the run's cgroup, scratch files included, or else the highest sample.
    ``output`` is the end of what was printed, cleaned. ``forbidden`` names the denied calls.
    """

    level: Level
    start_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_memory_bytes: int = 0
    output: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    threads: int = 0
    exit: int | None = None
    forbidden: tuple[str, ...] = ()


@dataclass(slots=True)
class Facts:
    """What is known about the end of a run, from outside and from its guard."""

    stopped_for: Reason | None = None  # the supervisor ended it
    exit: int | None = None  # negative: the signal
    forbidden: tuple[str, ...] = ()  # calls that ended the run
    out_of_memory: bool = False
    too_many_processes: bool = False
    scratch_full: bool = False
    error: str = ""  # the exception that ended the check, one line
    error_reason: Reason | None = None
    guard_spoke: bool = False


_SIGSYS = 31


def diagnose(facts: Facts, wall_s: float, processes: int) -> Died:
    """Choose the one reason that explains the most, and say it."""
    if facts.forbidden or facts.exit == -_SIGSYS:
        what = ", ".join(facts.forbidden) or "a system call"
        return Died(Reason.FORBIDDEN_CALL, f"It tried what no network may do: {what}.")
    if facts.stopped_for is Reason.OUT_OF_MEMORY or facts.out_of_memory:
        return Died(Reason.OUT_OF_MEMORY, "It needed more memory than a run may use.")
    if facts.stopped_for in (Reason.OUTPUT_LIMIT, Reason.BAD_OUTPUT):
        return Died(facts.stopped_for, facts.error or "It answered with more than a run may send.")
    if facts.too_many_processes or facts.error_reason is Reason.PROCESS_LIMIT:
        return Died(
            Reason.PROCESS_LIMIT, f"It started more than the {processes} processes of a run."
        )
    if facts.stopped_for is Reason.TIMEOUT:
        return Died(Reason.TIMEOUT, f"It was not done after {wall_s:g} seconds.")
    return _own_end(facts)


def _own_end(facts: Facts) -> Died:
    """The run ended by itself: full scratch, an exception, a signal, or silence."""
    if facts.error_reason is Reason.OUT_OF_MEMORY:
        return Died(Reason.OUT_OF_MEMORY, "It needed more memory than a run may use.")
    full = facts.scratch_full or facts.stopped_for is Reason.SCRATCH_FULL
    if full or facts.error_reason is Reason.SCRATCH_FULL:
        return Died(Reason.SCRATCH_FULL, "It wrote more than fits into a run's scratch space.")
    if facts.error:
        return Died(Reason.EXIT, f"It ended with an error: {facts.error}")
    if facts.exit is not None and facts.exit < 0:
        return Died(Reason.SIGNAL, f"It was ended by signal {-facts.exit}.")
    if facts.guard_spoke:
        return Died(Reason.EXIT, f"It ended with exit code {facts.exit} and without a result.")
    return Died(Reason.SANDBOX, "The sandbox of this run ended without saying why.")
