"""P2: each page takes at most 50 ms of server time at 250,000 repos, at p95.

Ours is the time of the whole page in this process, through the middleware, the view and its
template. The reference is what its statements take alone: those that the page sent, sent again,
warm. So the ratio says what Python adds. Each row also says how many statements a page sends, for
the fullest instance of it that the database has: a model with 200 claims, an author with hundreds
of models, a scan with thousands of items.
"""

import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness import Row
from benchmarks.p2_lists import percentile, worker

TARGET_MS = 50.0
SIZE, QUICK_SIZE = 250_000, 5_000
TIMES, QUICK_TIMES = 40, 5


def rows(*, quick: bool) -> Iterator[Row]:
    """One row a page, at p95, and the slowest of all."""
    size, times = (QUICK_SIZE, QUICK_TIMES) if quick else (SIZE, TIMES)
    with tempfile.TemporaryDirectory(prefix="assay-p2-") as folder:
        Path(folder).chmod(0o755)  # a server that runs under another user walks through it
        filled = worker("benchmarks.pages_worker", folder, "fill", size)
        found = worker("benchmarks.pages_worker", folder, "time", times)
    for name, page in found.items():
        yield _row(name, page, filled | {"load_1min": round(os.getloadavg()[0], 2)})


def _row(name: str, page: dict[str, Any], filled: dict[str, Any]) -> Row:
    times = page["times_ms"]
    low, _, high = statistics.quantiles(times, n=4)
    ours, reference = percentile(times, 95), page["statements_ms"]
    details = {key: page[key] for key in ("address", "statements", "bytes")}
    details["on_cpu_p95_ms"] = round(percentile(page["on_cpu_ms"], 95), 1)
    details["p50_ms"] = round(percentile(times, 50), 1)
    return Row(
        promise="P2",
        row=f"{name} at {filled['repos']:,}, {page['statements']} statements",
        ours=ours,
        reference=reference,
        unit="ms",
        ratio=ours / reference if reference else float("inf"),
        target=f"<= {TARGET_MS:g} ms",
        holds=ours <= TARGET_MS,
        n=len(times),
        spread=(high - low) / 2,
        details=details | filled,
    )
