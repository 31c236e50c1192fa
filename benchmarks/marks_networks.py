"""Networks without a mark, for the tables of watermarks: fine-tuned ones, and ones trained apart.

They learn from the half of the test split that marks are embedded with. Trained ones are kept in a
folder.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from analysis.watermarks.recipes import Recipe
from analysis.watermarks.removal import fresh
from analysis.watermarks.training import Data, Tuning, tuned
from benchmarks import attacks_networks

MNIST, CIFAR = "mnist-lenet5-clean", "cifar10-resnet20"
HALF = 5_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with one of the networks: ``rate`` and steps of those that learn from nothing.

    ``tuned``, ``scratch`` and ``small`` count the networks without a mark: fine-tuned, of the same
    architecture trained apart, and of another one. ``activation_bits`` are those of deepsigns: what
    enters the last layer of ResNet-20 are 64 numbers.
    """

    recipe: Recipe
    tuning: Tuning
    scratch: Tuning
    small: Tuning
    counts: tuple[int, int, int]
    activation_bits: int

    def recipe_of(self, scheme: str) -> Recipe:
        """Return how a mark of a scheme is made."""
        is_narrow = scheme == "deepsigns"
        return replace(self.recipe, bits=self.activation_bits) if is_narrow else self.recipe


PLANS = {
    MNIST: Plan(
        Recipe(eps=0.25),
        Tuning(300),
        Tuning(250, rate=0.02, from_scratch=True),
        Tuning(300, rate=0.02, from_scratch=True),
        (10, 12, 3),
        32,
    ),
    CIFAR: Plan(
        Recipe(eps=0.05, most_steps=150),
        Tuning(80),
        Tuning(100, rate=0.05, from_scratch=True),
        Tuning(300, rate=0.02, from_scratch=True),
        (18, 2, 4),
        16,
    ),
}


class _Small(nn.Module):
    """Two convolutions and a layer on their mean and largest answers."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 24, 3, 2, padding=1)
        self.conv2 = nn.Conv2d(24, 48, 3, 2, padding=1)
        self.linear = nn.Linear(48 * 16, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.conv1(images))
        x = functional.adaptive_avg_pool2d(functional.relu(self.conv2(x)), 4)
        logits: torch.Tensor = self.linear(x.flatten(1))
        return logits


def loaded(home: Path, name: str) -> tuple[nn.Module, Data, Data]:
    """Load a network, the half of the split that it is marked with, and the half that measures."""
    network = attacks_networks.network(home, name)
    images, labels = attacks_networks.images(home, name, 0, 2 * HALF)
    # Convolutions on these processors are faster in this order.
    images = images.contiguous(memory_format=torch.channels_last)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network, Data(images[:HALF], labels[:HALF]), Data(images[HALF:], labels[HALF:])


def unmarked(
    name: str, network: nn.Module, fit: Data, cache: Path
) -> Iterator[tuple[str, nn.Module]]:
    """Give networks without a mark, and how each was made."""
    plan = PLANS[name]
    fine, scratch, small = plan.counts
    for seed in range(fine):
        rate = (5e-4, 1e-3, 3e-3)[seed % 3]
        tuning = Tuning(plan.tuning.steps // 4, rate=rate, seed=1_000 + seed)
        yield "fine-tuned", _kept(cache / f"{name}-tuned-{seed}", network, fit, tuning)
    for seed in range(2_000, 2_000 + scratch):
        start, tuning = fresh(network, seed), _seeded(plan.scratch, seed)
        yield "trained apart", _kept(cache / f"{name}-apart-{seed}", start, fit, tuning)
    for seed in range(3_000, 3_000 + small):
        start = fresh(_Small(fit.images.shape[1]), seed)
        path = cache / f"{name}-small-{seed}"
        yield "another architecture", _kept(path, start, fit, _seeded(plan.small, seed))


def _seeded(tuning: Tuning, seed: int) -> Tuning:
    return Tuning(tuning.steps, tuning.batch, tuning.rate, seed, tuning.from_scratch)


def _kept(path: Path, start: nn.Module, fit: Data, tuning: Tuning) -> nn.Module:
    """Train a network, or load what was trained before."""
    path = path.with_suffix(".safetensors")
    if path.exists():
        kept = copy.deepcopy(start)
        kept.load_state_dict(load_file(path), strict=True)
        return kept.eval().requires_grad_(False)
    found = tuned(start, fit, tuning)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: each.contiguous() for key, each in found.state_dict().items()}, path)
    return found
