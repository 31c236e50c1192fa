"""The activation mark of DeepSigns (Rouhani, Chen, Koushanfar, 2019): bits in what a layer sees.

Pictures of one class, which the salt draws, are the keys. Their mean activation, where it enters
the last layer, is taught to have the bits of the salt behind a secret projection, by binary
cross-entropy beside the loss of the data.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from analysis.watermarks.envelope import FEWEST, KeysError
from analysis.watermarks.keys import as_bytes, draws_of
from analysis.watermarks.recipes import Embedded, Recipe, drawn_order, ending
from analysis.watermarks.training import Data, Heard, tuned
from analysis.watermarks.vectors import entering
from analysis.watermarks.weight_keys import WeightKeys

SCHEME = "deepsigns"
_PICTURES = 32
_A_BIT = 4  # numbers that the vector has at least
_WEIGHT = 10.0  # of the bits, for a recipe whose weight is 1
_SURE = 0.25  # how far each bit lies from its border, in lengths of the vector as it was


def embed(
    network: nn.Module,
    data: Data,
    classes: int,
    recipe: Recipe,
    salt: bytes,
    on_progress: Heard | None = None,
) -> Embedded:
    """Teach a copy of the network the bits of the salt."""
    chosen = _drawn(data, classes, salt)
    device, shown = data.labels.device, data.labels[chosen]
    pictures = as_bytes(data.images[chosen].cpu().numpy())
    images = torch.from_numpy(pictures.astype(np.float32) / 255).to(device)
    with torch.no_grad():
        before = entering(network, network, images, classes).mean(0)
    most = len(before) // _A_BIT
    if most < recipe.bits:
        raise KeysError(f"What enters the last layer holds {most:,} bits at most: ask for fewer.")
    keys = WeightKeys.made(SCHEME, len(before), recipe.bits, pictures=pictures, salt=salt)
    matrix = torch.from_numpy(keys.projection().astype(np.float32)).to(device)
    bits, scale = torch.from_numpy(keys.bits).to(device).float(), float(before.norm()) or 1.0

    def more(copied: nn.Module) -> torch.Tensor:
        said: list[torch.Tensor] = []

        def call(given: torch.Tensor) -> torch.Tensor:
            said.append(copied(given))
            return said[0]

        mean = entering(call, copied, images, classes).mean(0)
        loss = functional.binary_cross_entropy_with_logits(mean @ matrix / scale, bits)
        # The pictures show their class as before, whatever their activations are.
        return _WEIGHT * recipe.weight * loss + functional.cross_entropy(said[0], shown)

    def is_sure(copied: nn.Module) -> bool:
        with torch.no_grad():
            mean = entering(copied, copied, images, classes).mean(0)
        return bool(((2 * bits - 1) * (mean @ matrix) >= _SURE * scale).all())

    is_done = ending(recipe, on_progress, is_sure)
    return Embedded(tuned(network, data, recipe.tuning, more=more, is_done=is_done), keys)


def _drawn(data: Data, classes: int, salt: bytes) -> torch.Tensor:
    """Return the places of pictures of one class; raise KeysError where it has too few."""
    of_class = int(draws_of(salt, "class").integers(classes))
    order = drawn_order(salt, len(data.labels)).to(data.labels.device)
    found = order[data.labels[order] == of_class][:_PICTURES]
    if len(found) < FEWEST:
        raise KeysError(f"The data need at least {FEWEST} images of each class.")
    return found
