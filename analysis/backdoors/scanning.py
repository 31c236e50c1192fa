"""A scan of an image classifier for backdoors, from cheap to dear. Inside the sandbox."""

from collections.abc import Callable

import torch
from torch import nn

from analysis.attacks import draws
from analysis.backdoors import lipschitz, mm_bd, neural_cleanse
from analysis.backdoors.asking import Asked, Network, NotMeasured
from analysis.backdoors.measures import Budget, Layer, Margins, Measures, Triggers

_ORDER = 3  # stream of draws
_LEADERS = 2  # suspects that each step hands on
_FEWEST_PICTURES = 8

Shape = tuple[int, int, int]


def scan(
    network: Network,
    module: nn.Module | None,
    images: torch.Tensor | None,
    shape: Shape,
    classes: int,
    *,
    seed: int,
    budget: Budget,
    on_progress: Callable[[int, int], None],
    device: torch.device | str,
) -> Measures:
    """See ``analysis.backdoors.scan``."""
    notes: list[str] = []
    steps = _Steps(classes, images, budget, on_progress)
    random = draws.uniform(seed, torch.arange(2, device=device), 0, shape[0] * shape[1] * shape[2])
    random = random.reshape(-1, *shape)
    layers = _layers(network, module, random, notes)
    margins = triggers = None
    try:
        if classes < 2:
            raise NotMeasured("With one class there is nothing to choose between.")
        asked = Asked(network, random, classes)
        margins = mm_bd.measure(
            asked, shape, classes, seed=seed, budget=budget, device=device, on_rows=steps.margins
        )
        triggers = _triggers(
            asked, _checked(images, shape), margins, seed=seed, budget=budget, steps=steps
        )
    except NotMeasured as reason:
        notes.append(str(reason))
    return Measures(classes, layers, margins, triggers, tuple(notes))


class _Steps:
    """Counts searches that have ended: starts of margins, and classes of both trigger searches."""

    def __init__(
        self,
        classes: int,
        images: torch.Tensor | None,
        budget: Budget,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._tell = on_progress
        self._starts = classes * mm_bd.starts_of(classes, budget)
        few = classes <= budget.compared
        self._screened = 0 if few or images is None else min(classes, budget.most_screened)
        full = 0 if images is None else min(classes, budget.compared)
        self._total = self._starts + self._screened + full

    def margins(self, ended: int) -> None:
        self._tell(ended, self._total)

    def screened(self, ended: int) -> None:
        self._tell(self._starts + ended, self._total)

    def full(self, ended: int) -> None:
        self._tell(self._starts + self._screened + ended, self._total)


def _layers(
    network: Network, module: nn.Module | None, images: torch.Tensor, notes: list[str]
) -> tuple[Layer, ...] | None:
    found = lipschitz.measure(network, module, images) if module is not None else []
    if not found:
        notes.append(
            "Channel Lipschitzness does not apply: no convolution is followed by a batch "
            "normalisation that could be read."
        )
    return tuple(found) or None


def _checked(images: torch.Tensor | None, shape: Shape) -> torch.Tensor:
    if images is None:
        raise NotMeasured("No trigger was searched: there are no clean pictures of the domain.")
    if images.shape[1:] != shape or len(images) < _FEWEST_PICTURES:
        raise NotMeasured(
            f"No trigger was searched: it takes at least {_FEWEST_PICTURES} clean pictures of the "
            "network's size."
        )
    if not bool(((images >= 0) & (images <= 1)).all()):
        raise NotMeasured("No trigger was searched: the pictures are not between 0 and 1.")
    return images


def _triggers(
    asked: Asked,
    images: torch.Tensor,
    margins: Margins,
    *,
    seed: int,
    budget: Budget,
    steps: _Steps,
) -> Triggers:
    """Search a trigger of every class, or where they are many of suspects and enough others."""
    images = images[: budget.pictures]
    classes = len(margins.best)
    drawn = draws.uniform(seed, torch.arange(classes), 0, 1, stream=_ORDER)[:, 0]
    order = drawn.argsort(stable=True)
    leaders = torch.from_numpy(margins.best).argsort(descending=True, stable=True)[:_LEADERS]
    screened = torch.full((classes,), torch.nan)
    chosen = _first([leaders, order], budget.compared)
    if classes > budget.compared:
        some = _first([leaders, order], budget.most_screened)
        found = neural_cleanse.search(
            asked, images, some.to(images.device), steps=budget.cheap_steps, seed=seed,
            batch=budget.batch, on_rows=steps.screened,
        )  # fmt: skip
        screened[some] = found.norms.cpu()
        smallest = some[found.norms.cpu().argsort(stable=True)][:_LEADERS]
        chosen = _first([leaders, smallest, order], budget.compared)
    found = neural_cleanse.search(
        asked, images, chosen.to(images.device), steps=budget.full_steps, seed=seed,
        batch=budget.batch, on_rows=steps.full,
    )  # fmt: skip
    return _described(found, chosen, screened, images)


def _first(groups: list[torch.Tensor], most: int) -> torch.Tensor:
    """Give the first ``most`` classes of the groups, each once."""
    return torch.tensor(list(dict.fromkeys(torch.cat(groups).tolist()))[:most])


def _described(
    found: neural_cleanse.Found,
    classes: torch.Tensor,
    screened: torch.Tensor,
    images: torch.Tensor,
) -> Triggers:
    at = int(found.norms.argmin())
    mask, pattern, clean = found.masks[at], found.patterns[at], images[0]
    pictures = (mask, pattern, clean, clean * (1 - mask) + mask * pattern)
    # Rounding may leave the unit interval by an ulp, and the other side of the wall is strict.
    shown = [picture.clamp(0, 1).float().cpu().numpy() for picture in pictures]
    return Triggers(
        classes.numpy(),
        found.norms.cpu().numpy(),
        found.success.cpu().numpy(),
        screened.numpy(),
        len(images),
        int(classes[at]),
        *shown,
    )
