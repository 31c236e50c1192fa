"""Projected gradient descent with steps of one size (Madry et al., ICLR 2018).

Most published figures of robustness are about this attack. It is weaker than those of ``versions``
and part of none: it is here to repeat such a figure.
"""

from typing import ClassVar

import torch

from analysis.attacks.losses import log_odds
from analysis.attacks.norms import ascent, per_row, projected, random_start
from analysis.attacks.search import Ask, Goal, Rows, Threat

_STREAM = 7


class Pgd:
    """From a drawn point or from the image, ``iterations`` moves of ``size``; each point counts."""

    name: ClassVar[str] = "pgd"

    def __init__(
        self,
        threat: Threat,
        *,
        iterations: int = 40,
        size: float = 0.01,
        runs: int = 1,
        begins_at_image: bool = False,
    ) -> None:
        self.runs, self.steps = runs, iterations + 1
        self._threat, self._size, self._begins_at_image = threat, size, begins_at_image

    def begin(self, goal: Goal) -> Rows:
        """Draw the first points."""
        nothing = torch.zeros_like(goal.images)
        if self._begins_at_image:
            return goal.rows() | {"points": goal.images.clone(), "gradients": nothing}
        start = random_start(
            goal.images, self._threat.norm, self._threat.eps,
            seed=self._threat.seed, ids=goal.ids, run=goal.run, stream=_STREAM,
        )  # fmt: skip
        return goal.rows() | {"points": start, "gradients": nothing}

    def step(self, rows: Rows, ask: Ask) -> tuple[torch.Tensor, torch.Tensor]:
        """Move, which the first step does not, and ask."""
        norm, eps, images = self._threat.norm, self._threat.eps, rows["images"]
        size = per_row(torch.where(rows["step"] > 0, self._size, 0.0), images)
        moved = rows["points"] + size * ascent(rows["gradients"], norm)
        points = projected(moved, images, norm, eps)
        logits, _, rows["gradients"] = ask.gradient(
            points, lambda logits: log_odds(logits, rows["labels"])
        )
        rows["points"] = points
        rows["step"] = rows["step"] + 1
        return points, logits

    def ended(self, rows: Rows) -> torch.Tensor:
        """Say which rows have made all of their moves."""
        return rows["step"] >= self.steps
