"""Backdoors of image classifiers, looked for without the data that they learnt from.

``scan`` runs inside the sandbox, on torch; ``decide`` outside, on what ``scan`` measured. The
measures cross the wall as ``to_part(measures)`` and ``from_part(part)``.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from analysis.backdoors.decision import Decision, decide
from analysis.backdoors.measures import Budget, Measures, from_part, to_part

if TYPE_CHECKING:
    import torch

__all__ = ["Budget", "Decision", "Measures", "decide", "from_part", "scan", "to_part"]


def _unheard(done: int, total: int) -> None:
    """Tell nobody how far the scan is."""


def scan(
    network: "Callable[[torch.Tensor], torch.Tensor]",
    module: "torch.nn.Module | None",
    images: "torch.Tensor | None",
    shape: tuple[int, int, int],
    classes: int,
    *,
    seed: int,
    budget: Budget | None = None,
    on_progress: Callable[[int, int], None] = _unheard,
    device: "torch.device | str" = "cpu",
) -> Measures:
    """Measure what a backdoor would change. Same network and seed give the same measures.

    ``network`` answers pictures (n, c, h, w) in [0, 1] with scores (n, classes); ``module`` is what
    it runs, None where there is none to look into. ``images`` are clean pictures of the domain, on
    ``device``; None where there are none. ``on_progress`` is told (done, total).
    """
    scanning = import_module("analysis.backdoors.scanning")
    measures: Measures = scanning.scan(
        network,
        module,
        images,
        shape,
        classes,
        seed=seed,
        budget=budget or Budget(),
        on_progress=on_progress,
        device=device,
    )
    return measures
