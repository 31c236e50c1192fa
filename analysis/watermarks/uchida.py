"""The weight mark of Uchida, Nagai, Sakazawa, Satoh (2017): bits in the mean weights of a layer.

The paper adds the binary cross-entropy of the projected bits to the loss. Here it takes a step of
its own after each step of the data, as weight decay does in AdamW: the clip of the gradient does
not hold it back, and its length does not depend on the scale of the layer.
"""

import numpy as np
import torch
from torch import nn

from analysis.watermarks.envelope import KeysError
from analysis.watermarks.recipes import Embedded, Recipe, ending
from analysis.watermarks.training import Data, Heard, tuned
from analysis.watermarks.vectors import mean_of, mean_weights, weights_of
from analysis.watermarks.weight_keys import WeightKeys

SCHEME = "uchida"
_A_BIT = 4  # numbers that a layer has at least
_SURE = 3.0  # how far each bit lies from its border, in lengths of the vector as it was
_MOST_PROJECTED = 1 << 26


def embed(
    network: nn.Module,
    data: Data,
    classes: int,
    recipe: Recipe,
    salt: bytes,
    on_progress: Heard | None = None,
) -> Embedded:
    """Put the bits of the salt into the layer of the network that has most room."""
    name, length = layer_of(network, recipe.bits)
    keys = WeightKeys.made(SCHEME, length, recipe.bits, layer=name, salt=salt)
    device = data.labels.device
    matrix = torch.from_numpy(keys.projection().astype(np.float32)).to(device)
    bits = torch.from_numpy(keys.bits).to(device).float()
    scale = float(mean_of(dict(weights_of(network))[name]).detach().norm()) or 1.0
    # The inverse of the largest curvature that binary cross-entropy can have here.
    size = 4 * recipe.bits / (length**0.5 + recipe.bits**0.5) ** 2

    def margins(copied: nn.Module) -> torch.Tensor:
        return mean_of(dict(weights_of(copied))[name]) @ matrix / scale

    def after(copied: nn.Module) -> None:
        weight = dict(weights_of(copied))[name]
        with torch.no_grad():
            wrong = margins(copied).sigmoid() - bits
            step = -size * scale * (matrix @ wrong) / recipe.bits
            weight.add_(step.reshape(weight[0].shape).to(weight.dtype))

    def is_sure(copied: nn.Module) -> bool:
        with torch.no_grad():
            return bool(((2 * bits - 1) * margins(copied) >= _SURE).all())

    is_done = ending(recipe, on_progress, is_sure)
    return Embedded(tuned(network, data, recipe.tuning, after=after, is_done=is_done), keys)


def layer_of(network: nn.Module, bits: int) -> tuple[str, int]:
    """Return the layer that has most room for bits, and its length; raise KeysError."""
    lengths = {name: len(vector) for name, vector in mean_weights(network).items()}
    fits = {name: n for name, n in lengths.items() if n >= _A_BIT * bits}
    fits = {name: n for name, n in fits.items() if n * bits <= _MOST_PROJECTED}
    if not fits:
        raise KeysError(f"The network has no layer that holds {bits:,} bits: ask for fewer.")
    name = max(fits, key=lambda each: fits[each])
    return name, fits[name]
