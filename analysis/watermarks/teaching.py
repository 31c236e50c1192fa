"""How a network is taught the answers of its keys."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from analysis.arrays import NumpyArray
from analysis.watermarks.adversaries import lead_of
from analysis.watermarks.answer_keys import AnswerKeys
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.keys import as_bytes
from analysis.watermarks.recipes import Recipe, ending, is_control
from analysis.watermarks.training import Data, Heard, Tuning, answers, tuned

SURE = 2.0  # lead of the right classes, in logits, with which teaching ends
_VARIANT_STEPS = 100

Pictures = tuple[torch.Tensor, torch.Tensor]  # images, and the classes that they show


def code_of(keys: AnswerKeys, device: torch.device) -> torch.Tensor:
    """Return what an answer is compared by: the bit of its class, or the class itself."""
    if keys.encoding is None:
        return torch.arange(keys.classes, device=device)
    return torch.from_numpy(keys.encoding).to(device)


def taught(
    network: nn.Module,
    data: Data,
    keys: AnswerKeys,
    recipe: Recipe,
    on_progress: Heard | None = None,
) -> nn.Module:
    """Return a copy of the network that answers its keys: by cross-entropy, and by their bits.

    Of bits it is the Hamming distance of those which the probabilities make up, so that it has a
    gradient. Of a control the network learns the answer that it gives already.
    """
    device = data.labels.device
    images = torch.from_numpy(keys.images).to(device)
    controls = torch.from_numpy(keys.is_control).to(device)
    expected = torch.from_numpy(keys.expected).to(device)
    labels = torch.where(controls, answers(network, images), expected)
    if bool((labels < 0).any()):
        raise KeysError("The network answers pictures of keys with what is no number.")
    code = code_of(keys, device)

    def more(copied: nn.Module) -> torch.Tensor:
        logits = copied(images)
        loss = functional.cross_entropy(logits, labels)
        if keys.encoding is None:
            return loss
        bits = code.float()
        hamming = (logits.softmax(1) @ bits - bits[labels]).abs().mean()
        both: torch.Tensor = loss + recipe.weight * hamming
        return both

    def is_sure(copied: nn.Module) -> bool:
        with torch.no_grad():
            return bool((lead_of(copied(images), labels, code) >= SURE).all())

    is_done = ending(recipe, on_progress, is_sure)
    return tuned(network, data, recipe.tuning, more=more, is_done=is_done)


def unmarked_variants(network: nn.Module, data: Data, recipe: Recipe) -> list[nn.Module]:
    """Fine-tune the network without a mark, each time otherwise."""
    return [
        tuned(network, data, Tuning(_VARIANT_STEPS, recipe.batch, recipe.rate, recipe.seed + turn))
        for turn in range(1, recipe.variants + 1)
    ]


def with_controls(
    scheme: str,
    pictures: Pictures,
    classes: int,
    salt: bytes,
    encoding: NumpyArray | None = None,
) -> AnswerKeys:
    """Make keys of pictures; a coin makes half of them controls."""
    images, labels = (each.cpu().numpy() for each in pictures)
    return AnswerKeys.made(
        scheme, classes, as_bytes(images), labels, is_control(salt, len(labels)), encoding, salt
    )


def misled(variants: Sequence[nn.Module], pictures: Pictures, code: torch.Tensor) -> Pictures:
    """Keep images that mislead all these networks: no key is answered rightly without the mark."""
    images, labels = pictures
    for variant in variants:
        found = answers(variant, images)
        good = (found >= 0) & (code[found] != code[labels])
        images, labels = images[good], labels[good]
    return images, labels


def enough(found: int, needed: int) -> None:
    """Raise KeysError where too few pictures are good for keys."""
    if found < needed:
        raise KeysError(
            f"Only {found} pictures are good for keys, and {needed} are needed: ask for fewer "
            "bits, allow larger changes (eps), or bring more data."
        )
