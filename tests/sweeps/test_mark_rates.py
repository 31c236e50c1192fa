"""How often somebody with made-up keys seems to own a network that carries no mark.

The short form asks one small network about 1,000 sets of keys a scheme. ``make sweep``
(ASSAY_LONG=1) asks 20, and the real ones where they are at hand, and prints the table of
``docs/checks/watermarks.md``.
"""

import os
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torch import nn

from analysis.verdicts import wilson
from analysis.watermarks.answer_keys import AnswerKeys, random_labels
from analysis.watermarks.envelope import SALT
from analysis.watermarks.keys import as_bytes
from analysis.watermarks.statistics import ownership
from analysis.watermarks.training import answers
from analysis.watermarks.vectors import entering, mean_weights
from analysis.watermarks.weight_keys import WeightKeys
from benchmarks import attacks_networks
from workers.demo import digits
from workers.demo import networks as learnt

pytestmark = pytest.mark.timeout(7200)

LONG = bool(os.environ.get("ASSAY_LONG"))
SETS, BITS, CLASSES = 1_000, 32, 10
SCHEMES = ("blackmarks", "frontier", "triggers", "uchida", "deepsigns")
LEVELS = (0.05, 0.01, 0.001)


class Digits(nn.Module):
    """A network of the demo that takes images in [0, 1]."""

    def __init__(self, seed: int, train: digits.Split) -> None:
        super().__init__()
        with learnt.repeatable(seed):
            self.network = learnt.resnet()
            learnt.train(self.network, train, 6)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(pixel_values=(images - 0.5) / 0.5).logits
        return logits


def networks_of(folder) -> Iterator[tuple[str, nn.Module, torch.Tensor, torch.Tensor]]:
    """Yield networks without a mark, with images in [0, 1] and their classes."""
    train, test = digits.publish(folder, seed=0)
    images = test.pixels * 0.5 + 0.5
    for seed in range(20 if LONG else 1):
        yield f"digits {seed}", Digits(seed, train).eval(), images, test.labels
    home = attacks_networks.folder() if LONG else None
    for name in ("mnist-lenet5-clean", "cifar10-resnet20") if home else ():
        assert home is not None
        real, labels = attacks_networks.images(home, name, 0, 1_000)
        yield name, attacks_networks.network(home, name), real, labels


def led(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Change images until the network answers otherwise: the keys that prove least."""
    points = images.clone().requires_grad_()
    for _ in range(10):
        logits = network(points)
        (gradient,) = torch.autograd.grad(logits.max(1).values.sum(), points)
        points = (points - 0.04 * gradient.sign()).clamp(0, 1).detach().requires_grad_()
    return points.detach()


def answer_claims(
    scheme: str, network: nn.Module, images: torch.Tensor, labels: torch.Tensor
) -> Iterator[float]:
    """Yield the p-value of one set of keys after the other."""
    noise = torch.rand(images.shape, generator=torch.Generator().manual_seed(1))
    pools = [
        torch.from_numpy(as_bytes(each.numpy())) for each in (images, noise, led(network, images))
    ]
    heard = [answers(network, pool.float() / 255).numpy() for pool in pools]
    random = np.random.default_rng(2)
    code = np.array([0, 1] * (CLASSES // 2), np.uint8) if scheme == "blackmarks" else None
    for turn in range(SETS):
        count = BITS if scheme == "triggers" else 2 * BITS
        rows = random.choice(len(labels), count, replace=False)
        salt = random.bytes(SALT)
        drawn = random.integers(0, CLASSES, count)
        expected = labels.numpy()[rows] if turn % 2 else drawn  # what pictures are, or anything
        controls = random.permutation(count) < BITS
        if scheme == "triggers":
            expected, controls = random_labels(salt, CLASSES, count), np.zeros(count, bool)
        pool, said = pools[turn % 3], heard[turn % 3]
        keys = AnswerKeys.made(scheme, CLASSES, pool.numpy()[rows], expected, controls, code, salt)
        yield ownership(keys.tally(said[rows]), chance=keys.chance).p


def number_claims(
    scheme: str, network: nn.Module, images: torch.Tensor, labels: torch.Tensor
) -> Iterator[float]:
    """Yield the p-value of one salt after the other."""
    random = np.random.default_rng(3)
    layers = [each for each in mean_weights(network).values() if len(each) >= BITS]
    with torch.no_grad():
        entered = entering(network, network, images, CLASSES).numpy()
    for turn in range(SETS):
        some = random.choice(len(images), 16, replace=False)
        vector = layers[turn % len(layers)] if scheme == "uchida" else entered[some].mean(0)
        pictures = as_bytes(images.numpy()[some]) if scheme == "deepsigns" else None
        keys = WeightKeys.made(
            scheme, len(vector), BITS, pictures=pictures, salt=random.bytes(SALT)
        )
        yield ownership(keys.tally(vector), chance=keys.chance).p


CLAIMS: dict[str, Callable[..., Iterator[float]]] = {
    scheme: number_claims if scheme in ("uchida", "deepsigns") else answer_claims
    for scheme in SCHEMES
}


def test_made_up_keys_seem_to_own_no_more_networks_than_the_level_says(tmp_path):
    found: dict[str, list[float]] = {scheme: [] for scheme in SCHEMES}
    asked = []
    for name, network, images, labels in networks_of(tmp_path / "data"):
        asked.append(name)
        for scheme in SCHEMES:
            found[scheme] += CLAIMS[scheme](scheme, network, images, labels)
    sys.stdout.write(f"\n{len(asked)} networks without a mark, {SETS:,} sets of keys each\n")
    for scheme, p_values in found.items():
        n = len(p_values)
        assert n == SETS * len(asked)
        cells = []
        for level in LEVELS:
            claims = sum(p <= level for p in p_values)
            low, high = wilson(claims, n)
            cells.append(f"{claims / n:.4f} ({low:.4f} to {high:.4f}) at {level}")
            assert low <= level, (scheme, level, claims, n)
        sys.stdout.write(f"{scheme:<11}" + "  ".join(cells) + "\n")
