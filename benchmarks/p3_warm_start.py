"""P3: a warm run starts in at most 0.5 s, against a fork server that must first be started.

Ours is the time from ``Sandbox.run()`` (files staged, walls built, limits set) to the first line
inside; the reference is the same where the fork server, with all its imports, is started for the
run.
"""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

from analysis.contract import Job
from benchmarks.harness import Row, samples
from workers.sandbox.runner import Sandbox

TARGET_S = 0.5
_FILES = 12  # about what a repo of one network has


def rows(*, quick: bool) -> Iterator[Row]:
    """One row: the median of warm starts against the median of cold ones."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        home = Path(folder)
        files = _repo(home)
        with _sandbox(home) as sandbox:
            level = sandbox.level
            _start(sandbox, files)
            warm = samples(lambda: _start(sandbox, files), 5 if quick else 30)
        with _sandbox(home, most_runs=0) as fresh:  # a new fork server for each run
            cold = samples(lambda: _start(fresh, files), 1 if quick else 3)
    yield Row(
        promise="P3",
        row="warm start",
        ours=warm.median,
        reference=cold.median,
        unit="s",
        ratio=warm.median / cold.median,
        target=f"<= {TARGET_S} s",
        holds=warm.median <= TARGET_S,
        n=len(warm.values),
        spread=warm.spread,
        details={
            "level": level,
            "slowest_s": max(warm.values),
            "cold": {"n": len(cold.values), "spread": cold.spread, "slowest_s": max(cold.values)},
        },
    )


def _repo(home: Path) -> dict[str, Path]:
    """A repo with a folder; its files share their bytes, which are linked, never read."""
    blob = home / "blob"
    blob.write_bytes(bytes(1 << 20))
    return {f"folder-{number % 2}/{number}.safetensors": blob for number in range(_FILES)}


def _sandbox(home: Path, most_runs: int = 1000) -> Sandbox:
    code = {"idle_check.py": Path(__file__).with_name("idle_check.py")}
    return Sandbox(home, code=code, most_runs=most_runs)


def _start(sandbox: Sandbox, files: dict[str, Path]) -> float:
    """Seconds from the request to the first line inside."""
    job = Job("", Path(), None, 0, (), "cpu", 0)
    with sandbox.run(job, files, target="idle_check:Idle") as session:
        (part,) = session.parts()
    if part.values != {"entries": 2}:
        raise RuntimeError(f"the run saw something else: {part.values}")
    return session.report.start_s
