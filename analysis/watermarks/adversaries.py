"""Pictures that keys are made of: led from the class that they show towards another.

Each image goes by small steps along the sign of the gradient, and stops where its own classes lead
the others by no more than was asked for.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from analysis.watermarks.training import logits_of

_STEPS = 40
_AT_ONCE = 128
_HALVINGS = 4


@dataclass(frozen=True, slots=True)
class Way:
    """Where images are led: to classes ``targets`` (n,), within ``eps``, until a lead (logits)."""

    targets: torch.Tensor
    eps: float
    until: float


def lead_of(logits: torch.Tensor, labels: torch.Tensor, code: torch.Tensor) -> torch.Tensor:
    """Say by how much the best class with the code of the label leads the best other one: (n,).

    ``code`` (classes,) puts classes into groups.
    """
    is_right = code[None, :] == code[labels][:, None]
    right = torch.where(is_right, logits, -torch.inf).amax(1)
    wrong = torch.where(is_right, -torch.inf, logits).amax(1)
    lead: torch.Tensor = right - wrong
    return lead


def led(
    network: nn.Module, images: torch.Tensor, labels: torch.Tensor, code: torch.Tensor, way: Way
) -> torch.Tensor:
    """Return the images (n, c, h, w) where they came to, rounded to what a picture can hold."""
    found = []
    for some in torch.split(torch.arange(len(images), device=images.device), _AT_ONCE):
        here = Way(way.targets[some], way.eps, way.until)
        found.append(_led(network, images[some], labels[some], code, here))
    return (torch.cat(found) * 255).round() / 255


def back(
    network: nn.Module,
    images: torch.Tensor,
    points: torch.Tensor,
    labels: torch.Tensor,
    code: torch.Tensor,
) -> torch.Tensor:
    """Go back from points across the boundary to just before it: rounded, and mostly right again.

    The way to the image that each point came from is halved a few times.
    """
    low, high = torch.zeros(len(images), 1, 1, 1), torch.ones(len(images), 1, 1, 1)
    low, high = low.to(images.device), high.to(images.device)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        logits = logits_of(network, images + middle * (points - images))
        is_right = (lead_of(logits, labels, code) > 0)[:, None, None, None]
        low, high = torch.where(is_right, middle, low), torch.where(is_right, high, middle)
    return ((images + low * (points - images)) * 255).round() / 255


def _led(
    network: nn.Module, images: torch.Tensor, labels: torch.Tensor, code: torch.Tensor, way: Way
) -> torch.Tensor:
    points = images.clone()
    active = torch.arange(len(images), device=images.device)
    for _ in range(_STEPS):
        here = points[active].requires_grad_()
        with torch.enable_grad():
            logits = network(here)
            loss = functional.cross_entropy(logits, way.targets[active], reduction="sum")
            (gradient,) = torch.autograd.grad(loss, here)
        goes_on = lead_of(logits.detach(), labels[active], code) > way.until
        active, gradient = active[goes_on], gradient[goes_on]
        if not len(active):
            break
        moved = points[active] - way.eps / 10 * gradient.sign()
        low, high = images[active] - way.eps, images[active] + way.eps
        points[active] = torch.minimum(torch.maximum(moved, low), high).clamp(0, 1)
    return points
