"""The stream server is killed under ``manage.py up``: it comes back, and readers go on."""

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chaos.test_services import STARTED, Up, sql
from tests.registry.processes import ROOT, environment, processes_of, throwaway_home, until
from tests.registry.streams.conftest import Reader

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

MAKE = """
import django
django.setup()
from tests import factories
print(factories.run(status='running').pk)
"""


def made(home: Path) -> int:
    """Make a run that is under way."""
    env = environment(home, DJANGO_SETTINGS_MODULE="registry.settings")
    done = subprocess.run(
        [sys.executable, "-c", MAKE],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def place(up: Up, run: int) -> tuple[int, str]:
    """Return where the web server sends those who want events: port and path."""
    web = http.client.HTTPConnection("127.0.0.1", up.port, timeout=10)
    web.request("GET", f"/api/v1/runs/{run}/events", headers={"accept": "text/event-stream"})
    answer = web.getresponse()
    assert answer.status == 307
    sent = urlsplit(answer.headers["Location"])
    web.close()
    assert sent.port is not None
    return sent.port, sent.path


def is_served(port: int) -> bool:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        web.request("GET", "/healthz")
        return web.getresponse().status == 200
    except OSError:
        return False
    finally:
        web.close()


def test_a_killed_stream_server_comes_back_and_its_readers_go_on() -> None:
    with throwaway_home() as home:
        up = Up(home, "--no-workers")
        up.wait_ready()
        port, path = place(up, made(home))
        assert until(lambda: is_served(port), 20), up.said()
        first = Reader(port, path, {})
        state = first.event()
        assert (state.name, state.data["status"]) == ("state", "running")
        (streams,) = up.pids("registry.streams")
        os.kill(streams, signal.SIGKILL)
        assert until(lambda: is_served(port), 20), up.said()
        assert "streams was ended by signal 9; started again now" in up.said()
        again = Reader(port, path, {"Last-Event-ID": state.id})
        assert again.status == 200
        sql(home, "UPDATE registry_run SET stage = 'measuring', progress = 2, total = 9")
        moved = again.event()  # what was told before the kill is not told again
        assert (moved.name, moved.data["progress"]) == ("progress", 2)
        assert up.end(signal.SIGINT) == 0
        while again.next() is not None:
            pass  # it says that it stops
        assert not processes_of(home)
        assert "Traceback" not in up.said() + (home / "logs" / "streams.log").read_text()
        first.leave()
        again.leave()
        STARTED.remove(up)
