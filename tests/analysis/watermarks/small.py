"""A small task that networks learn in a second, and networks that learnt it."""

from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from analysis.watermarks import schemes
from analysis.watermarks.recipes import Recipe
from analysis.watermarks.removal import fresh
from analysis.watermarks.training import Data, Tuning, tuned

RECIPE = Recipe(bits=24, eps=0.3, most_steps=300, rate=5e-3)
SALT, OTHER = bytes(range(32)), bytes(range(32, 64))


class Net(nn.Module):
    def __init__(self, classes: int, channels: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 16, 3, 2, padding=1)
        self.norm = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 3, 2, padding=1)
        self.last = nn.Linear(32 * 9, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.norm(self.conv1(images - 0.5)))
        found: torch.Tensor = self.last(functional.relu(self.conv2(x)).flatten(1))
        return found


@lru_cache
def task(classes: int = 6, count: int = 1_200) -> tuple[Data, Data]:
    """Images of one pattern a class under noise: to fit, and held back."""
    random = torch.Generator().manual_seed(5)
    patterns = torch.rand(classes, 1, 4, 4, generator=random)
    patterns = functional.interpolate(patterns, (12, 12), mode="bilinear")
    labels = torch.arange(count) % classes
    noise = 0.15 * torch.randn(count, 1, 12, 12, generator=random)
    images = (patterns[labels] + noise).clamp(0, 1)
    half = count // 2
    return Data(images[:half], labels[:half]), Data(images[half:], labels[half:])


@lru_cache
def trained(seed: int, classes: int = 6) -> Any:
    """Train a network by itself."""
    tuning = Tuning(120, rate=0.05, seed=seed, from_scratch=True)
    return tuned(fresh(Net(classes), seed), task(classes)[0], tuning)


@lru_cache
def marked(scheme: str, salt: bytes = SALT, classes: int = 6) -> Any:
    """Mark the first network."""
    return schemes.embed(scheme, trained(1, classes), task(classes)[0], classes, RECIPE, salt=salt)
