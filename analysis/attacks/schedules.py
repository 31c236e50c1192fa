"""When a run of APGD does what: tables over its steps, so that each row can be at another one.

At a step a row moves and the network is asked about the point; the first step of a phase asks only
about the point where it begins. Plain APGD has one phase. In L1 three phases close in on the ball
from balls three times and twice as large.
"""

import math
from dataclasses import dataclass
from functools import cache

import torch

from analysis.attacks.search import Norm, Rows

_FIRST, _LESS, _LEAST = 0.22, 0.03, 0.06  # of the iterations: intervals between checkpoints
_L1_INTERVAL = 0.04
_LARGE = ((3.0, 0.3), (2.0, 0.3))  # radius of an early phase, its share of the iterations


@dataclass(frozen=True, slots=True)
class Schedule:
    """One entry a step. ``widths`` are the steps since the checkpoint before."""

    begins: torch.Tensor  # bool: a phase begins, nothing moves
    has_momentum: torch.Tensor  # bool
    checks: torch.Tensor  # bool: a checkpoint
    widths: torch.Tensor  # float32
    radii: torch.Tensor  # float32, in units of eps
    counts: torch.Tensor  # bool: points lie in the ball itself

    def __len__(self) -> int:
        return len(self.begins)

    def at(self, rows: Rows) -> "Schedule":
        """Look up the step of each row; beyond the end the last one."""
        step = rows["step"].clamp_max(len(self) - 1)
        return Schedule(*(table[step] for table in self.tables()))

    def tables(self) -> tuple[torch.Tensor, ...]:
        """Return all of it, in order."""
        return (
            self.begins, self.has_momentum, self.checks, self.widths, self.radii, self.counts,
        )  # fmt: skip

    def to(self, device: torch.device) -> "Schedule":
        """Move all of it."""
        return Schedule(*(table.to(device) for table in self.tables()))


@cache
def schedule(norm: Norm, iterations: int, *, large_first: bool, device: torch.device) -> Schedule:
    """Lay out ``iterations`` moves."""
    early = [(radius, math.ceil(share * iterations)) for radius, share in _LARGE]
    phases = [*early, (1.0, iterations - sum(moves for _, moves in early))]
    rows: list[tuple[bool, bool, bool, float, float, bool]] = []
    for radius, moves in phases if large_first else [(1.0, iterations)]:
        widths = _checkpoints(norm, moves)
        rows.append((True, False, False, 1.0, radius, radius == 1))
        rows.extend(
            (False, move > 1, move in widths, widths.get(move, 1), radius, radius == 1)
            for move in range(1, moves + 1)
        )
    begins, has_momentum, checks, widths_, radii, counts = zip(*rows, strict=True)
    made = Schedule(
        torch.tensor(begins),
        torch.tensor(has_momentum),
        torch.tensor(checks),
        torch.tensor(widths_, dtype=torch.float32),
        torch.tensor(radii, dtype=torch.float32),
        torch.tensor(counts),
    )
    return made.to(device)


def _checkpoints(norm: Norm, moves: int) -> dict[int, float]:
    """Return after which moves a run looks back, and over how many of them."""
    if norm == "L1":
        every = max(int(_L1_INTERVAL * moves), 1)
        return dict.fromkeys(range(every, moves + 1, every), every)
    width, found, at = max(int(_FIRST * moves), 1), {}, 0
    least, less = max(int(_LEAST * moves), 1), max(int(_LESS * moves), 1)
    while at + width <= moves:
        at += width
        found[at] = float(width)
        width = max(width - less, least)
    return found
