"""What a row of the table is, how times are taken, on which machine, and how it is printed."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

_LIBRARIES = ("torch", "transformers", "numpy", "Django")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement of a promise against its reference, in one run on one machine.

    ``ratio`` is ours / reference; ``target`` says in words what was promised and ``holds`` whether
    it was kept; ``n`` counts our samples, ``spread`` is half the distance between their quartiles.
    """

    promise: str
    row: str
    ours: float
    reference: float
    unit: str
    ratio: float
    target: str
    holds: bool
    n: int
    spread: float
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The row and the machine that it was measured on."""
        return asdict(self) | {"machine": machine()}


@dataclass(frozen=True, slots=True)
class Samples:
    """Times of the same thing, in seconds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles; 0 for fewer than two samples."""
        if len(self.values) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.values, n=4)
        return (high - low) / 2


def samples(measure: Callable[[], float], n: int) -> Samples:
    """Call ``measure``, which says how long it took, ``n`` times."""
    return Samples(tuple(measure() for _ in range(n)))


def seconds_of(work: Callable[[], object]) -> float:
    """How long a call takes, by the wall clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def machine() -> dict[str, Any]:
    """Hardware and versions, so that a row can be compared."""
    found: dict[str, Any] = {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_1min": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "gpu": Path("/dev/nvidia0").exists(),
        "python": platform.python_version(),
    }
    for name in _LIBRARIES:
        try:
            found[name.lower()] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def promises() -> dict[str, list[str]]:
    """Promise to its modules, found by name: ``p3_warm_start`` measures a part of P3."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("p[0-9]*_*.py")):
        promise = path.stem.partition("_")[0].upper()
        found.setdefault(promise, []).append(f"benchmarks.{path.stem}")
    return found


def measure(module: str, *, quick: bool) -> Iterator[Row]:
    """Run one module: its ``rows(quick)`` yields the rows."""
    rows: Iterator[Row] = import_module(module).rows(quick=quick)
    yield from rows


def table(rows: Sequence[Row]) -> str:
    """The rows for people."""
    head = ("promise", "row", "ours", "reference", "unit", "ratio", "target", "holds", "n", "±")
    lines = [head]
    for row in rows:
        figures = (f"{row.ours:.4g}", f"{row.reference:.4g}", row.unit, f"{row.ratio:.3g}")
        holds = "yes" if row.holds else "NO"
        end = (row.target, holds, str(row.n), f"{row.spread:.2g}")
        lines.append((row.promise, row.row, *figures, *end))
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
