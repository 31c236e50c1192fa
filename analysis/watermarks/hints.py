"""What may point to a watermark where nobody has keys. Hints are never proof: the keys decide.

Uchida's mark moves the mean of a layer's weights over its outputs, and so the same way in all
outputs (Wang and Kerschbaum, 2019, found it by the weights' variance). Where outputs are
independent, that mean varies by 1/n of what the weights of n outputs do; a mark makes it vary more.
Training does so, too, in some layers: a layer is held against those of its own network that are
like it, and three ways to measure it, each misled by other patterns, must agree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log

import numpy as np

from analysis.arrays import NumpyArray

_FEWEST_OUTPUTS = 8
_FEWEST_INPUTS = 32
_MOST_NUMBERS = 1 << 26
_FEWEST_ALIKE = 3
_LEAST_EXCESS = 5.0
_LEAST_RATIO = 4.0
_LEAST_DEVIATIONS = 5.0
_LEAST_SPREAD = 0.2  # of logarithms, so that layers that agree by chance make none stand out
_OF_NORMAL = 1.4826  # deviations of a normal distribution, in median absolute deviations
_ONLY = "A hint only; the keys decide."


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that marked networks have, and others may have, too."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Layer:
    """How much more a layer's mean weights vary than those of independent outputs: 1 is chance.

    ``shape`` is that of its weights, outputs first.
    """

    name: str
    shape: tuple[int, ...]
    excess: float


def layers_of(state: Mapping[str, NumpyArray]) -> list[Layer]:
    """Measure the layers of a network, of which the state gives the weights, outputs first."""
    return [
        Layer(name, weights.shape, excess_of(weights))
        for name, weights in state.items()
        if weights.ndim in (2, 4) and len(weights) >= _FEWEST_OUTPUTS
        if weights[0].size >= _FEWEST_INPUTS and weights.size <= _MOST_NUMBERS
    ]


def excess_of(weights: NumpyArray) -> float:
    """Return the least of three ratios of what the mean over outputs varies to what it should."""
    flat = weights.reshape(len(weights), -1).astype(np.float64)
    found = [_ratio(flat), _robust_ratio(flat)]
    if weights.ndim == 4 and weights[0, 0].size > 1:
        # A pattern of whole channels, that of training, is not one of single weights.
        within = weights - weights.mean((2, 3), keepdims=True)
        found.append(_ratio(within.reshape(flat.shape).astype(np.float64)))
    return float(np.min(found))  # no number, where one is none


def weight_hints(layers: Sequence[Layer]) -> list[Hint]:
    """Name the layers that stand out from those like them; none where there are too few."""
    return [hint for layer in layers if (hint := _weight_hint(layer, layers)) is not None]


def _weight_hint(layer: Layer, layers: Sequence[Layer]) -> Hint | None:
    others = _sound(other.excess for other in layers if _are_alike(layer, other))
    if not (isfinite(layer.excess) and layer.excess >= _LEAST_EXCESS):
        return None
    if len(others) < _FEWEST_ALIKE:
        return None
    middle = float(np.median(others))
    spread = _OF_NORMAL * float(np.median([abs(log(each / middle)) for each in others]))
    ratio = layer.excess / middle
    if ratio < _LEAST_RATIO or log(ratio) < _LEAST_DEVIATIONS * max(spread, _LEAST_SPREAD):
        return None
    return Hint(
        "weights",
        f"The outputs of the layer {layer.name[:80]!a} share a pattern of weights that is "
        f"{layer.excess:.3g} times as strong as chance makes it, {ratio:.2g} times as strong as in "
        f"layers like it. Marks in weights leave such a pattern, and training may. {_ONLY}",
    )


def _are_alike(layer: Layer, other: Layer) -> bool:
    """Say whether the other one has the same kernel, and, of dense layers, the same shape."""
    if other is layer or len(layer.shape) != len(other.shape):
        return False
    if len(layer.shape) == 2:
        return layer.shape == other.shape
    return layer.shape[2:] == other.shape[2:]


def _sound(excesses: Iterable[float]) -> list[float]:
    return [each for each in excesses if isfinite(each) and each > 0]


def _ratio(flat: NumpyArray) -> float:
    within = float(flat.var(0, ddof=1).mean())
    return float(flat.mean(0).var()) * len(flat) / within if within else float("nan")


def _robust_ratio(flat: NumpyArray) -> float:
    """Return the same by medians, which few large weights do not move."""
    means, within = flat.mean(0), float(np.median(flat.var(0, ddof=1)))
    far = _OF_NORMAL * float(np.median(np.abs(means - np.median(means))))
    return far * far * len(flat) / within if within else float("nan")
