"""P2: any list page takes at most 50 ms of server time at 2.5 million repos, at p95.

Ours is the time of whole pages, through the view or the API, in this process: rows, count and
facets. The reference is the same query by hand: the plain SQL that a person would write for the
page's rows alone, warm, planned by PostgreSQL as it likes. The read side is filled directly, for
it is reading that is measured. Each size has a database of its own, which is dropped at the end:
some 6 GiB at 2.5 million.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import Row

TARGET_MS = 50.0
GROWTH = 2.0
SIZES = (250_000, 2_500_000)
QUICK_SIZE = 50_000
PAGES = 252  # fourteen of each kind
QUICK_PAGES = 54
_ROOT = Path(__file__).resolve().parent.parent


def rows(*, quick: bool) -> Iterator[Row]:
    """Two rows a size, p50 and p95, and the growth from the smaller size to the larger."""
    tails = {}
    for size in (QUICK_SIZE,) if quick else SIZES:
        found = _measured(size, QUICK_PAGES if quick else PAGES)
        tails[size] = percentile(found["times_ms"], 95)
        yield from _of_size(size, found)
    if not quick:
        small, large = (tails[size] for size in SIZES)
        yield Row(
            promise="P2",
            row="growth of p95, 250 k to 2.5 M",
            ours=large,
            reference=small,
            unit="ms",
            ratio=large / small,
            target=f"<= {GROWTH:g}x",
            holds=large / small <= GROWTH,
            n=PAGES,
            spread=0.0,
        )


def _of_size(size: int, found: dict[str, Any]) -> Iterator[Row]:
    times, by_hand = found.pop("times_ms"), found.pop("by_hand_ms")
    on_cpu = found.pop("on_cpu_ms")
    for percent in (50, 95):  # of Python and PostgreSQL together: what a busy machine cannot change
        found[f"on_cpu_p{percent}_ms"] = round(percentile(on_cpu, percent), 2)
    low, _, high = statistics.quantiles(times, n=4)
    for percent in (50, 95):
        ours, reference = percentile(times, percent), percentile(by_hand, percent)
        yield Row(
            promise="P2",
            row=f"list pages at {size:,}, p{percent}",
            ours=ours,
            reference=reference,
            unit="ms",
            ratio=ours / reference if reference else float("inf"),
            target=f"<= {TARGET_MS:g} ms",
            holds=ours <= TARGET_MS,
            n=len(times),
            spread=(high - low) / 2,
            details=found if percent == 95 else {},
        )


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of some times."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _measured(size: int, pages: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="assay-p2-") as folder:
        Path(folder).chmod(0o755)  # a server that runs under another user walks through it
        filled = worker("benchmarks.lists_worker", folder, "fill", size)
        return filled | worker("benchmarks.lists_worker", folder, "time", pages)


def worker(module: str, folder: str, what: str, number: int) -> dict[str, Any]:
    """Have a module do a part in a process of its own, for Django reads its settings once."""
    done = subprocess.run(
        [sys.executable, "-m", module, what, folder, str(number)],
        cwd=_ROOT,
        env=os.environ | {"ASSAY_HOME": folder},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
