"""Workers and servers are killed in the middle of runs: every run ends, with one finding each."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from registry import embedded
from tests import hubs, networks
from tests.hubs import ROOT, answers, free_port
from tests.registry import processes

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.sandbox,
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("chaos"),
]

RUNS = 12 if os.environ.get("ASSAY_LONG") else 2
ROWS = 48
SLOW = "time.sleep(3)"


@pytest.fixture(scope="module")
def assay(tmp_path_factory):
    """All of Assay by `manage.py up`, with a hub of one slow network that claims several things."""
    hub = tmp_path_factory.mktemp("hub")
    hubs.write_noise(hub / "datasets" / "chaos" / "noise", ROWS)
    claim = {
        "task": "image-classification",
        "dataset": "chaos/noise",
        "config": "default",
        "split": "test",
        "metric": "accuracy",
    }
    for victim in ("worker", "postgres", "valkey"):
        claims = [claim | {"value": 50.0 + n} for n in range(RUNS)]
        folder = networks.write_lenet5(hub / "models" / "chaos" / victim, None, claims)
        hubs.misbehave(folder, SLOW)
    with processes.throwaway_home() as home:
        yield from running(home, hub)


def running(home, hub):
    """Run `manage.py up` in a home until the tests are through; nothing may be left then."""
    port, hub_port = free_port(), free_port()
    environment = processes.environment(
        home, ASSAY_ALLOW_CODE="1", ASSAY_HUB=f"http://127.0.0.1:{hub_port}"
    )
    command = ["up", "--hub", str(hub), "--port", str(port), "--hub-port", str(hub_port)]
    with (home / "up.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    until = time.monotonic() + 90
    while not (answers(port) and answers(hub_port)):
        assert process.poll() is None, (home / "up.log").read_text()
        assert time.monotonic() < until
        time.sleep(0.2)
    yield home, environment
    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert processes.processes_of(home) == []


def belongs(process, home):
    try:
        return process.environ().get("ASSAY_HOME") == str(home)
    except psutil.Error:
        return False


def victims(home, kind):
    """The processes to kill: all of a cpu worker, or the server."""
    found = []
    for process in psutil.process_iter(["cmdline", "name", "exe"]):
        line = " ".join(process.info["cmdline"] or [])
        if kind == "worker" and "celery" in line and "cpu" in line and belongs(process, home):
            found.append(process)
        if kind == "postgres" and "postgres" in line and str(home) in line and " -D" in line:
            found.append(process)
        if kind == "valkey" and "valkey-server" in line and str(home) in line:
            found.append(process)
    return found


def rows(home, query):
    """Ask the database; None while it is away."""
    place = embedded.database_settings("", Path(home))
    try:
        with psycopg.connect(
            host=place["HOST"],
            port=place["PORT"],
            user=place["USER"],
            dbname=place["NAME"],
            connect_timeout=2,
        ) as connection:
            return connection.execute(query).fetchall()
    except psycopg.Error:
        return None


@pytest.mark.parametrize("kind", ["worker", "postgres", "valkey"])
def test_killed_in_mid_run_every_run_ends_with_one_finding(assay, kind):
    home, environment = assay
    asking = subprocess.Popen(
        [sys.executable, "manage.py", "verify", f"chaos/{kind}", "--json", "--timeout", "200"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    of_this = f"""registry_run r JOIN registry_revision v ON v.id = r.revision_id
        JOIN registry_repo p ON p.id = v.repo_id WHERE p.name = 'chaos/{kind}'"""
    until = time.monotonic() + 90
    while not rows(home, f"SELECT 1 FROM {of_this} AND r.stage = 'measuring'"):
        assert asking.poll() is None, asking.communicate()
        assert time.monotonic() < until, (home / "up.log").read_text()[-3000:]
        time.sleep(0.1)
    killed = victims(home, kind)
    assert killed
    for process in killed:
        process.kill()
    until = time.monotonic() + 180
    while True:
        ends = rows(home, f"SELECT r.status, r.reason, r.attempt FROM {of_this}")
        if (
            ends
            and len(ends) == RUNS
            and all(s in {"done", "dead", "unsupported"} for s, _, _ in ends)
        ):
            break
        assert time.monotonic() < until, (ends, (home / "up.log").read_text()[-3000:])
        time.sleep(0.5)
    asking.kill()
    asking.communicate()
    assert [status for status, _, _ in ends] == ["done"] * RUNS, ends
    (found,) = rows(
        home,
        f"SELECT count(*) FROM registry_finding f WHERE run_id IN (SELECT r.id FROM {of_this})",
    )
    assert found == (RUNS,)
    if kind == "worker":
        assert max(attempt for _, _, attempt in ends) == 2
