"""What entry does outside of any sandbox: jobs as JSON, exceptions as messages."""

import errno
import json
from pathlib import Path

import pytest

from analysis.contract import CheckError, Refused, Unsupported
from tests.workers.sandbox.conftest import make_job
from workers.sandbox.entry import describe, job_from, job_to
from workers.sandbox.outcomes import Reason


def test_a_job_survives_json():
    job = make_job(
        snapshot=Path("/model"),
        inputs=Path("/inputs/data.arrow"),
        columns=("image",),
        options={"task": "x", "n": [1, 2.5, None]},
    )
    assert job_from(json.loads(json.dumps(job_to(job)))) == job
    assert job_from(json.loads(json.dumps(job_to(make_job())))) == make_job()


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (Unsupported("no", "split"), "unsupported", None),
        (Refused("no", "weights"), "refused", None),
        (CheckError("no"), "check-error", None),
        (KeyError("x"), "died", Reason.EXIT),
        (SystemExit(0), "died", Reason.EXIT),
        (KeyboardInterrupt(), "died", Reason.EXIT),
        (MemoryError(), "died", Reason.OUT_OF_MEMORY),
        (OutOfMemoryError("CUDA out of memory"), "died", Reason.OUT_OF_MEMORY),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"),
            "died",
            Reason.OUT_OF_MEMORY,
        ),
        (OSError(errno.ENOSPC, "full"), "died", Reason.SCRATCH_FULL),
        (OSError(errno.EFBIG, "big"), "died", Reason.SCRATCH_FULL),
        (BlockingIOError(errno.EAGAIN, "no"), "died", Reason.PROCESS_LIMIT),
        (RuntimeError("can't start new thread"), "died", Reason.PROCESS_LIMIT),
        (PermissionError(errno.EACCES, "no"), "died", Reason.EXIT),
    ],
)
def test_every_exception_has_a_kind_and_a_reason(error, kind, reason, capsys):
    said = describe(error)
    assert said["error"] == kind
    assert said.get("reason") == reason
    assert said["message"]
    json.dumps(said, allow_nan=False)


def test_a_message_without_end_is_cut():
    assert len(str(describe(CheckError("x\n" * 100_000))["message"])) <= 2000
