"""Each hostile network ends right, leaves nothing, and the next run is served."""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from analysis.contract import CheckError, Limits, Part, Refused, Unsupported
from tests.workers.sandbox.conftest import LIMITS, make_job
from workers.sandbox import cgroups
from workers.sandbox.outcomes import Died, Level, Reason, Report
from workers.sandbox.runner import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]


def limits(**changes: Any) -> Limits:
    known = {name: getattr(LIMITS, name) for name in LIMITS.__slots__}
    return Limits(**(known | changes))


def run(
    sandbox: Sandbox,
    name: str,
    files: dict[str, Path] | None = None,
    inputs: Path | None = None,
    **changes: Any,
) -> tuple[list[Part], Report]:
    """All parts of one run and its report."""
    with sandbox.run(make_job(**changes), files or {}, inputs, target=f"hostile:{name}") as session:
        parts = list(session.parts())
    return parts, session.report


def death_of(sandbox: Sandbox, name: str, **changes: Any) -> Died:
    with pytest.raises(Died) as caught:
        run(sandbox, name, **changes)
    return caught.value


def processes_of(uid: int) -> list[int]:
    """All processes of a user, as the kernel says."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            lines = (folder / "status").read_text().splitlines()
        except OSError:
            continue
        if any(line.split()[1:2] == [str(uid)] for line in lines if line.startswith("Uid:")):
            found.append(int(folder.name))
    return found


def settled(uid: int, most: int = 3, seconds: float = 5.0) -> bool:
    """Whether only the fork server is left: two processes of bubblewrap and the zygote."""
    deadline = time.monotonic() + seconds
    while len(processes_of(uid)) > most and time.monotonic() < deadline:
        time.sleep(0.02)
    return len(processes_of(uid)) <= most


@pytest.fixture(autouse=True)
def nothing_is_left(sandbox):
    """After each test: no process, no staged file, no cgroup; and the next run is served."""
    yield
    parts, _ = run(sandbox, "Honest")
    assert parts[0].values["scratch"] == []
    if (uid := sandbox._server.plan.uid) is not None:
        assert settled(uid)
    assert not list(sandbox._staging.runs.iterdir())
    if (where := sandbox._hierarchy) is not None:
        assert not list(where.memory.glob(f"{cgroups.PREFIX}{os.getpid()}-*"))
        assert not list(where.pids.glob(f"{cgroups.PREFIX}{os.getpid()}-*"))


@pytest.mark.parametrize(
    ("name", "reason", "changes"),
    [
        ("Greedy", Reason.OUT_OF_MEMORY, {}),
        ("GreedyInMany", Reason.OUT_OF_MEMORY, {}),
        ("Sleeper", Reason.TIMEOUT, {"limits": limits(wall_s=1.0)}),
        ("Deaf", Reason.TIMEOUT, {"limits": limits(wall_s=1.0)}),
        ("ForkBomb", Reason.PROCESS_LIMIT, {}),
        ("ThreadBomb", Reason.PROCESS_LIMIT, {}),
        ("TcpSocket", Reason.FORBIDDEN_CALL, {}),
        ("UdpSocket", Reason.FORBIDDEN_CALL, {}),
        ("UnixSocket", Reason.FORBIDDEN_CALL, {}),
        ("AbstractSocket", Reason.FORBIDDEN_CALL, {}),
        ("NetlinkSocket", Reason.FORBIDDEN_CALL, {}),
        ("SocketInChild", Reason.FORBIDDEN_CALL, {}),
        ("WritesWithoutEnd", Reason.SCRATCH_FULL, {}),
        ("Printer", Reason.OUTPUT_LIMIT, {}),
        ("SendsTooMuch", Reason.OUTPUT_LIMIT, {}),
        ("AnnouncesTooMuch", Reason.OUTPUT_LIMIT, {}),
        ("Garbage", Reason.BAD_OUTPUT, {}),
        ("HugeHeader", Reason.BAD_OUTPUT, {}),
        ("WrongCount", Reason.BAD_OUTPUT, {}),
        ("BeginsTwice", Reason.BAD_OUTPUT, {}),
        ("CutShort", Reason.EXIT, {}),
        ("LeavesWithoutResult", Reason.EXIT, {}),
        ("Broken", Reason.EXIT, {}),
        ("Crashes", Reason.SIGNAL, {}),
        ("KillsItself", Reason.SIGNAL, {}),
    ],
)
def test_a_hostile_network_dies_for_the_right_reason(sandbox, name, reason, changes):
    died = death_of(sandbox, name, **changes)
    assert died.reason is reason
    assert died.detail.endswith((".", "'logits'"))


@pytest.mark.parametrize("name", ["Ptrace", "Bpf", "Unshare", "CloneUser", "Mount"])
def test_a_forbidden_system_call_ends_the_run_and_is_named(sandbox, name):
    died = death_of(sandbox, name)
    assert died.reason is Reason.FORBIDDEN_CALL
    word = {"CloneUser": "new namespaces"}.get(name, name.lower())
    assert word in died.detail


def test_another_processor_mode_is_killed(sandbox):
    assert death_of(sandbox, "X32").reason is Reason.FORBIDDEN_CALL


@pytest.mark.parametrize("name", ["IoUring", "NestedUserNamespace"])
def test_a_call_that_libraries_try_is_denied_quietly(sandbox, name):
    parts, _ = run(sandbox, name)
    assert parts[0].values == {"result": -1, "errno": 38}


def test_looking_for_ipv6_is_answered_noted_and_survived(sandbox):
    parts, report = run(sandbox, "LooksForIpv6")
    assert parts[0].values == {"errno": "EAFNOSUPPORT"}
    assert report.forbidden == ("socket (IPv6)",)


def test_a_fork_bomb_that_swallows_refusals_is_held_and_ends(sandbox):
    died = death_of(sandbox, "QuietForkBomb", limits=limits(wall_s=2.0))
    assert died.reason in (Reason.PROCESS_LIMIT, Reason.TIMEOUT)


@pytest.fixture
def outside(tmp_path):
    """A file that everybody may read and write, were there no wall."""
    folder = Path("/tmp") / f"assay-outside-{os.getpid()}"
    folder.mkdir(mode=0o755)
    (folder / "open").write_text("before")
    (folder / "open").chmod(0o666)
    yield folder / "open"
    (folder / "open").unlink()
    folder.rmdir()


def test_nothing_outside_scratch_can_be_written(sandbox, outside, tmp_path):
    blob = tmp_path / "blob"
    blob.write_text("weights")
    blob.chmod(0o666)
    parts, _ = run(
        sandbox,
        "WritesOutside",
        files={"config.json": blob},
        inputs=blob,
        options={"outside": str(outside)},
    )
    assert parts[0].values == {"worked": []}
    assert outside.read_text() == "before"
    assert blob.read_text() == "weights"


def test_no_secret_of_the_host_can_be_read(sandbox, outside):
    options = {
        "pid": os.getpid(),
        "secret": str(outside),
        "staging": str(sandbox._staging.runs),
    }
    parts, _ = run(sandbox, "ReadsSecrets", options=options)
    assert parts[0].values == {"worked": []}


def test_signals_stay_inside(sandbox):
    got = []
    former = signal.signal(signal.SIGUSR2, lambda *_: got.append(1))
    try:
        with contextlib.suppress(Died):  # kill -1 ends everything that is the run's own
            run(sandbox, "Signals", options={"pid": os.getpid()})
    finally:
        signal.signal(signal.SIGUSR2, former)
    assert got == []


def test_the_guard_cannot_be_looked_into(sandbox):
    parts, _ = run(sandbox, "LooksAtGuard")
    assert parts[0].values == {"worked": []}


def test_a_daemon_does_not_outlive_its_run(sandbox):
    parts, _ = run(sandbox, "Daemon")  # nothing_is_left looks for it
    assert parts[0].name == "left"


def test_a_run_that_lingers_after_its_end_is_ended(sandbox):
    parts, report = run(sandbox, "LingersAfterEnd")
    assert parts == []
    assert report.wall_s < 10


def test_the_next_run_finds_nothing(sandbox):
    left, _ = run(sandbox, "Leaves")
    assert left[0].values["places"]
    found, _ = run(sandbox, "Finds")
    assert found[0].values == {"places": []}


def test_a_folder_too_deep_is_removed_all_the_same(sandbox):
    assert run(sandbox, "Buries")[0][0].name == "buried"


def test_what_is_printed_is_kept_short_and_clean(sandbox):
    _, report = run(sandbox, "PrintsControl")
    assert report.output == "red \ufffd\ufffd plain\n"


@pytest.mark.parametrize(
    ("name", "kind", "missing"),
    [
        ("Unable", Unsupported, "split"),
        ("Unwilling", Refused, "weights"),
        ("Doubtful", CheckError, None),
    ],
)
def test_what_the_check_says_arrives_as_it_was_said(sandbox, name, kind, missing):
    with pytest.raises(CheckError) as caught:
        run(sandbox, name)
    assert type(caught.value) is kind
    assert getattr(caught.value, "missing", None) == missing


def test_the_levels_are_the_ones_asked_for(sandbox):
    _, report = run(sandbox, "Honest")
    assert report.level is sandbox.level
    assert report.level in (Level.FULL, Level.WATCHED, Level.LANDLOCK)
