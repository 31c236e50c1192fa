"""The door: what a run gets and gives, how it is ended, when the fork server is replaced."""

import os
import signal
import time
from pathlib import Path

import pytest

from analysis.contract import Refused
from tests.workers.sandbox.conftest import HOSTILE, make_job
from workers.sandbox.outcomes import Cancelled, Died, Level, Reason, SandboxUnavailable
from workers.sandbox.runner import Sandbox
from workers.sandbox.session import Session

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]


def begin(sandbox: Sandbox, name: str, **changes) -> Session:
    return sandbox.run(make_job(**changes), {}, target=f"hostile:{name}")


@pytest.fixture
def own(home):
    """A sandbox of the test's own, to be broken."""
    with Sandbox(home, preload=(), code=HOSTILE) as sandbox:
        yield sandbox


def test_a_run_sees_its_files_and_nothing_of_the_worker(sandbox, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_SECRET", "never inside")
    blob, rows = tmp_path / "blob", tmp_path / "rows"
    blob.write_text("weights")
    rows.write_text("rows")
    job = make_job(allow_code=True, options={"batches": 2, "task": "x"})
    files = {"config.json": blob, "sub/modeling.py": blob}
    with sandbox.run(job, files, rows, target="hostile:Honest") as session:
        seen, *batches = session.parts()
    assert seen.values["files"] == ["config.json", "sub", "sub/modeling.py"]
    assert seen.values["inputs"] == "rows"
    assert seen.values["options"] == {"batches": 2, "task": "x"}
    assert "ASSAY_SECRET" not in seen.values["environment"]
    assert seen.values["uid"] not in (0, os.getuid())
    assert seen.values["allow_code"] is (sandbox.level is not Level.LANDLOCK)
    assert [part.arrays["y"].data[0] for part in batches] == [0, 1]


def test_the_report_says_what_the_run_used(sandbox):
    with begin(sandbox, "Honest") as session:
        list(session.parts())
    report = session.report
    assert 0 < report.start_s <= report.wall_s < 30
    assert report.cpu_s > 0
    assert 1 << 20 < report.peak_memory_bytes < 200 << 20
    assert report.exit == 0
    assert report.threads == len(os.sched_getaffinity(0))
    assert set(report.versions) == {"python"}
    assert "a word on stdout" in report.output
    assert "a word on stderr" in report.output


def test_parts_stream_and_stop_ends_the_run(sandbox):
    with begin(sandbox, "Endless") as session:
        parts = session.parts()
        numbers = [next(parts).values["number"] for _ in range(1000)]
        session.stop()
        assert len(list(parts)) == 0
    assert numbers == list(range(1000))
    assert session.report.wall_s < 30


def test_a_run_that_is_left_is_ended(sandbox):
    with begin(sandbox, "Sleeper"):
        pass
    with begin(sandbox, "Honest") as session:
        assert len(list(session.parts())) == 1


def test_the_beat_is_heard_and_can_cancel(full):
    beats = []

    def beat():
        beats.append(time.monotonic())
        return len(beats) < 2

    job = make_job()
    session = full.run(job, {}, target="hostile:Sleeper", on_beat=beat)
    with session, pytest.raises(Cancelled):
        list(session.parts())
    assert len(beats) == 2
    assert beats[1] - beats[0] < 5


def test_an_unknown_check_dies_and_does_not_hang(full):
    with begin(full, "NoSuchNetwork") as session, pytest.raises(Died) as caught:
        list(session.parts())
    assert caught.value.reason is Reason.EXIT


def test_names_that_leave_the_folder_are_refused_before_anything_runs(full, tmp_path):
    (tmp_path / "blob").touch()
    with pytest.raises(Refused):
        full.run(make_job(), {"../../etc/cron.d/x": tmp_path / "blob"}, target="hostile:Honest")
    with begin(full, "Honest") as session:
        assert list(session.parts())


def test_a_missing_blob_is_not_the_networks_fault(full, tmp_path):
    with pytest.raises(SandboxUnavailable):
        full.run(make_job(), {"w": tmp_path / "gone"}, target="hostile:Honest")


def test_a_fork_server_that_was_killed_is_replaced(own):
    former = own._server
    assert former is not None
    former._process.kill()
    former._process.wait()
    with begin(own, "Honest") as session:
        assert list(session.parts())
    assert own._server is not former


def test_a_fork_server_that_dies_in_mid_run_is_this_machines_fault(own):
    with begin(own, "Sleeper") as session:
        assert own._server is not None
        own._server._process.kill()
        with pytest.raises(SandboxUnavailable):
            list(session.parts())


def test_a_fork_server_is_replaced_after_its_runs_and_when_the_code_changes(home, tmp_path):
    code = tmp_path / "hostile.py"
    code.write_text(HOSTILE["hostile.py"].read_text())
    with Sandbox(home, preload=(), code={"hostile.py": code}, most_runs=4) as sandbox:
        servers, printed = [], ""
        for number in range(6):
            if number == 3:
                code.write_text(code.read_text().replace("a word on stdout", "another word"))
            with begin(sandbox, "Honest") as session:
                list(session.parts())
            servers.append(sandbox._server)
            printed = session.report.output
    assert "another word" in printed
    assert servers[1] is not servers[2]  # by the number: the two trials of the start count, too
    assert servers[2] is not servers[3]  # by the code


def test_a_process_that_inherited_a_sandbox_may_not_use_it(own):
    child = os.fork()
    if child == 0:
        try:
            begin(own, "Honest")
        except SandboxUnavailable:
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_closed_sandbox_starts_again_when_it_is_needed(home):
    sandbox = Sandbox(home, preload=(), code=HOSTILE)
    for _ in range(2):
        with begin(sandbox, "Honest") as session:
            assert list(session.parts())
        sandbox.close()
    assert not list((home / "sandbox").glob(f"worker-{os.getpid()}-*/runs/*"))


def test_a_preload_that_fails_is_said(home):
    sandbox = Sandbox(home, preload=("no_such_library",), code=HOSTILE)
    with pytest.raises(SandboxUnavailable, match="no_such_library"):
        sandbox.start()


def test_a_preload_that_starts_a_thread_is_refused(home, tmp_path):
    (tmp_path / "threaded.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    code = HOSTILE | {"threaded.py": tmp_path / "threaded.py"}
    sandbox = Sandbox(home, preload=("threaded",), code=code, min_level=Level.WATCHED)
    with pytest.raises(SandboxUnavailable, match="started 1 threads"):
        sandbox.start()


def test_no_file_of_the_supervisor_stays_open(full):
    def run():
        with begin(full, "Honest") as session:
            list(session.parts())

    run()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_worker_keeps_its_own_signals_and_children(full):
    former = signal.getsignal(signal.SIGCHLD)
    with begin(full, "Crashes") as session, pytest.raises(Died):
        list(session.parts())
    assert signal.getsignal(signal.SIGCHLD) is former
