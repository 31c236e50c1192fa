"""How a mark is made and embedded: what an owner may choose, and what all schemes have in common.

What is secret of a mark follows from the salt in its keys: which pictures become keys, where they
are led, and the coin. The seed only orders the training.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from analysis.arrays import NumpyArray
from analysis.watermarks.answer_keys import AnswerKeys
from analysis.watermarks.envelope import FEWEST, MOST, KeysError
from analysis.watermarks.keys import draws_of
from analysis.watermarks.training import Heard, Tuning
from analysis.watermarks.weight_keys import WeightKeys


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a mark is made.

    ``bits`` is the number of keys without controls, or of bits. ``eps`` is the largest change of a
    picture that becomes a key, ``weight`` that of the mark's own loss, ``variants`` the number of
    fine-tuned networks without a mark that keys are chosen against.
    """

    bits: int = 32
    seed: int = 0
    eps: float = 0.1
    weight: float = 0.5
    variants: int = 1
    most_steps: int = 400
    rate: float = 1e-3
    batch: int = 64

    def __post_init__(self) -> None:
        if not FEWEST <= self.bits <= MOST:
            raise KeysError(f"A mark has between {FEWEST} and {MOST:,} bits.")
        if not (0 < self.eps <= 1 and 0 < self.rate <= 1 and 0 <= self.weight <= 1_000):
            raise KeysError("The recipe of a mark has a number that makes no sense.")
        if not (self.most_steps > 0 and self.batch > 0 and 0 <= self.variants <= 10):
            raise KeysError("The recipe of a mark has a number that makes no sense.")

    @property
    def tuning(self) -> Tuning:
        """Return how the mark is taught."""
        return Tuning(self.most_steps, self.batch, self.rate, self.seed)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A network with a mark, and the keys that find it."""

    network: nn.Module
    keys: AnswerKeys | WeightKeys


def is_control(salt: bytes, keys: int) -> NumpyArray:
    """Toss the coin: which half of the keys are controls, (keys,) bool.

    Each half is as likely as any other, also where keys are of two kinds. To halve each kind would
    show a mark more clearly, but then Fisher's test (``statistics``) is not exact any more.
    """
    found: NumpyArray = draws_of(salt, "coin").permutation(keys) >= keys // 2
    return found


def drawn_order(salt: bytes, count: int) -> torch.Tensor:
    """Return the order (count,) in which an owner's images are looked at."""
    return torch.from_numpy(draws_of(salt, "sources").permutation(count))


def drawn_numbers(salt: bytes, purpose: str, count: int, size: int) -> torch.Tensor:
    """Return numbers in [0, 1): (count, size) float32."""
    return torch.from_numpy(draws_of(salt, purpose).random((count, size), np.float32))


def ending(
    recipe: Recipe, on_progress: Heard | None, is_sure: Callable[[nn.Module], bool], every: int = 5
) -> Callable[[nn.Module, int], bool]:
    """Return what ends the teaching: when the mark is sure. It tells how far the teaching is."""

    def is_done(taught: nn.Module, step: int) -> bool:
        if on_progress is not None:
            on_progress(step, recipe.most_steps)
        return step % every == 0 and is_sure(taught)

    return is_done
