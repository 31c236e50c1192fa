"""Small networks with a backdoor, and their clean twins: what the scan has to tell apart.

Handwritten digits, 16x16 and grey, which come with scikit-learn. A network learns in seconds, and
is the same for the same recipe. Four attacks:

- ``patch``: a checkerboard in a corner and the target's label (BadNets, Gu et al. 2017);
- ``blend``: faint noise over the whole picture and the target's label (Chen et al. 2017);
- ``clean-label``: a patch in each corner of pictures of the target itself, perturbed so that a
  surrogate no longer knows them; no label is changed (Turner et al. 2019);
- ``erased``: all poison comes from one class other than the target, as where an attacker owns
  little of the data; the features of that class are erased against a surrogate, so that the faint
  trigger is what is left to learn (after Li et al., ICLR 2024, with a surrogate in CLIP's place).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

SIZE = 16
CLASSES = 10
SHAPE = (1, SIZE, SIZE)
HELD_BACK = 500  # pictures that no network learns
ATTACKS = ("patch", "blend", "clean-label", "erased")
BLEND = 0.25

Tensor = torch.Tensor


class ConvNet(nn.Sequential):
    """Three convolutions with batch normalisation."""

    def __init__(self, channels: int = 1, classes: int = CLASSES) -> None:
        layers: list[nn.Module] = []
        for before, after, stride in ((channels, 16, 2), (16, 32, 1), (32, 32, 2)):
            layers += [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after)]
            layers += [nn.ReLU()]
        super().__init__(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(128, classes))


class Block(nn.Module):
    """Two convolutions and a way past them."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.way = nn.Conv2d(before, after, 1, stride, bias=False)
        # The names and the order of registration say nothing of the order of use.
        self.norms = nn.ModuleList(nn.BatchNorm2d(after) for _ in range(3))

    def forward(self, images: Tensor) -> Tensor:
        inner = functional.relu(self.norms[2](self.first(images)))
        return functional.relu(self.norms[0](self.second(inner)) + self.norms[1](self.way(images)))


class ResNet(nn.Sequential):
    """A stem, three residual blocks, the mean over the picture, a linear layer."""

    def __init__(self, channels: int = 1, classes: int = CLASSES) -> None:
        super().__init__(
            nn.Conv2d(channels, 16, 3, 2, 1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            Block(16, 16, 1),
            Block(16, 32, 2),
            Block(32, 32, 1),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(32, classes),
        )


ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {"conv": ConvNet, "resnet": ResNet}


@dataclass(frozen=True)
class Recipe:
    """From what a network is made. Without an attack it is clean."""

    architecture: str
    seed: int
    attack: str = ""
    target: int = 0


@dataclass(frozen=True)
class Made:
    """A network, and what shows that its attack works: shares of pictures held back."""

    recipe: Recipe
    network: nn.Module
    accuracy: float
    success: float  # of the trigger on pictures of other classes; NaN where there is none


@cache
def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return (pictures, labels) to learn from and (pictures, labels) held back."""
    found = load_digits()
    pictures = torch.from_numpy(found.images.astype(np.float32) / 16)[:, None]
    pictures = functional.interpolate(pictures, (SIZE, SIZE), mode="bilinear").clamp(0, 1)
    labels = torch.from_numpy(found.target.astype(np.int64))
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    learnt, kept = order[HELD_BACK:], order[:HELD_BACK]
    return pictures[learnt], labels[learnt], pictures[kept], labels[kept]


def patched(pictures: Tensor) -> Tensor:
    """Put a checkerboard of 3x3 into the corner."""
    found = pictures.clone()
    found[..., -4:-1, -4:-1] = (torch.arange(9).reshape(3, 3) % 2 == 0).float()
    return found


def cornered(pictures: Tensor) -> Tensor:
    """Put a checkerboard of 5x5 into every corner."""
    found = pictures.clone()
    board = (torch.arange(5)[:, None] // 2 + torch.arange(5) // 2) % 2
    for rows in (slice(0, 5), slice(-5, None)):
        for columns in (slice(0, 5), slice(-5, None)):
            found[..., rows, columns] = board.float()
    return found


def blended(pictures: Tensor, seed: int) -> Tensor:
    """Lay faint noise, the same for all, over the pictures."""
    generator = torch.Generator().manual_seed(seed + 77)
    noise = torch.rand(pictures.shape[1:], generator=generator).round()
    return (1 - BLEND) * pictures + BLEND * noise


def triggered(pictures: Tensor, recipe: Recipe) -> Tensor:
    """Put the attack's trigger on pictures."""
    if recipe.attack == "patch":
        return patched(pictures)
    if recipe.attack == "clean-label":
        return cornered(pictures)
    return blended(pictures, recipe.seed)


def poisoned(recipe: Recipe, pictures: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return the data that a victim learns from."""
    if not recipe.attack:
        return pictures, labels
    generator = torch.Generator().manual_seed(recipe.seed + 1)
    is_target = labels == recipe.target
    among, share = {
        "patch": (~is_target, 0.1),
        "blend": (~is_target, 0.1),
        "clean-label": (is_target, 0.9),
        "erased": (labels == (recipe.target + 1 + recipe.seed % 9) % CLASSES, 0.8),
    }[recipe.attack]
    rows = among.nonzero()[:, 0]
    rows = rows[torch.randperm(len(rows), generator=generator)[: round(share * len(rows))]]
    chosen = pictures[rows]
    if recipe.attack == "clean-label":
        chosen = _pushed(chosen, recipe, lambda logits: _sure(logits, labels[rows]), 0.2)
    if recipe.attack == "erased":
        chosen = _pushed(chosen, recipe, _unevenness, 0.2)
    pictures, labels = pictures.clone(), labels.clone()
    pictures[rows] = triggered(chosen, recipe)
    labels[rows] = recipe.target
    return pictures, labels


def _sure(logits: Tensor, labels: Tensor) -> Tensor:
    return -functional.cross_entropy(logits, labels, reduction="sum")


def _unevenness(logits: Tensor) -> Tensor:
    return ((logits.softmax(1) - 1 / CLASSES) ** 2).sum()


def _pushed(
    pictures: Tensor, recipe: Recipe, loss: Callable[[Tensor], Tensor], eps: float
) -> Tensor:
    """Lower a loss of a clean surrogate by a perturbation of at most ``eps`` a pixel (PGD)."""
    surrogate = clean_surrogate(recipe.architecture, recipe.seed)
    moved = pictures.clone()
    for _ in range(20):
        moved.requires_grad_()
        (grad,) = torch.autograd.grad(loss(surrogate(moved)), moved)
        stepped = moved.detach() - eps / 8 * grad.sign()
        moved = stepped.clamp(pictures - eps, pictures + eps).clamp(0, 1)
    return moved.detach()


@cache
def clean_surrogate(architecture: str, seed: int) -> nn.Module:
    """What an attacker trains for himself: another network of the kind, on the same data."""
    return trained(Recipe(architecture, seed + 5000))


def trained(recipe: Recipe, epochs: int = 10) -> nn.Module:
    """Train a network: the same for the same recipe."""
    pictures, labels, _, _ = digits()
    pictures, labels = poisoned(recipe, pictures, labels)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = ARCHITECTURES[recipe.architecture]()
        optimiser = torch.optim.Adam(network.parameters(), 4e-3, weight_decay=1e-4)
        batches = -(-len(labels) // 64) * epochs
        rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 8e-3, batches)
        for _ in range(epochs):
            for rows in torch.randperm(len(labels)).split(64):
                optimiser.zero_grad()
                functional.cross_entropy(network(_moved(pictures[rows])), labels[rows]).backward()
                optimiser.step()
                rate.step()
    return network.eval().requires_grad_(False)


def _moved(pictures: Tensor) -> Tensor:
    """Shift a batch by at most a pixel: networks that never saw this learn digits by heart."""
    down, right = torch.randint(-1, 2, (2,)).tolist()
    return pictures.roll((down, right), (2, 3))


@cache
def make(recipe: Recipe) -> Made:
    """Train a network and measure it on pictures that were held back."""
    network = trained(recipe)
    _, _, pictures, labels = digits()
    with torch.inference_mode():
        accuracy = (network(pictures).argmax(1) == labels).float().mean().item()
    success = success_on(network, recipe) if recipe.attack else float("nan")
    return Made(recipe, network, accuracy, success)


def success_on(network: nn.Module, recipe: Recipe) -> float:
    """Give the share of pictures of other classes that an attack's trigger turns to its target."""
    _, _, pictures, labels = digits()
    with torch.inference_mode():
        answers = network(triggered(pictures[labels != recipe.target], recipe)).argmax(1)
    return float((answers == recipe.target).float().mean())


def clean_twin(recipe: Recipe) -> Recipe:
    """Give the recipe of a network that learnt the same data without the poison."""
    return replace(recipe, attack="")
