"""A level counts only where breaking out was tried and failed; otherwise the next rung."""

import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.workers.sandbox.conftest import HOSTILE, make_job
from tests.workers.sandbox.test_hostile import processes_of, settled
from workers.sandbox import cgroups, ladder
from workers.sandbox.outcomes import LADDER, Died, Level, Reason, SandboxUnavailable
from workers.sandbox.plan import PROJECT
from workers.sandbox.runner import Sandbox
from workers.sandbox.staging import Staging

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to take something away")

SCRIPT = """
import sys
sys.path.insert(0, {project!r})
from pathlib import Path
from analysis.contract import Job
from workers.sandbox.runner import Sandbox
sandbox = Sandbox(Path({home!r}), preload=(), code={{"hostile.py": Path({hostile!r})}})
sandbox.start()
job = Job("", Path(), None, 0, (), "cpu", 0)
with sandbox.run(job, {{}}, target="hostile:{target}") as session:
    print(sandbox.level, sandbox._server.plan.uid, flush=True)
    list(session.parts())
print("done", flush=True)
sandbox.close()
"""


def script(home: Path, target: str = "Honest") -> str:
    hostile = str(HOSTILE["hostile.py"])
    return SCRIPT.format(project=str(PROJECT), home=str(home), hostile=hostile, target=target)


def test_the_environment_and_the_caller_can_only_lower_the_level(monkeypatch):
    monkeypatch.delenv(ladder.ENVIRONMENT, raising=False)
    assert ladder.highest(None) is Level.FULL
    monkeypatch.setenv(ladder.ENVIRONMENT, Level.LANDLOCK)
    assert ladder.highest(None) is Level.LANDLOCK
    assert ladder.highest(Level.FULL) is Level.LANDLOCK
    assert ladder.highest(Level.FORMATS_ONLY) is Level.FORMATS_ONLY
    monkeypatch.setenv(ladder.ENVIRONMENT, "strong")
    with pytest.raises(ValueError, match="strong"):
        ladder.highest(None)


@pytest.mark.parametrize(("level", "weaker"), list(pairwise(LADDER)))
def test_the_order_of_the_ladder(level, weaker):
    assert ladder.is_at_least(level, weaker)
    assert not ladder.is_at_least(weaker, level)


def test_too_weak_a_sandbox_is_refused_never_used(home):
    sandbox = Sandbox(home, max_level=Level.LANDLOCK, min_level=Level.WATCHED, preload=())
    with pytest.raises(SandboxUnavailable, match="strong enough"):
        sandbox.start()
    with pytest.raises(SandboxUnavailable):
        sandbox.run(make_job(), {}, target="hostile:Honest")


def test_without_a_cgroup_the_watcher_keeps_the_memory(home, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSAY_CGROUP", str(tmp_path))
    with Sandbox(home, preload=(), code=HOSTILE) as sandbox:
        assert sandbox.level is Level.WATCHED
        assert sandbox.fallen[0][0] is Level.FULL


@as_root
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="there is no bubblewrap to hide")
def test_without_bubblewrap_the_next_rung_is_taken(home):
    command = 'mount --bind /bin/false /usr/bin/bwrap && exec "$0" -c "$1"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", command, sys.executable, script(home)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(Level.LANDLOCK)
    assert done.stdout.endswith("done\n")


def broken_copy(folder: Path, file: str, before: str, after: str) -> dict[str, Path]:
    """The package with one wall taken out."""
    copy = folder / "sandbox"
    shutil.copytree(PROJECT / "workers" / "sandbox", copy)
    text = (copy / file).read_text()
    assert before in text
    (copy / file).write_text(text.replace(before, after))
    return HOSTILE | {"workers/sandbox": copy}


@pytest.mark.parametrize(
    ("level", "file", "before", "after", "found"),
    [
        (
            Level.LANDLOCK,
            "landlock.py",
            "    abi = version()\n    if abi < 1:",
            "    return\n    abi = 1\n    if abi < 1:",
            "reading a file of the host",
        ),
        (
            Level.WATCHED,
            "guard.py",
            "limits.apply(self._limits, bound_memory=bound)",
            "bound",
            "too many processes",
        ),
        (
            Level.WATCHED,
            "guard.py",
            "        kernel.drop_capabilities()\n        kernel.no_new_privileges()\n        try:\n"
            "            self._listener = seccomp.install()",
            "        try:\n            pass",
            "a mount",
        ),
    ],
)
def test_a_missing_wall_is_noticed_and_costs_the_level(
    home, tmp_path, level, file, before, after, found
):
    code = broken_copy(tmp_path, file, before, after)
    sandbox = Sandbox(home, max_level=level, min_level=level, preload=(), code=code)
    with pytest.raises(SandboxUnavailable) as caught:
        sandbox.start()
    assert found in str(caught.value)


def test_the_lowest_rung_stages_no_pickle_and_no_code(home, tmp_path):
    blob = tmp_path / "blob"
    blob.write_text("{}")
    files = dict.fromkeys(["config.json", "model.safetensors", "x.bin", "modeling.py"], blob)
    level = Level.FORMATS_ONLY
    with Sandbox(home, max_level=level, preload=(), code=HOSTILE) as sandbox:
        job = make_job(allow_code=True)
        with sandbox.run(job, files, target="hostile:Honest") as session:
            (seen,) = session.parts()
        assert session.report.level is level
        greedy = sandbox.run(make_job(), files, target="hostile:Greedy")
        with greedy, pytest.raises(Died) as caught:
            list(greedy.parts())
    assert seen.values["files"] == ["config.json", "model.safetensors"]
    assert seen.values["allow_code"] is False
    assert caught.value.reason is Reason.OUT_OF_MEMORY


@as_root
def test_an_unprivileged_worker_has_the_same_walls(tmp_path_factory):
    python = shutil.which("python3", path="/usr/bin")
    is_new = "import sys; sys.exit(sys.version_info < (3, 11))"
    if python is None or subprocess.run([python, "-c", is_new], check=False).returncode:
        pytest.skip("no system Python 3.11 that another user can run")
    home = Path(f"/tmp/assay-unprivileged-{os.getpid()}")
    home.mkdir(mode=0o700)
    uid = 60_000 + os.getpid() % 4_000
    os.chown(home, uid, uid)
    try:
        become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        done = subprocess.run(
            [*become, python, "-c", script(home)], capture_output=True, text=True, check=True
        )
    finally:
        shutil.rmtree(home)
    assert done.stdout == f"{Level.WATCHED} None\ndone\n"


@as_root
def test_a_worker_that_is_killed_leaves_nothing_running(tmp_path):
    worker = subprocess.Popen(
        [sys.executable, "-c", script(tmp_path, "Sleeper")], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    level, uid = worker.stdout.readline().split()
    assert level in (Level.FULL, Level.WATCHED)
    assert processes_of(int(uid))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    assert settled(int(uid), most=0)
    Staging(tmp_path / "sandbox").close()  # the next worker sweeps
    assert not list((tmp_path / "sandbox").glob(f"worker-{worker.pid}-*"))
    where = cgroups.find()
    if where is not None:
        deadline = time.monotonic() + 5
        while list(where.memory.glob(f"assay-{worker.pid}-*")) and time.monotonic() < deadline:
            cgroups.sweep(where)
        assert not list(where.memory.glob(f"assay-{worker.pid}-*"))
