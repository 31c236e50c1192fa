"""P1: mirroring a listing reaches at least a quarter of a bare COPY of the same rows; flat memory.

Ours is one pass over a hub on loopback that serves pages of a thousand records with front matter
and configurations out of a file, into an empty mirror. The reference is a COPY of the rows that the
pass wrote into empty tables of the same shape with the same indexes, in the same server.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import hub_pages
from benchmarks.harness import Row
from registry import embedded

ROOT = Path(__file__).resolve().parents[1]
TARGET_RATIO = 0.25
TARGET_GROWTH = 0.1
COPIES = 3  # one COPY differs from the next by a third; the middle one counts
_PAGE_CALLS = 1000 / 300  # a second: what the real Hub allows a free account


def rows(*, quick: bool) -> Iterator[Row]:
    """Two rows: the time against a COPY, the peak memory against that of a smaller hub."""
    few, many = (4_000, 20_000) if quick else (50_000, 250_000)
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with embedded.running(home / "home", durable=False):
            with _served(home, few) as url:
                small = _mirrored(home, url, few)
            with _served(home, many) as url:
                large = _mirrored(home, url, many)
                again = _half(home, "mirror", url)
            bare = [_half(home, "copy") for _ in range(COPIES)]
    yield _time(many, large, again, bare)
    yield _memory(few, many, small, large)


def _time(
    many: int, large: dict[str, Any], again: dict[str, Any], copies: list[dict[str, Any]]
) -> Row:
    copies = sorted(copies, key=lambda copy: float(copy["seconds"]))
    bare = copies[len(copies) // 2]
    ratio = bare["seconds"] / large["seconds"]
    return Row(
        promise="P1",
        row=f"listing of {many:,}",
        ours=large["seconds"],
        reference=bare["seconds"],
        unit="s",
        ratio=ratio,
        target=f"COPY / ours >= {TARGET_RATIO}",
        holds=ratio >= TARGET_RATIO,
        n=1,
        spread=(copies[-1]["seconds"] - copies[0]["seconds"]) / large["seconds"],
        details={
            "copies_s": [round(copy["seconds"], 1) for copy in copies],
            "records": "the real ones of 2022" if hub_pages.source() else "made up, with a seed",
            "repos": many,
            "repos_a_second": round(many / large["seconds"]),
            "cpu_s": round(large["cpu_s"], 1),
            "second_pass_s": round(again["seconds"], 1),
            "second_pass_changed": again["created"] + again["changed"],
            "rows": bare["rows"],
            "copy_s": bare["tables"],
            "calls_for_5_million": 5_000,
            "seconds_the_hub_wants_for_them": round(5_000 / _PAGE_CALLS),
            "seconds_of_ours_for_them": round(large["seconds"] / many * 5_000_000),
        },
    )


def _memory(few: int, many: int, small: dict[str, Any], large: dict[str, Any]) -> Row:
    growth = large["peak_mib"] / small["peak_mib"]
    return Row(
        promise="P1",
        row=f"memory at {many:,} against {few:,}",
        ours=large["peak_mib"],
        reference=small["peak_mib"],
        unit="MiB",
        ratio=growth,
        target=f"<= {1 + TARGET_GROWTH}",
        holds=growth <= 1 + TARGET_GROWTH,
        n=1,
        spread=0.0,
    )


@contextmanager
def _served(home: Path, count: int) -> Iterator[str]:
    """Serve a hub of ``count`` records for as long as the block lasts; give its address."""
    folder = home / str(count)
    folder.mkdir()
    hub_pages.write(folder, count)
    script = ROOT / "benchmarks" / "page_hub.py"
    command = [sys.executable, str(script), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _mirrored(home: Path, url: str, count: int) -> dict[str, Any]:
    """Mirror a hub of ``count`` records into an empty mirror."""
    _half(home, "migrate")
    found = _half(home, "mirror", url)
    if found["status"] != "done" or found["created"] + found["failed"] != count:
        raise RuntimeError(f"the pass is not whole: {found}")
    return found


def _half(home: Path, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.mirror_run", *arguments],
        cwd=ROOT,
        env=os.environ | {"ASSAY_HOME": str(home / "home")},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result
