"""What every attack follows: a search over a batch of images, each row of it at a step of its own.

Rows leave the batch and others come at any time, so a search keeps all it knows of an image in the
rows of its tensors, and draws its random numbers by the row's id, run and step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch

from analysis.threats import Norm, Threat, Version

__all__ = ["Ask", "Goal", "Loss", "Norm", "Rows", "Search", "Threat", "Version"]

# State of the images under search: every tensor has one row an image, on the network's device.
# Always there: "ids" (n,) int64; "images" (n, c, h, w), clean; "labels" (n,) int64; "run" and
# "step", both (n,) int64 from 0. The rest is the search's own.
Rows = dict[str, torch.Tensor]
Loss = Callable[[torch.Tensor], torch.Tensor]  # logits (n, classes) -> (n,), row by row


@dataclass(frozen=True, slots=True)
class Goal:
    """Images on which a search begins; ``run`` says which of its ``runs`` each of them begins.

    A run is a restart or a target class: ``run`` 0 takes the class with the second largest clean
    logit, and so on. ``logits`` are the clean images' own, (n, classes).
    """

    ids: torch.Tensor
    images: torch.Tensor
    labels: torch.Tensor
    logits: torch.Tensor
    run: torch.Tensor

    def rows(self) -> Rows:
        """Return what is always there; tensors of their own, to be changed in place."""
        return {
            "ids": self.ids.clone(),
            "images": self.images.clone(),
            "labels": self.labels.clone(),
            "run": self.run.clone(),
            "step": torch.zeros_like(self.run),
        }


class Ask(Protocol):
    """The network under attack; its passes are counted."""

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """Forward only, without a graph: (n, classes), float32."""

    def gradient(
        self, images: torch.Tensor, loss: Loss
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return logits, ``loss`` of each row, and its gradient by the images; all detached."""

    def gradients(
        self, images: torch.Tensor, losses: Sequence[Loss]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Do it for k losses by one forward and k backward passes: (n, .), (k, n), (k, n, ...)."""


class Search(Protocol):
    """One attack. It never waits for the device: no ``.item()``, no branch on a tensor's value."""

    name: ClassVar[str]
    runs: int  # how often each image is begun anew, one after the other, until it breaks
    steps: int  # most steps of a run

    def begin(self, goal: Goal) -> Rows:
        """Set up rows without asking the network."""

    def step(self, rows: Rows, ask: Ask) -> tuple[torch.Tensor, torch.Tensor]:
        """Do one step of every row in place; count "step" up; return points tried, their logits.

        The points lie within the ball and in [0, 1]; a row that has none to try at this step gives
        its clean image and the logits of that. Steps beyond a row's end do no harm.
        """

    def ended(self, rows: Rows) -> torch.Tensor:
        """Say of each row whether its run is over: (n,) bool."""
