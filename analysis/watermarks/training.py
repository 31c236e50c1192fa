"""Fine-tuning as marks need it: on an owner's data, by few steps, and the same each time."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from analysis.attacks import draws

Heard = Callable[[int, int], None]  # steps done, most steps

_ORDER = 30  # stream of draws
_MOMENTUM = 0.9


@dataclass(frozen=True, slots=True)
class Data:
    """Images (n, c, h, w) in [0, 1] and their classes (n,), on the network's device.

    To learn from, labels may be probabilities of the classes (n, classes), too.
    """

    images: torch.Tensor
    labels: torch.Tensor

    def first(self, count: int) -> "Data":
        """Return the first of them."""
        return Data(self.images[:count], self.labels[:count])

    def batches(self, size: int, seed: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Give batches without end, in a new order each round."""
        turn = 0
        while True:
            drawn = draws.uniform(seed, torch.arange(len(self.labels)), turn, 1, stream=_ORDER)
            order = drawn[:, 0].argsort().to(self.labels.device)
            for some in torch.split(order, size):
                yield self.images[some], self.labels[some]
            turn += 1


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a network is trained.

    Statistics of batch normalisation stay as they are, so that batches with keys in them do not
    shift them. ``from_scratch`` learns them, and lets the rate fall to zero.
    """

    steps: int = 300
    batch: int = 64
    rate: float = 1e-3
    seed: int = 0
    from_scratch: bool = False


def tuned(
    network: nn.Module,
    data: Data,
    tuning: Tuning,
    *,
    more: Callable[[nn.Module], torch.Tensor] | None = None,
    after: Callable[[nn.Module], None] | None = None,
    is_done: Callable[[nn.Module, int], bool] | None = None,
) -> nn.Module:
    """Return a copy of the network after some steps, which has no gradients any more.

    ``more`` adds a loss to the data's own, ``after`` changes the copy after each step, and
    ``is_done`` may end it early.
    """
    copied = copy.deepcopy(network).train(tuning.from_scratch)
    for weight in copied.parameters():
        weight.requires_grad_(weight.is_floating_point())
    optimiser = torch.optim.SGD(
        copied.parameters(), tuning.rate, momentum=_MOMENTUM, weight_decay=5e-4
    )
    batches = data.batches(tuning.batch, tuning.seed)
    for step in range(tuning.steps):
        if is_done is not None and is_done(copied, step):
            break
        if tuning.from_scratch:
            optimiser.param_groups[0]["lr"] = tuning.rate * (1 - step / tuning.steps)
        images, labels = next(batches)
        with torch.enable_grad():
            loss = functional.cross_entropy(copied(images), labels)
            if more is not None:
                loss = loss + more(copied)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(copied.parameters(), 5.0)
        optimiser.step()
        if after is not None:
            after(copied)
    return copied.eval().requires_grad_(False)


def logits_of(network: nn.Module, images: torch.Tensor, batch: int = 256) -> torch.Tensor:
    """Return what the network answers to images (n, classes), without gradients."""
    with torch.no_grad():
        return torch.cat([network(some) for some in torch.split(images, batch)])


def answers(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Return the class of each image (n,), -1 where the answer is no number."""
    logits = logits_of(network, images)
    return torch.where(logits.isfinite().all(1), logits.argmax(1), -1)


def accuracy(network: nn.Module, data: Data) -> float:
    """Return the share of right answers."""
    return float((answers(network, data.images) == data.labels).double().mean())
