"""A folder hub in a process of its own, for tests."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

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


def is_served_by(port: int, group: int) -> bool:
    """Say whether a process of this group listens on a port: another one may have taken it."""
    if not answers(port):
        return False
    for connection in psutil.net_connections("tcp4"):
        place = connection.laddr
        if connection.status == psutil.CONN_LISTEN and place and place.port == port:
            with contextlib.suppress(ProcessLookupError):
                return connection.pid is not None and os.getpgid(connection.pid) == group
    return False


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
        while not is_served_by(port, process.pid):
            assert process.poll() is None, "the hub ended at once"
            assert time.monotonic() < until, "the hub did not come up"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def write_noise(folder: Path, rows: int) -> None:
    """Write a dataset of grey pictures of noise, 28x28, of ten classes: one split, ``test``."""
    import numpy as np
    from datasets import ClassLabel, Dataset, Features, Image
    from PIL import Image as Picture

    rng = np.random.default_rng(7)
    pictures = []
    for _ in range(rows):
        picture = io.BytesIO()
        Picture.fromarray(rng.integers(0, 255, (28, 28), dtype=np.uint8)).save(picture, "PNG")
        pictures.append({"bytes": picture.getvalue(), "path": None})
    features = Features(image=Image(), label=ClassLabel(names=[str(n) for n in range(10)]))
    labels = [n % 10 for n in range(rows)]
    folder.mkdir(parents=True)
    data = Dataset.from_dict({"image": pictures, "label": labels}, features=features)
    data.to_parquet(folder / "test.parquet")


def misbehave(folder: Path, statement: str) -> None:
    """Have a network with code of its own run a statement each time that it is called."""
    named = json.loads((folder / "config.json").read_text())["auto_map"]
    module, network = named["AutoModelForImageClassification"].split(".")
    code = folder / f"{module}.py"
    code.write_text(code.read_text() + MISBEHAVIOUR % (network, statement, network))


MISBEHAVIOUR = """

import os
import socket
import subprocess
import time

_forward = %s.forward


def _misbehave(*given, **named):
    %s
    return _forward(*given, **named)


%s.forward = _misbehave
"""
