"""Child processes, ports, and the parts of the supervisor that need no server."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry import ports, supervisor
from registry.children import Child, Task, descendants, stop_all
from registry.embedded import EmbeddedError
from tests.registry.processes import until


class Nursery:
    """Makes children that say what they say into a list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.children: list[Child] = []

    def start(self, code: str, **task: object) -> Child:
        named = Task("child", [sys.executable, "-c", code], **task)  # type: ignore[arg-type]
        child = Child(named, os.environ, self.folder, self.folder, self.said.append)
        self.children.append(child)
        child.start()
        return child

    def log(self) -> str:
        path = self.folder / "child.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path)
    yield nursery
    stop_all(nursery.children, hurry=lambda: True)


def alive(pid: int) -> bool:
    """Say whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_child_that_ends_is_started_again_at_once_and_then_slower(nursery: Nursery) -> None:
    child = nursery.start("raise SystemExit('no luck')")
    waits = []
    for _ in range(3):
        assert child.process is not None
        child.process.wait()
        for reader in child.readers:
            reader.join()
        now = time.monotonic()
        child.watch(now)
        waits.append(round(child.retry_at - now, 1) if child.retry_at else 0.0)
        child.watch(now + 100)
    assert waits == [0.0, 2.0, 4.0]
    assert "child ended with code 1 (no luck); started again now" in nursery.said[0]
    assert "started again in 2 s" in nursery.said[1]


def test_a_child_that_lived_long_begins_anew(nursery: Nursery) -> None:
    child = nursery.start("pass")
    assert child.process is not None
    child.process.wait()
    child.failures = 5
    child.watch(child.started_at + 31)
    assert child.failures == 0
    assert "started again now" in nursery.said[0]


def test_output_is_kept_and_only_what_matters_is_shown_once(nursery: Nursery) -> None:
    child = nursery.start("for n in range(3): print('INFO', n); print('ERROR at', n)")
    assert child.process is not None
    child.process.wait()
    for reader in child.readers:
        reader.join()
    assert nursery.log().split("\n") == [
        f"{word} {n}" for n in range(3) for word in ("INFO", "ERROR at")
    ] + [""]
    assert nursery.said == ["child: ERROR at 0"]


def test_all_are_asked_first_and_killed_when_they_do_not_listen(nursery: Nursery) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(60)"
    polite = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(7)); print('up')"
    nursery.start(f"import sys; sys.stdout.reconfigure(line_buffering=True); {deaf}")
    first = nursery.start(
        f"import sys; sys.stdout.reconfigure(line_buffering=True); {polite}; time.sleep(60)"
    )
    assert until(lambda: nursery.log().count("up") == 2, 10)
    for child in nursery.children:
        object.__setattr__(child.task, "stop", ((signal.SIGTERM, 0.5),))
    stop_all(nursery.children)
    codes = {child.process.returncode for child in nursery.children if child.process}
    assert codes == {-signal.SIGKILL, 7}
    assert first.process is not None
    assert first.process.returncode == 7


def test_nobody_waits_when_there_is_a_hurry(nursery: Nursery) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True)"
    nursery.start(f"{code}; time.sleep(60)", stop=((signal.SIGTERM, 60.0),))
    assert until(lambda: "up" in nursery.log(), 10)
    began = time.monotonic()
    stop_all(nursery.children, hurry=lambda: time.monotonic() - began > 0.2)
    assert time.monotonic() - began < 3


def test_what_a_child_started_ends_with_it(nursery: Nursery) -> None:
    nursery.start(
        "import subprocess, sys, time;"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid,"
        " flush=True); time.sleep(60)"
    )
    assert until(nursery.log, 10)
    grandchild = int(nursery.log())
    assert alive(grandchild)
    stop_all(nursery.children)
    assert until(lambda: not alive(grandchild), 5)


def test_a_child_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
from registry.children import Child, Task
task = Task("child", [sys.executable, "-c", "import time; time.sleep(60)"])
child = Child(task, os.environ, Path({str(tmp_path)!r}), Path({str(tmp_path)!r}), print)
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.communicate()
    assert until(lambda: not alive(child), 5)


def test_a_process_of_the_pool_that_is_busy_dies_when_its_worker_is_killed() -> None:
    code = """
import os, time
from celery.signals import worker_process_init
import registry.celery
child = os.fork()
if not child:
    worker_process_init.send(None)
    print(os.getpid(), flush=True)
time.sleep(60)
"""
    worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    child = int(worker.stdout.readline())
    assert alive(child)
    worker.kill()
    worker.communicate(timeout=10)
    assert until(lambda: not alive(child), 5)


def test_descendants_are_found_at_any_depth(nursery: Nursery) -> None:
    child = nursery.start(
        "import subprocess, sys; subprocess.run([sys.executable, '-c',"
        " 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'])"
    )
    assert until(nursery.log, 10)
    assert child.process is not None
    found = descendants(os.getpid())
    assert {child.process.pid, int(nursery.log())} <= set(found)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedError, match=f"Port {port} on 127.0.0.1 cannot be used: addr"):
            ports.listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["256.1.1.1", "no host", "192.0.2.1"])
def test_an_address_that_cannot_be_used_is_one_sentence(host: str) -> None:
    with pytest.raises(EmbeddedError, match=f"Port 8000 on {host} cannot be used"):
        ports.listen(host, 8000)


def test_any_http_answer_is_a_sign_of_life() -> None:
    with ports.listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with contextlib.ExitStack() as stack:
            code = (
                "import socket, sys; s = socket.socket(fileno=int(sys.argv[1])); c = s.accept()[0];"
                "c.recv(999); c.sendall(b'HTTP/1.0 503 Down\\r\\n\\r\\n'); c.close()"
            )
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", code, str(listener.fileno())],
                    pass_fds=[listener.fileno()],
                )
            )
            assert ports.answers("127.0.0.1", port)
            process.wait()
    assert not ports.answers("127.0.0.1", port)


def test_addresses_are_ones_that_a_browser_can_open() -> None:
    def address(host: str) -> str:
        return supervisor.Supervisor(supervisor.Options(host, 80), print).address()

    assert address("0.0.0.0") == "http://127.0.0.1:80"  # noqa: S104
    assert address("::") == "http://[::1]:80"
    assert address("10.0.0.7") == "http://10.0.0.7:80"


def test_streams_have_the_next_port_that_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.ExitStack() as stack:
        pages = stack.enter_context(ports.listen("127.0.0.1", 0))
        port = pages.getsockname()[1]
        options = supervisor.Options("127.0.0.1", port, hub=Path("/"), hub_port=port + 1)
        up = supervisor.Supervisor(options, print)
        streams = stack.enter_context(up.listen_for_streams())
        at = streams.getsockname()[1]
        assert at not in {port, port + 1}
        second = stack.enter_context(up.listen_for_streams())
        assert second.getsockname()[1] not in {port, port + 1, at}
        assert up.streams_address(streams) == f"http://127.0.0.1:{at}"
        monkeypatch.setenv("ASSAY_PUBLIC_URL", "http://10.0.0.7:80")
        assert up.streams_address(streams) == f"http://10.0.0.7:{at}"
        monkeypatch.setenv("ASSAY_PUBLIC_URL", "https://assay.example")
        assert up.streams_address(streams) == ""
        options.streams_port = at
        with pytest.raises(EmbeddedError, match=f"Port {at} on"):
            up.listen_for_streams()


def test_every_queue_has_a_group_of_workers() -> None:
    from registry.celery import QUEUES

    served = [queue for group in supervisor.GROUPS for queue in group.queues]
    assert sorted(served) == sorted(QUEUES)


def test_children_see_what_was_set_before_what_is_assumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HUB", "https://hub.example")
    found = supervisor.child_environment(Path("/home"), ASSAY_HUB="x", ASSAY_PUBLIC_URL="y")
    assert (found["ASSAY_HUB"], found["ASSAY_HOME"]) == ("https://hub.example", "/home")
    monkeypatch.delenv("ASSAY_HUB")
    assert supervisor.child_environment(Path("/home"), ASSAY_HUB="x")["ASSAY_HUB"] == "x"
