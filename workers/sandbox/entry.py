"""Inside, behind every wall: run one check on one job and send what it sees."""

import errno
import os
import random
import sys
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from analysis.contract import JSON, Check, CheckError, Job, Limits, Refused, Unsupported
from workers.sandbox.outcomes import Reason
from workers.sandbox.wire import Writer

_MOST_MESSAGE = 2000


def main(request: Mapping[str, Any], results: int, versions: Mapping[str, str]) -> NoReturn:
    """Run the check that ``request`` names; the results go to a file number. Ends the process."""
    me = os.getpid()
    writer = Writer(results)
    threads = _settle(request)
    writer.begin({"versions": dict(versions), "threads": threads})
    failure: dict[str, JSON] | None = None
    try:
        job = job_from(request["job"])
        for part in _check(request["target"], job.check).probe(job):
            writer.part(part)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - every end of the check is an answer
        failure = describe(error)
    if os.getpid() != me:  # a copy that the model made of this process has nothing to say
        os._exit(1)
    if failure is None:
        writer.end()
    else:
        writer.error(failure)
    os._exit(0 if failure is None else 1)


def job_to(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    raw = asdict(job)
    raw["snapshot"], raw["scratch"] = str(job.snapshot), str(job.scratch)
    raw["inputs"] = None if job.inputs is None else str(job.inputs)
    raw["options"] = dict(job.options)
    return raw


def job_from(raw: Mapping[str, Any]) -> Job:
    """Back from ``job_to``."""
    return Job(
        **{
            **raw,
            "snapshot": Path(raw["snapshot"]),
            "scratch": Path(raw["scratch"]),
            "inputs": None if raw["inputs"] is None else Path(raw["inputs"]),
            "columns": tuple(raw["columns"]),
            "limits": Limits(**raw["limits"]),
            "tables": tuple((name, rows) for name, rows in raw["tables"]),
        }
    )


def describe(error: BaseException) -> dict[str, JSON]:
    """An exception as the values of an error frame."""
    message = clip(str(error)) or type(error).__name__
    if isinstance(error, CheckError) and _limit(error) is None:
        kind = "check-error"
        if isinstance(error, Unsupported):
            kind = "refused" if isinstance(error, Refused) else "unsupported"
        missing = clip(error.missing) if isinstance(error, Unsupported) else ""
        return {"error": kind, "message": message, "missing": missing}
    traceback.print_exception(error, limit=-20)
    sys.stderr.flush()
    return {
        "error": "died",
        "message": clip(f"{type(error).__name__}: {message}"),
        "reason": _limit(error) or Reason.EXIT,
    }


def _limit(error: BaseException) -> Reason | None:
    """The limit that ended the check, also where the check has put it into words of its own."""
    cause: BaseException | None = error
    while cause is not None:
        reason = _reason(cause)
        if reason is not Reason.EXIT:
            return reason
        cause = cause.__cause__
    return None


def clip(text: str) -> str:
    """One line of bounded length."""
    return " ".join(text.split())[:_MOST_MESSAGE]


def _reason(error: BaseException) -> Reason:
    """What limit, if any, made the check end. torch tells of memory in words only."""
    text = str(error).lower()
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return Reason.OUT_OF_MEMORY
    if isinstance(error, RuntimeError) and ("can't allocate" in text or "not enough mem" in text):
        return Reason.OUT_OF_MEMORY
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            return Reason.SCRATCH_FULL
        if error.errno == errno.ENOMEM:
            return Reason.OUT_OF_MEMORY
        if error.errno == errno.EAGAIN:
            return Reason.PROCESS_LIMIT
    if isinstance(error, RuntimeError) and "can't start new thread" in text:
        return Reason.PROCESS_LIMIT
    return Reason.EXIT


def _check(target: str | None, check_id: str) -> Check:
    if target is None:
        loaded: Check = import_module("analysis.checks").load(check_id)
        return loaded
    module, _, name = target.partition(":")
    made: Check = getattr(import_module(module), name)()
    return made


def _settle(request: Mapping[str, Any]) -> int:
    """Threads and seeds, before anything of the model is read. Says how many threads.

    Only for libraries that the fork server has imported; a check that imports another one seeds
    it itself.
    """
    threads = int(request["threads"]) or len(os.sched_getaffinity(0))
    seed = int(request["job"]["seed"])
    random.seed(seed)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(seed % (1 << 32))
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(threads)
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True, warn_only=True)
    return threads


def live_in(scratch: str) -> None:
    """Point everything that looks for a place to write at the run's scratch folder."""
    os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = scratch
    os.environ["HF_HOME"] = f"{scratch}/.hf"
    os.chdir(scratch)
