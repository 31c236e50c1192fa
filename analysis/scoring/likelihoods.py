"""Metrics of how likely a network finds a text.

Perplexity over tokens, words and bytes are three metrics, as in lm-eval (``word_perplexity``,
``byte_perplexity``, ``bits_per_byte``): the same logarithm, divided by another length.
"""

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

from analysis.answers import Likelihoods
from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError
from analysis.scoring import arguments
from analysis.scoring.forms import Ratio
from analysis.scoring.scorer import Make

Unit = Literal["tokens", "words", "utf8"]


class Loss(Ratio):
    """The mean of minus the logarithm of the probability, in nats or bits, over a unit."""

    bounds: tuple[float, float] = (0.0, math.inf)

    def __init__(self, unit: Unit, base: float = math.e) -> None:
        self.unit: Unit = unit
        self._base = base
        self.signature: str = f"{'nats' if base == math.e else 'bits'} over {unit}"

    def rows(self, answers: Likelihoods) -> NumpyArray:
        """The logarithm and the length of each text; raise CheckError where one is missing."""
        length: NumpyArray = getattr(answers, self.unit)
        broken = int((np.isnan(answers.nats) | ~(length >= 0)).sum())
        if broken:
            raise CheckError(f"The network gave no likelihood to {broken:,} of the texts.")
        return np.stack([answers.nats / math.log(self._base), length], axis=1).astype(np.float64)


class Perplexity(Loss):
    """e to the power of the loss; grows with it, so the ratio is kept and only the end differs."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.signature: str = f"exp of nats over {unit}"

    def to_metric(self, ratio: NumpyArray) -> NumpyArray:
        """Raise e to the ratio; infinite where no float can hold it."""
        power: NumpyArray = np.exp(ratio)
        return power

    def to_ratio(self, value: float) -> float:
        """Take the logarithm."""
        return math.log(value)


def _plain(scorer: Loss, args: Mapping[str, JSON]) -> Loss:
    arguments.only(args)
    return scorer


SCORERS: Mapping[str, Make] = {
    "loss": lambda args: _plain(Loss("tokens"), args),
    "perplexity": lambda args: _plain(Perplexity("tokens"), args),
    "word_perplexity": lambda args: _plain(Perplexity("words"), args),
    "byte_perplexity": lambda args: _plain(Perplexity("utf8"), args),
    "bits_per_byte": lambda args: _plain(Loss("utf8", 2.0), args),
}
