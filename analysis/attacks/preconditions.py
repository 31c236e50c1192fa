"""What is tested before an attack is believed, and what its outcome says about itself.

An attack that breaks nothing proves little: the network may have been in its way. Each flag says in
a sentence what was found, and its effect says what may still be concluded.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType
from typing import Any

import torch

from analysis.attacks.engine import Outcome
from analysis.attacks.losses import log_odds
from analysis.attacks.network import Asked, Network
from analysis.attacks.search import Threat
from analysis.contract import CheckError, Unsupported
from analysis.threats import MASKED_SHARE

_RUNS = 5
_RANDOM = 1e-4  # between two answers of unit length to the same images
_PROBABILITIES = 1e-5
_NOWHERE_SHARE = 0.05  # of images without a gradient, above which nothing is said to stand
_PRESENT = 128  # images that are looked at


class Effect(StrEnum):
    """What a flag leaves to be concluded."""

    NOTHING = "nothing"  # it is only said
    BREAKS_ONLY = "breaks-only"  # what was broken is broken; what stands may be breakable
    NO_VERDICT = "no-verdict"


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing found."""

    name: str
    sentence: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What was found before an attack; ``network`` is what it should ask, adapted."""

    network: Network
    flags: tuple[Flag, ...]

    @property
    def effect(self) -> Effect:
        """Return the gravest effect of all flags."""
        grades = list(Effect)
        return max((flag.effect for flag in self.flags), key=grades.index, default=Effect.NOTHING)


def examine(
    network: Callable[[torch.Tensor], object],
    images: torch.Tensor,
    threat: Threat,
    *,
    batch_size: int = _PRESENT,
) -> Preconditions:
    """Ask a few images (on the network's device) some ten times.

    Raises CheckError where the network cannot be asked at all.
    """
    images = images[:_PRESENT]
    adapted = network if isinstance(network, Network) else Network(network)
    outside = _outside(images)
    if outside is not None:
        return Preconditions(adapted, (outside,))
    asked = Asked(adapted, batch_size, is_raw=True)
    try:
        logits = asked.exact(images)
    except Unsupported:
        raise
    except CheckError:
        if not _answers_bytes(network, images):
            raise
        return Preconditions(adapted, (_BYTES_ONLY,))
    flags = [_not_finite(logits), *_unsteady(asked, images, logits, threat)]
    if _are_probabilities(logits):
        adapted = adapted.of_probabilities()
        asked = Asked(adapted, batch_size, is_raw=True)
        flags.append(_PROBABILITY)
    flags += [_few_classes(logits), _dynamic(adapted, images[:2])]
    flags += _gradients(asked, images, logits.argmax(1))
    return Preconditions(adapted, tuple(flag for flag in flags if flag is not None))


def masking(outcome: Outcome) -> Flag | None:
    """Say whether Square, which sees no gradient, broke what searches with gradients could not."""
    if "square" not in outcome.attacks or not len(outcome.robust):
        return None
    broken = outcome.broken_by == outcome.attacks.index("square")
    share = float(broken.double().mean())
    if share <= MASKED_SHARE:
        return None
    return Flag(
        "masked-gradients",
        f"A search without gradients broke {100 * share:.1f} % of the images after all searches "
        "with gradients had failed, so the gradients mislead and more images may be breakable.",
        Effect.BREAKS_ONLY,
    )


_BYTES_ONLY = Flag(
    "whole-numbers",
    "The network takes whole numbers from 0 to 255 only, through which no gradient passes.",
    Effect.NO_VERDICT,
)
_PROBABILITY = Flag(
    "probabilities",
    "The network answers with probabilities; their logarithms were attacked, which are logits.",
    Effect.NOTHING,
)
_DYNAMIC = Flag(
    "dynamic",
    "The network computes gradients while it answers, so it may change with each input; attacks "
    "on fixed networks say too little about it.",
    Effect.BREAKS_ONLY,
)


def _outside(images: torch.Tensor) -> Flag | None:
    low, high = float(images.min()), float(images.max())
    if low >= 0 and high <= 1:  # false where one is no number
        return None
    return Flag(
        "range",
        f"Images go from {low:g} to {high:g}, where they must lie in [0, 1] for eps to mean "
        "what it says.",
        Effect.NO_VERDICT,
    )


def _answers_bytes(network: Callable[[torch.Tensor], object], images: torch.Tensor) -> bool:
    try:
        Network(network)((images * 255).round().to(torch.uint8))
    except CheckError:
        return False
    return True


def _not_finite(logits: torch.Tensor) -> Flag | None:
    share = float((~logits.isfinite().all(1)).double().mean())
    if not share:
        return None
    return Flag(
        "not-finite",
        f"The answers to {100 * share:.0f} % of the clean images are no finite numbers.",
        Effect.NO_VERDICT,
    )


def _unsteady(
    asked: Asked, images: torch.Tensor, logits: torch.Tensor, threat: Threat
) -> list[Flag | None]:
    """Ask the same again, and ask images alone."""
    apart = max(_apart(asked.exact(images), logits) for _ in range(_RUNS - 1))
    if apart > _RANDOM:
        is_expected = threat.version == "rand"
        return [
            Flag(
                "randomised",
                "The network answers the same images differently each time"
                + (", for which this version averages." if is_expected else "."),
                Effect.BREAKS_ONLY if is_expected else Effect.NO_VERDICT,
            )
        ]
    alone = torch.cat([asked.exact(image[None]) for image in images[:2]])
    if _apart(alone, logits[:2]) <= 10 * _RANDOM:
        return []
    return [
        Flag(
            "batch",
            "The answer to an image depends on the other images that are asked with it.",
            Effect.NO_VERDICT,
        )
    ]


def _apart(one: torch.Tensor, other: torch.Tensor) -> float:
    one, other = (torch.nn.functional.normalize(each, dim=1) for each in (one, other))
    return float((one - other).norm(dim=1).max())


def _are_probabilities(logits: torch.Tensor) -> bool:
    sums = logits.sum(1)
    return bool((logits >= -_PROBABILITIES).all() and ((sums - 1).abs() < _PROBABILITIES).all())


def _few_classes(logits: torch.Tensor) -> Flag | None:
    classes = logits.shape[1]
    if classes > 9:
        return None
    changed = {
        2: "the attacks' ratio of logit differences does not exist: the plain difference was used",
        3: "the attacks' targeted ratio does not exist: the plain difference was used",
    }.get(classes, "there are fewer target classes than the nine of the method: all were used")
    return Flag("few-classes", f"With {classes} classes {changed}.", Effect.NOTHING)


def _dynamic(network: Network, images: torch.Tensor) -> Flag | None:
    """Watch which functions are called while the network answers."""
    watched = {torch.autograd.grad.__code__, torch.autograd.backward.__code__}
    seen = False

    def look(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal seen
        seen = seen or (event == "call" and frame.f_code in watched)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        with torch.no_grad():
            network(images)
    finally:
        sys.setprofile(before)
    return _DYNAMIC if seen else None


def _gradients(asked: Asked, images: torch.Tensor, labels: torch.Tensor) -> list[Flag | None]:
    """Look for images from which no gradient leads anywhere."""
    found: list[Flag | None] = []
    _, _, gradients = asked.gradient(images, lambda logits: log_odds(logits, labels))
    flat = gradients.flatten(1)
    nowhere = (flat == 0).all(1) | ~flat.isfinite().all(1)
    if nowhere.any():
        share = float(nowhere.double().mean())
        found.append(
            Flag(
                "no-gradient",
                f"From {100 * share:.0f} % of the clean images no gradient leads anywhere (it is "
                "zero, or partly no number), so attacks that follow it may fail for that reason.",
                Effect.BREAKS_ONLY if share > _NOWHERE_SHARE else Effect.NOTHING,
            )
        )
    if not nowhere.all():
        found.append(_underflow(asked, images, labels, nowhere))
    return found


def _underflow(
    asked: Asked, images: torch.Tensor, labels: torch.Tensor, nowhere: torch.Tensor
) -> Flag | None:
    def usual(logits: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(logits, labels, reduction="none")

    _, _, gradients = asked.gradient(images, usual)
    lost = (gradients == 0).flatten(1).all(1) & ~nowhere
    if not lost.any():
        return None
    share = float(lost.double().mean())
    return Flag(
        "logit-scale",
        f"For {100 * share:.0f} % of the clean images the logits lie so far apart that the "
        "cross-entropy's gradient underflows; the odds were attacked instead, which do not.",
        Effect.NOTHING,
    )
