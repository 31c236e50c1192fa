"""The smallest trigger that turns all pictures into a class: Neural Cleanse.

Where a class needs far less of the picture than the others, somebody may have taught the network
a way to it (Wang, Yao, Shan, Li, Viswanath, Zheng, Zhao, Neural Cleanse, S&P 2019). Needs clean
pictures of the domain, and no labels: mask m and pattern Δ of each class t minimise

    CE(t | (1 − m)·x + m·Δ) + cost·‖m‖₁

The cost goes up while the trigger works, and down while it does not. Each class has its own cost.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional

from analysis.attacks import draws
from analysis.backdoors.asking import Asked

_SUCCESS = 0.98  # of the pictures that a trigger must turn
_FIRST_COST = 1e-3
_UP = 2.0
_DOWN = 2.0**1.5
_PATIENCE = 5  # steps in a row before the cost changes
_RATE = 0.1
_BETAS = 0.5, 0.9
_MASK, _PATTERN = 1, 2  # streams of draws


@dataclass(frozen=True, slots=True)
class Found:
    """The best triggers of some classes: the smallest of those that worked."""

    norms: torch.Tensor  # (k,) sums of the masks; of the whole picture where none worked
    success: torch.Tensor  # (k,) shares of the pictures
    masks: torch.Tensor  # (k, 1, h, w)
    patterns: torch.Tensor  # (k, c, h, w)


def search(
    asked: Asked,
    images: torch.Tensor,
    classes: torch.Tensor,
    *,
    steps: int,
    seed: int,
    batch: int,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Found:
    """Search the triggers of ``classes`` (k,), as many at a time as ``batch`` pictures allow."""
    found = []
    for some in torch.split(classes, max(1, batch // len(images))):
        found.append(_searched(asked, images, some, steps, seed))
        on_rows(sum(len(done.norms) for done in found))
    return Found(*(torch.cat([getattr(part, name) for part in found]) for name in Found.__slots__))


def _searched(
    asked: Asked, images: torch.Tensor, classes: torch.Tensor, steps: int, seed: int
) -> Found:
    channels, height, width = images.shape[1:]
    free = [
        (draws.uniform(seed, classes, 0, size * height * width, stream=stream) * 2 - 1)
        .reshape(-1, size, height, width)
        .requires_grad_()
        for stream, size in ((_MASK, 1), (_PATTERN, channels))
    ]
    optimiser = torch.optim.Adam(free, _RATE, _BETAS)
    costs = _Costs(len(classes), images.device)
    kept = Found(
        norms=torch.full((len(classes),), float(height * width), device=images.device),
        success=torch.zeros(len(classes), device=images.device),
        masks=torch.ones(len(classes), 1, height, width, device=images.device),
        patterns=torch.zeros(len(classes), channels, height, width, device=images.device),
    )
    for _ in range(steps):
        with torch.enable_grad():
            mask, pattern = ((part.tanh() + 1) / 2 for part in free)
            loss, success = _turned(asked, images, classes, mask, pattern)
            norms = mask.flatten(1).sum(1)
            optimiser.zero_grad()
            torch.autograd.backward((loss + costs.now * norms).sum())
        optimiser.step()
        works = success >= _SUCCESS
        _keep(kept, norms.detach(), success, mask.detach(), pattern.detach(), works)
        costs.follow(works)
    return kept


def _turned(
    asked: Asked,
    images: torch.Tensor,
    classes: torch.Tensor,
    mask: torch.Tensor,
    pattern: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Put each trigger on all images; give the loss and the success of each: (k,)."""
    mixed = images * (1 - mask[:, None]) + (mask * pattern)[:, None]  # k, n, c, h, w
    scores = asked.scores(mixed.flatten(0, 1))
    targets = classes.repeat_interleave(len(images))
    loss = functional.cross_entropy(scores, targets, reduction="none")
    turned = (scores.detach().argmax(1) == targets).float()
    return loss.reshape(len(classes), -1).mean(1), turned.reshape(len(classes), -1).mean(1)


def _keep(
    kept: Found,
    norms: torch.Tensor,
    success: torch.Tensor,
    mask: torch.Tensor,
    pattern: torch.Tensor,
    works: torch.Tensor,
) -> None:
    """Keep what works with less of the picture than what worked before, or turns more at first."""
    better = works & (norms < kept.norms)
    hopeful = ~works & (kept.success < _SUCCESS) & (success > kept.success)
    kept.norms[better] = norms[better]
    for rows in (better, hopeful):
        kept.success[rows] = success[rows]
        kept.masks[rows] = mask[rows]
        kept.patterns[rows] = pattern[rows]


class _Costs:
    """What each class pays for a pixel of its mask: nothing until a trigger has worked."""

    def __init__(self, classes: int, device: torch.device) -> None:
        self.now = torch.zeros(classes, device=device)
        self._worked = torch.zeros(classes, dtype=torch.int64, device=device)
        self._failed = self._worked.clone()

    def follow(self, works: torch.Tensor) -> None:
        """Raise the cost where triggers keep working, lower it where they keep failing."""
        self._worked = torch.where(works, self._worked + 1, 0)
        self._failed = torch.where(works, 0, self._failed + 1)
        up, down = self._worked >= _PATIENCE, self._failed >= _PATIENCE
        raised = torch.where(self.now > 0, self.now * _UP, _FIRST_COST)
        self.now = torch.where(up, raised, torch.where(down, self.now / _DOWN, self.now))
        self._worked[up] = 0
        self._failed[down] = 0
