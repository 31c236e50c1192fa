"""The largest margin that each class can win by, over all pictures: MM-BD.

A backdoor teaches a network to be sure of its target whatever else is in the picture, so that the
target can win by more than any other class (Wang, Xiang, Miller, Kesidis, MM-BD, S&P 2024). Needs
random pictures only.

The margin is not changed by adding a number to all scores, and the test on it not by multiplying
them; so that the search does not depend on their scale either, it steps by the gradient's sign.
A start halves its step where it gains no more, goes on from its best point, and ends with its step.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from analysis.attacks import draws
from analysis.backdoors.asking import Asked, NotMeasured
from analysis.backdoors.measures import Budget, Margins

_FIRST_STEP = 0.25
_LAST_STEP = 1 / 128
_PATIENCE = 4  # steps without a gain
_GAIN = 1e-3  # relative


@dataclass
class _Rows:
    """Starts under search, each at a step of its own."""

    ids: torch.Tensor
    targets: torch.Tensor
    images: torch.Tensor
    kept: torch.Tensor  # the images of the best margins
    best: torch.Tensor
    step: torch.Tensor
    idle: torch.Tensor

    def only(self, rows: torch.Tensor) -> "_Rows":
        return _Rows(**{name: values[rows] for name, values in vars(self).items()})


def starts_of(classes: int, budget: Budget) -> int:
    """Say how many random pictures each class gets."""
    return max(1, min(budget.starts, budget.most_starts // classes))


def measure(
    asked: Asked,
    shape: tuple[int, int, int],
    classes: int,
    *,
    seed: int,
    budget: Budget,
    device: torch.device | str = "cpu",
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Margins:
    """Search the largest margin of each class; ``on_rows`` is told how many starts have ended."""
    starts = starts_of(classes, budget)
    ids = torch.arange(classes * starts, device=device)
    best = torch.empty(len(ids), device=device)
    moved = False
    for some in torch.split(ids, budget.batch):
        begun = _begin(some, shape, starts, seed)
        best[some], has_moved = _searched(asked, begun, budget.margin_steps)
        moved = moved or has_moved
        on_rows(int(some[-1]) + 1)
    if not moved:
        raise NotMeasured("The network's answers do not change with the picture.")
    if not bool(best.isfinite().all()):
        raise NotMeasured("The network answers numbers that are not finite.")
    largest = best.reshape(classes, starts).amax(1)
    return Margins(largest.double().cpu().numpy(), starts, asked.log_taken)


def _begin(ids: torch.Tensor, shape: tuple[int, int, int], starts: int, seed: int) -> _Rows:
    channels, height, width = shape
    images = draws.uniform(seed, ids, 0, channels * height * width).reshape(-1, *shape)
    return _Rows(
        ids=ids,
        targets=ids // starts,
        images=images,
        kept=images,
        best=torch.full((len(ids),), -torch.inf, device=ids.device),
        step=torch.full((len(ids),), _FIRST_STEP, device=ids.device),
        idle=torch.zeros(len(ids), dtype=torch.int64, device=ids.device),
    )


def _searched(asked: Asked, rows: _Rows, most: int) -> tuple[torch.Tensor, bool]:
    """Search until every row has ended; return the best margins and whether any gradient was."""
    first, best, moved = rows.ids[0], rows.best.clone(), False
    for _ in range(most):
        moved = _step(asked, rows) or moved
        best[rows.ids - first] = rows.best
        rows = rows.only(rows.step >= _LAST_STEP)
        if not len(rows.ids):
            break
    return best, moved


def _step(asked: Asked, rows: _Rows) -> bool:
    """Ask once for every row and move it; return whether there was any gradient."""
    margins, grad = asked.ascent(rows.images, lambda scores: margin(scores, rows.targets))
    enough = rows.best + _GAIN * rows.best.abs()
    gained = margins > torch.where(rows.best.isfinite(), enough, rows.best)
    better = margins > rows.best
    rows.kept = torch.where(better[:, None, None, None], rows.images, rows.kept)
    rows.best = torch.where(better, margins, rows.best)
    rows.idle = torch.where(gained, 0, rows.idle + 1)
    halves = rows.idle >= _PATIENCE
    rows.step = torch.where(halves, rows.step / 2, rows.step)
    rows.idle = torch.where(halves, 0, rows.idle)
    moved = rows.images + rows.step[:, None, None, None] * grad.sign()
    rows.images = torch.where(halves[:, None, None, None], rows.kept, moved).clamp(0, 1)
    return bool((grad != 0).any())


def margin(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Give the target's score less the best other one: (n,)."""
    own = scores.gather(1, targets[:, None])
    others = scores.scatter(1, targets[:, None], -torch.inf)
    return (own[:, 0] - others.amax(1)).float()
