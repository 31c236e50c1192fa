"""Channels that can change more than their neighbours: a trace of some backdoors in the weights.

The Lipschitz constant of a channel of a convolution with its batch normalisation is at most the
largest singular value of the channel's weights times the scale of the normalisation (Zheng, Tang,
Li, Liu, Data-free Backdoor Removal based on Channel Lipschitzness, ECCV 2022). Needs no picture.
"""

from collections.abc import Callable
from functools import partial
from typing import cast

import torch
from torch import nn

from analysis.backdoors.measures import Layer

BOUND = 3.0  # standard deviations above the mean: the paper's u for small pictures
_FEWEST = 12  # channels: of n numbers none lies (n - 1) / sqrt(n) or more above the mean

Network = Callable[[torch.Tensor], torch.Tensor]
Pair = tuple[str, nn.Module, nn.Module]

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def measure(network: Network, module: nn.Module, images: torch.Tensor) -> list[Layer]:
    """Measure each pair of convolution and normalisation that ``network`` uses on ``images``."""
    found = []
    for name, convolution, norm in pairs(network, module, images):
        bounds = constants(convolution, norm)
        if len(bounds) >= _FEWEST and bool(bounds.isfinite().all()) and bounds.std() > 0:
            scores = (bounds - bounds.mean()) / bounds.std()
            above = int((scores > BOUND).sum())
            found.append(Layer(name, len(bounds), float(scores.max()), above))
    return found


def pairs(network: Network, module: nn.Module, images: torch.Tensor) -> list[Pair]:
    """Find the normalisations that get exactly what a convolution gave, in order of use.

    Names and the order in the module tree say little of what follows what, so the network is run.
    """
    given: dict[int, tuple[str, nn.Module, torch.Tensor]] = {}  # keeps outputs: ids stay theirs
    found: dict[str, Pair] = {}

    def gave(name: str, part: nn.Module, _: object, output: object) -> None:
        if isinstance(output, torch.Tensor):
            given[id(output)] = name, part, output

    def takes(norm: nn.Module, inputs: tuple[object, ...]) -> None:
        if inputs and id(inputs[0]) in given:
            name, convolution, _ = given[id(inputs[0])]
            found.setdefault(name, (name, convolution, norm))

    hooks = []
    try:
        for name, part in module.named_modules():
            if isinstance(part, _CONVOLUTIONS):
                hooks.append(part.register_forward_hook(partial(gave, name)))
            elif _is_normalisation(part):
                hooks.append(part.register_forward_pre_hook(takes))
        with torch.no_grad():
            network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return list(found.values())


def _is_normalisation(part: nn.Module) -> bool:
    """Know batch normalisation by what it keeps: there are frozen ones of many makers."""
    return all(isinstance(getattr(part, kept, None), torch.Tensor) for kept in _KEPT)


_KEPT = ("running_var", "running_mean")


def constants(convolution: nn.Module, norm: nn.Module) -> torch.Tensor:
    """Bound the Lipschitz constant of each output channel: (channels,) float64, NaN if unsound."""
    weight = cast("torch.Tensor", convolution.weight).detach()
    matrices = weight.double().flatten(2)  # channels, inputs of a group, places of the kernel
    if matrices.shape[1] < matrices.shape[2]:
        matrices = matrices.mT
    is_sound = matrices.isfinite().flatten(1).all(1)
    matrices = torch.where(is_sound[:, None, None], matrices, 0)
    largest = torch.linalg.eigvalsh(matrices.mT @ matrices)[:, -1].clamp(min=0).sqrt()
    largest = torch.where(is_sound, largest, torch.nan)
    variance = cast("torch.Tensor", norm.running_var)
    scale = (variance.double() + float(getattr(norm, "eps", 0.0))).rsqrt()
    gamma = getattr(norm, "weight", None)
    if isinstance(gamma, torch.Tensor):
        scale = scale * gamma.detach().double().abs()
    return largest * scale
