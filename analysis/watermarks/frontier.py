"""Adversarial frontier stitching (Le Merrer, Pérez, Trédan, 2019): points beside the boundary.

Keys are pictures that were led towards another class: half of them just across the boundary (true
adversaries, which mislead the network), half of them just before it (false ones). The network is
taught to answer all of them with the class that they show, so that its boundary moves a little, in
places that only the keys know.

As with BlackMarks, a network that was trained by itself answers most of them rightly. So a coin
picks half of them as controls, which the network is taught to answer as before.
"""

from math import sqrt

import torch
from torch import nn

from analysis.watermarks.adversaries import Way, back, led
from analysis.watermarks.answer_keys import AnswerKeys
from analysis.watermarks.recipes import Embedded, Recipe, drawn_order
from analysis.watermarks.teaching import enough, misled, taught, unmarked_variants, with_controls
from analysis.watermarks.training import Data, Heard, answers, logits_of

SCHEME = "frontier"
_PER_KEY = 3  # candidates
_BESIDE = 1.0  # lead of the wrong class, in logits: a little change does not undo it


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


def keys_of(
    network: nn.Module, data: Data, classes: int, recipe: Recipe, salt: bytes
) -> AnswerKeys:
    """Make keys and their controls; raise KeysError where too few pictures are good for one."""
    chosen = drawn_order(salt, len(data.labels))[: 2 * recipe.bits * _PER_KEY]
    images, labels = data.images[chosen], data.labels[chosen]
    code = torch.arange(classes, device=labels.device)
    right = answers(network, images) == labels
    images, labels = images[right], labels[right]
    others = logits_of(network, images).scatter(1, labels[:, None], -torch.inf).argmax(1)
    points = led(network, images, labels, code, Way(others, recipe.eps, -_BESIDE))
    # More of them stay across than go back: not all get there, nor mislead other networks.
    part = 2 * len(labels) // 3
    across = misled(
        [network, *unmarked_variants(network, data, recipe)], (points[:part], labels[:part]), code
    )
    before = back(network, images[part:], points[part:], labels[part:], code)
    still = answers(network, before) == labels[part:]
    kinds = [across, (before[still], labels[part:][still])]
    enough(2 * min(len(shown) for _, shown in kinds), 2 * recipe.bits)
    kept = [(pictures[: recipe.bits], shown[: recipe.bits]) for pictures, shown in kinds]
    both = torch.cat([each for each, _ in kept]), torch.cat([each for _, each in kept])
    return with_controls(SCHEME, both, classes, salt)


def most_false(bits: int) -> int:
    """Return how many controls are false adversaries, which any network answers, with bad luck.

    That is two deviations more than half of them.
    """
    return min(bits, round(bits / 2 + 2 * sqrt(bits / 8)))
