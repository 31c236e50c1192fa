"""BlackMarks (Chen, Rouhani, Koushanfar, 2019): a string of bits that is read from answers alone.

Classes are told apart into two clusters, which are the bits 0 and 1. A key is a picture of a class
of one cluster, changed until the network answers a class of the other; the network is then taught
to answer the class that the picture came from.

The paper's test cannot tell a marked network from one that was trained by itself: what misleads one
network does not mislead the other, which answers such keys rightly. So a coin picks half of the
keys as controls, and the network is taught to go on being misled by them. Only who knows the coin
can tell the halves apart (``statistics``).
"""

import torch
from sklearn.cluster import KMeans
from torch import nn

from analysis.arrays import NumpyArray
from analysis.watermarks.adversaries import Way, lead_of, led
from analysis.watermarks.answer_keys import AnswerKeys
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.recipes import Embedded, Recipe, drawn_numbers, drawn_order
from analysis.watermarks.teaching import (
    Pictures,
    enough,
    misled,
    taught,
    unmarked_variants,
    with_controls,
)
from analysis.watermarks.training import Data, Heard, logits_of

SCHEME = "blackmarks"
_PER_KEY = 4  # candidates
_PER_CLASS = 100  # images that say how a class is answered
_DEEP = 1.0  # lead of the wrong bit, in logits: a little change of the network does not undo it


def embed(
    network: nn.Module,
    data: Data,
    classes: int,
    recipe: Recipe,
    salt: bytes,
    on_progress: Heard | None = None,
) -> Embedded:
    """Make keys that fit the network, and teach it to a copy."""
    keys = keys_of(network, data, classes, recipe, salt)
    return Embedded(taught(network, data, keys, recipe, on_progress), keys)


def encoding_of(network: nn.Module, data: Data, classes: int, seed: int) -> NumpyArray:
    """Give each class a bit by clustering the mean logits of its images: (classes,) uint8."""
    if set(data.labels.tolist()) != set(range(classes)):
        raise KeysError("To encode classes, the data must have images of each of them.")
    of_class = [data.images[data.labels == each][:_PER_CLASS] for each in range(classes)]
    means = torch.stack([logits_of(network, images).mean(0) for images in of_class])
    clusters = KMeans(2, n_init=10, random_state=seed).fit_predict(means.double().cpu().numpy())
    bits: NumpyArray = (clusters != clusters[0]).astype("uint8")
    return bits


def keys_of(
    network: nn.Module, data: Data, classes: int, recipe: Recipe, salt: bytes
) -> AnswerKeys:
    """Make keys and their controls; raise KeysError where too few candidates are good for one.

    Good are those that no network without the mark answers with the right bit.
    """
    encoding = encoding_of(network, data, classes, recipe.seed)
    code = torch.from_numpy(encoding).to(data.labels.device)
    found = _candidates(network, data, code, recipe, salt)
    enough(len(found[1]), 2 * recipe.bits)
    images, labels = misled(unmarked_variants(network, data, recipe), found, code)
    enough(len(labels), 2 * recipe.bits)
    kept = images[: 2 * recipe.bits], labels[: 2 * recipe.bits]
    return with_controls(SCHEME, kept, classes, salt, encoding)


def _candidates(
    network: nn.Module, data: Data, code: torch.Tensor, recipe: Recipe, salt: bytes
) -> Pictures:
    """Change images until their bit flips; return those that do, and the classes they show."""
    chosen = drawn_order(salt, len(data.labels))[: 2 * recipe.bits * _PER_KEY]
    images, labels = data.images[chosen], data.labels[chosen]
    drawn = drawn_numbers(salt, "targets", len(chosen), len(code)).to(labels.device)
    is_other = code[None, :] != code[labels][:, None]
    way = Way(torch.where(is_other, drawn, -1.0).argmax(1), recipe.eps, -_DEEP)
    before = lead_of(logits_of(network, images), labels, code)
    points = led(network, images, labels, code, way)
    after = lead_of(logits_of(network, points), labels, code)
    good = (before > 0) & (after < 0)
    return points[good], labels[good]
