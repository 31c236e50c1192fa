"""The hub as a process of its own, and clients as processes that know HF_ENDPOINT only."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

MANAGE = Path(__file__).parents[3] / "manage.py"
START_S = 60

# Goes before every client's program: other hosts than this machine cannot be found, and are told.
GUARD = """
import json, socket
_look_up = socket.getaddrinfo
def _guarded(host, *args, **kwargs):
    if host not in ("127.0.0.1", "localhost", b"127.0.0.1", None):
        print(f"ASKED {host}", flush=True)
        raise socket.gaierror("no such host")
    return _look_up(host, *args, **kwargs)
socket.getaddrinfo = _guarded
def tell(value):
    print("TOLD " + json.dumps(value))
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def hub_process(folder, home, *options):
    """Run ``manage.py hub`` until the block ends; yield its port and its process."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ASSAY_HOME": str(home / "assay"),
        "LANG": "C.UTF-8",
    }
    words = [sys.executable, str(MANAGE), "hub", str(folder), "--port", str(port), *options]
    log = (home / "hub.log").open("w")
    process = subprocess.Popen(words, env=environment, stdout=log, stderr=log, cwd=home)
    try:
        _wait(port, process, home / "hub.log")
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait(port, process, log):
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"the hub did not start: {log.read_text()}")


def run_client(endpoint, home, program, python=sys.executable, others=()):
    """Run a program in a clean home; return what it told, in order.

    It may ask for no host but this machine and ``others``, which it does not find.
    """
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "OMP_NUM_THREADS": "1",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        [python, "-c", GUARD + program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        cwd=home,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    asked = {line[6:] for line in done.stdout.splitlines() if line.startswith("ASKED ")}
    assert asked <= set(others), f"the client asked for {asked}"
    return [json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("TOLD ")]
