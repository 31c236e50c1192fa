"""``manage.py up --mirror`` from an empty home: the models of a folder are there by themselves."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import hubs
from tests.registry.processes import (
    ROOT,
    environment,
    processes_of,
    throwaway_home,
    until,
)

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("chaos"),
]

WITHIN_S = 120.0
NAMES = ("acme/small", "acme/smaller", "someone/else")
CARD = """---
license: apache-2.0
pipeline_tag: text-classification
---
# {name}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        model = tmp_path / "hub" / "models" / name
        model.mkdir(parents=True)
        (model / "README.md").write_text(CARD.format(name=name))
        (model / "config.json").write_text(json.dumps({"model_type": "bert"}))
    return tmp_path / "hub"


@contextlib.contextmanager
def up(home: Path, folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run everything on free ports; give its address."""
    port, hub_port = hubs.free_port(), hubs.free_port()
    command = ["up", "--mirror", "--hub", str(folder)]
    command += ["--port", str(port), "--hub-port", str(hub_port)]
    env = environment(home, DJANGO_SETTINGS_MODULE="registry.settings")
    for name in ("ASSAY_HUB", "ASSAY_MIRROR", "ASSAY_HUB_BUDGET", "HF_ENDPOINT"):
        env.pop(name, None)
    with (home / "up.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            env=env,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()


def page(address: str) -> str:
    """Return a page, empty where it is not there yet."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
            return str(answer.read().decode())
    except (TimeoutError, OSError):
        return ""


def test_the_models_of_a_folder_are_listed_and_read_by_themselves(folder: Path) -> None:
    with throwaway_home() as home, up(home, folder) as (url, process):
        began = time.monotonic()

        def left() -> float:
            return max(WITHIN_S - (time.monotonic() - began), 1.0)

        def said() -> str:
            return (home / "up.log").read_text()

        def all_listed() -> bool:
            time.sleep(0.5)
            shown = page(f"{url}/models")
            return all(name in shown for name in NAMES)

        assert until(all_listed, left()), said()
        assert until(lambda: ">Done</span>" in page(f"{url}/mirror"), left())
        # Where nothing waits, all is read in full: what is listed and not read would wait.
        nothing_waits = "No repo waits to be read in full."
        assert until(lambda: nothing_waits in page(f"{url}/mirror"), left())
        assert "acme/small" in page(f"{url}/models/acme/small")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert not processes_of(home)
        assert "Traceback" not in said()
