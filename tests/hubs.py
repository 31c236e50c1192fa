"""A folder hub in a process of its own, for tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UP_WITHIN_S = 90.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Say whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """Serve a folder by ``manage.py hub`` for as long as the block lasts; give its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "hub", str(folder), "--port", str(port), *options],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "registry.settings"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + UP_WITHIN_S
        while not answers(port):
            assert process.poll() is None, "the hub ended at once"
            assert time.monotonic() < until, "the hub did not come up"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
