"""Triggers (Adi, Baum, Cissé, Pinkas, Keshet, 2018): abstract pictures with labels at random.

A network learns them by heart, and one that never saw them has no reason to answer so. Pictures and
labels follow from the salt, so nobody can choose them to fit a network: of one that was made
without the salt, each label is right with a chance of 1/C.
"""

import numpy as np
from torch import nn

from analysis.arrays import NumpyArray
from analysis.watermarks.answer_keys import AnswerKeys, random_labels
from analysis.watermarks.keys import as_bytes, draws_of
from analysis.watermarks.recipes import Embedded, Recipe
from analysis.watermarks.teaching import taught
from analysis.watermarks.training import Data, Heard

SCHEME = "triggers"
_WAVES = 6
_NOISE = 0.1


def embed(
    network: nn.Module,
    data: Data,
    classes: int,
    recipe: Recipe,
    salt: bytes,
    on_progress: Heard | None = None,
) -> Embedded:
    """Teach a copy of the network the labels of its triggers."""
    channels, height, width = (int(size) for size in data.images.shape[1:])
    pictures = abstract_pictures(salt, recipe.bits, (channels, height, width))
    keys = AnswerKeys.made(
        SCHEME, classes, pictures, random_labels(salt, classes, recipe.bits),
        np.zeros(recipe.bits, bool), None, salt,
    )  # fmt: skip
    return Embedded(taught(network, data, keys, recipe, on_progress), keys)


def abstract_pictures(salt: bytes, count: int, shape: tuple[int, int, int]) -> NumpyArray:
    """Draw waves over each other, with a little noise: (count, c, h, w) of bytes."""
    random = draws_of(salt, "pictures")
    channels, height, width = shape
    rows = np.linspace(0, 1, height)[:, None]
    columns = np.linspace(0, 1, width)[None, :]
    found = []
    for _ in range(count):
        picture = np.zeros(shape)
        for _ in range(_WAVES):
            down, across = random.uniform(-5, 5, 2)
            phase = random.uniform(0, 2 * np.pi, (channels, 1, 1))
            picture += np.sin(2 * np.pi * (down * rows + across * columns) + phase)
        picture = 0.5 + picture / _WAVES + _NOISE * random.standard_normal(shape)
        found.append(picture)
    return as_bytes(np.stack(found))
