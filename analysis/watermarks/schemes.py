"""All schemes of marks in networks behind one interface: embed a mark, and ask for it."""

from collections.abc import Callable

import torch
from torch import nn

from analysis.watermarks import blackmarks, deepsigns, frontier, triggers, uchida
from analysis.watermarks.answer_keys import AnswerKeys
from analysis.watermarks.envelope import LARGEST, MOST_CLASSES, NUMBERS, KeysError
from analysis.watermarks.keys import fresh_salt
from analysis.watermarks.recipes import Embedded, Recipe
from analysis.watermarks.statistics import Ownership, Tally, ownership
from analysis.watermarks.training import Data, Heard, answers, logits_of
from analysis.watermarks.vectors import mean_activations, mean_weights
from analysis.watermarks.weight_keys import WeightKeys

_Embed = Callable[[nn.Module, Data, int, Recipe, bytes, Heard | None], Embedded]
_EMBED: dict[str, _Embed] = {
    each.SCHEME: each.embed for each in (blackmarks, frontier, triggers, uchida, deepsigns)
}
SCHEMES = tuple(_EMBED)
_FEWEST_IMAGES = 100
_SALTS = 3


def embed(
    scheme: str,
    network: nn.Module,
    data: Data,
    classes: int,
    recipe: Recipe | None = None,
    *,
    salt: bytes = b"",
    on_progress: Heard | None = None,
) -> Embedded:
    """Put a mark into a copy of the network, and check that it is there.

    The network takes images float32 (n, c, h, w) in [0, 1] and answers logits (n, classes). The
    same salt and recipe give the same keys; without a salt it is a fresh one, and another where the
    mark does not take. Raises KeysError,
    with what is missing, where the scheme cannot be had.
    """
    if scheme not in _EMBED:
        raise KeysError(f"There is no scheme of that name; there are {', '.join(SCHEMES)}.")
    recipe = recipe or Recipe()
    _vet(network, data, classes)
    if not _best(scheme, recipe.bits, classes).carries:
        raise KeysError("So few bits may be matched by chance: ask for more.")
    problem = ""
    for drawn in [salt] if salt else [fresh_salt() for _ in range(_SALTS)]:
        found = _EMBED[scheme](network, data, classes, recipe, drawn, on_progress)
        problem = _not_taken(found, recipe)
        if not problem:
            return found
    raise KeysError(problem)


def _not_taken(found: Embedded, recipe: Recipe) -> str:
    """Say in which way a mark is not found where it was put; "" where it is."""
    tally = tally_of(found.keys, found.network)
    if ownership(tally, chance=found.keys.chance).carries:
        return ""
    controls = f" and {tally.control_matches} of {tally.controls} controls" * bool(tally.controls)
    return (
        f"The mark did not take: the network matches {tally.matches} of {tally.keys} keys{controls}"
        f" after {recipe.most_steps} steps. Allow more steps, a higher rate or more bits."
    )


def _best(scheme: str, bits: int, classes: int) -> Ownership:
    """Say what a mark shows that is all there."""
    if scheme in NUMBERS:
        return ownership(Tally(bits, bits), chance=0.5)
    if scheme == triggers.SCHEME:
        return ownership(Tally(bits, bits), chance=1 / classes)
    others = frontier.most_false(bits) if scheme == frontier.SCHEME else 0
    return ownership(Tally(bits, bits, others, bits))


def tally_of(keys: AnswerKeys | WeightKeys, network: nn.Module) -> Tally:
    """Ask a network for a mark, directly; raise KeysError where it is made for another one."""
    device = next((each.device for each in network.parameters()), torch.device("cpu"))
    if isinstance(keys, AnswerKeys):
        images = torch.from_numpy(keys.images).to(device)
        return keys.tally(_asked(network, images, answers).cpu().numpy())
    if keys.pictures is None:
        vector = mean_weights(network).get(keys.layer)
        if vector is None:
            raise KeysError("The network has no layer of the name that was marked.")
        return keys.tally(vector)
    images = torch.from_numpy(keys.images).to(device)
    width = _asked(network, images[:1], logits_of).shape[-1]
    return keys.tally(mean_activations(network, network, images, width))


def _asked(
    network: nn.Module,
    images: torch.Tensor,
    ask: Callable[[nn.Module, torch.Tensor], torch.Tensor],
) -> torch.Tensor:
    try:
        return ask(network, images)
    except RuntimeError as error:  # torch's for shapes that do not fit
        raise KeysError("The network does not take the pictures of these keys.") from error


def _vet(network: nn.Module, data: Data, classes: int) -> None:
    """Raise KeysError unless a network can be marked with these data."""
    images, labels = data.images, data.labels
    if not 2 <= classes <= MOST_CLASSES:
        raise KeysError("A mark takes a task with at least two classes.")
    if images.dim() != 4 or images.shape[1] not in (1, 3) or max(images.shape[2:]) > LARGEST:
        raise KeysError(f"Images have one or three colours and at most {LARGEST:,} pixels a side.")
    if labels.shape != images.shape[:1] or len(labels) < _FEWEST_IMAGES:
        raise KeysError(f"To embed a mark takes at least {_FEWEST_IMAGES} images with classes.")
    if not bool(((labels >= 0) & (labels < classes)).all()):
        raise KeysError("An image has a class that the task does not know.")
    found = _asked(network, images[:2], logits_of)
    if found.shape != (2, classes) or not bool(found.isfinite().all()):
        raise KeysError("The network does not answer images with a number for each class.")
