"""The random numbers of one corruption at one severity."""

from dataclasses import dataclass

import torch
from torch import Tensor

from analysis.attacks import draws


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws for the images with these ids; ``stream`` tells apart what is drawn for other ends."""

    seed: int
    ids: Tensor  # (n,)
    step: int

    def uniform(self, *shape: int, stream: int = 0) -> Tensor:
        """Return numbers in [0, 1): (n, *shape)."""
        size = torch.Size(shape).numel()
        drawn = draws.uniform(self.seed, self.ids, self.step, size, stream=stream)
        return drawn.view(-1, *shape)

    def normal(self, *shape: int, stream: int = 0) -> Tensor:
        """Return numbers of the standard normal distribution: (n, *shape)."""
        size = torch.Size(shape).numel()
        drawn = draws.normal(self.seed, self.ids, self.step, size, stream=stream)
        return drawn.view(-1, *shape)

    def angles(self, low: float, high: float) -> list[float]:
        """Return one number between two for each image."""
        drawn = self.uniform(1).double().mul(high - low).add(low)
        return [float(angle) for angle in drawn.flatten().tolist()]
