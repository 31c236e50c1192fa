"""One sandbox for each level, shared by the tests of a session: starting is what costs."""

import os
from pathlib import Path
from typing import Any

import pytest

from analysis.contract import Job, Limits
from workers.sandbox.outcomes import Level, SandboxUnavailable
from workers.sandbox.runner import Sandbox

HOSTILE = {"hostile.py": Path(__file__).with_name("hostile.py")}
LIMITS = Limits(
    wall_s=20.0,
    memory_bytes=160 << 20,
    scratch_bytes=16 << 20,
    output_bytes=8 << 20,
    processes=8,
)


def make_job(**changes: Any) -> Job:
    given: dict[str, Any] = {
        "check": "",
        "snapshot": Path(),
        "inputs": None,
        "rows": 0,
        "columns": (),
        "device": "cpu",
        "seed": 7,
        "limits": LIMITS,
    }
    return Job(**(given | changes))


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("sandbox-home")


@pytest.fixture(scope="session")
def sandboxes(home):
    """Sandboxes by level, started when first asked for; skips where a level is not to be had."""
    started = {}

    def get(level):
        if level not in started:
            sandbox = Sandbox(home, max_level=level, min_level=level, preload=(), code=HOSTILE)
            try:
                sandbox.start()
            except SandboxUnavailable as error:
                if os.environ.get("ASSAY_REQUIRE_SANDBOX"):
                    raise
                pytest.skip(f"this machine does not give {level}: {error}")
            started[level] = sandbox
        return started[level]

    yield get
    for sandbox in started.values():
        sandbox.close()


@pytest.fixture(params=[Level.FULL, Level.WATCHED, Level.LANDLOCK], ids=["S3", "S2", "S1"])
def sandbox(request, sandboxes):
    """Each level that has walls."""
    return sandboxes(request.param)


@pytest.fixture
def full(sandboxes):
    """The strongest level."""
    return sandboxes(Level.FULL)
