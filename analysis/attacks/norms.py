"""Balls round images in three norms: lengths, projections, directions of ascent, random starts.

Images are (n, c, h, w) in [0, 1]; ``eps`` is one radius a row, (n,), or one for all.
"""

import torch

from analysis.attacks import draws
from analysis.attacks.search import Norm

_TINY = 1e-12


def per_row(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Shape one value a row so that it works with (n, ...)."""
    return values.reshape(-1, *[1] * (like.dim() - 1))


def lengths(changes: torch.Tensor, norm: Norm) -> torch.Tensor:
    """Measure each row: (n,). In the precision that comes in."""
    flat = changes.flatten(1)
    if norm == "Linf":
        return flat.abs().amax(1)
    if norm == "L2":
        return flat.square().sum(1).sqrt()
    return flat.abs().sum(1)


def normalised(changes: torch.Tensor, norm: Norm) -> torch.Tensor:
    """Give each row the length 1; zeros stay zeros.

    Dividing by the largest entry first keeps the squares of tiny gradients from underflowing.
    """
    largest = changes.flatten(1).abs().amax(1).clamp_min(torch.finfo(changes.dtype).tiny)
    scaled = changes / per_row(largest, changes)
    if norm == "Linf":
        return scaled
    return scaled / per_row(lengths(scaled, norm).clamp_min(_TINY), changes)


def projected(
    points: torch.Tensor, images: torch.Tensor, norm: Norm, eps: float | torch.Tensor
) -> torch.Tensor:
    """Bring points into the ball round their images and into [0, 1].

    For Linf and L1 it is the nearest point of both. For L2 the length is cut first and the box
    after, which stays inside both.
    """
    radius = torch.as_tensor(eps, dtype=points.dtype, device=points.device)
    wide = per_row(radius, points) if radius.dim() else radius
    if norm == "Linf":
        return torch.minimum(torch.maximum(points, images - wide), images + wide).clamp(0, 1)
    changes = points - images
    if norm == "L2":
        length = per_row(lengths(changes, "L2"), points)
        return (images + changes * (wide / length.clamp_min(_TINY)).clamp_max(1)).clamp(0, 1)
    return (images + project_l1(images, changes, radius)).clamp(0, 1)


def project_l1(
    images: torch.Tensor, changes: torch.Tensor, eps: float | torch.Tensor
) -> torch.Tensor:
    """Find the nearest changes of length ``eps`` at most that keep the images in [0, 1].

    They are sign(y) min(room, max(|y| - t, 0)), with the smallest t >= 0 that is enough. Their
    length falls with t along straight lines; the lines meet at |y|, where an entry begins to count,
    and at |y| - room, where it is at the box.
    """
    wanted = changes.flatten(1).abs()
    room = torch.where(changes > 0, 1 - images, images).flatten(1)
    room = torch.minimum(room, wanted)  # entries beyond need no more than they want
    knots, order = torch.cat([wanted, wanted - room], 1).sort(1, descending=True)
    begins = order < wanted.shape[1]
    slope = torch.where(begins, 1.0, -1.0).cumsum(1)[:, :-1]  # entries that move with t
    grown = (slope * (knots[:, :-1] - knots[:, 1:])).double().cumsum(1)  # length at each next knot
    radius = torch.as_tensor(eps, dtype=torch.float64, device=images.device)
    radius = radius.expand(len(wanted))[:, None]
    reached = (grown < radius).sum(1, keepdim=True).clamp_max(grown.shape[1] - 1)
    surplus = grown.gather(1, reached) - radius
    line = slope.gather(1, reached).clamp_min(1)
    at = knots[:, 1:].gather(1, reached) + surplus / line
    too_long = room.double().sum(1, keepdim=True) > radius
    cut = torch.where(too_long, at.clamp_min(0), 0.0).to(wanted.dtype)
    kept = torch.minimum((wanted - cut).clamp_min(0), room)
    return (changes.sign() * kept.reshape(changes.shape)).to(changes.dtype)


def random_start(
    images: torch.Tensor,
    norm: Norm,
    eps: float,
    *,
    seed: int,
    ids: torch.Tensor,
    run: torch.Tensor,
    stream: int,
    at_corner: torch.Tensor | None = None,
) -> torch.Tensor:
    """Draw where a search begins: far out in the ball, cut to [0, 1].

    ``at_corner`` (n,) bool says which rows begin at a corner of the ball (Linf only).
    """
    draw = draws.uniform if norm == "Linf" else draws.normal
    drawn = draw(seed, ids, run, images[0].numel(), stream=stream).reshape(images.shape)
    if norm == "Linf":
        drawn = 2 * drawn - 1
        if at_corner is not None:
            drawn = torch.where(per_row(at_corner, drawn), drawn.sign(), drawn)
    if norm != "L1":
        drawn = eps * normalised(drawn, norm)
    return projected(images + drawn, images, norm, eps)


def ascent(
    gradients: torch.Tensor, norm: Norm, sparsity: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the step of length 1 along which a gradient's loss grows.

    In L1 only the entries with the largest gradients move: ``sparsity`` (n,) of them, a share.
    """
    if norm == "Linf":
        return gradients.sign()
    if norm == "L2":
        return normalised(gradients, "L2")
    size = gradients.flatten(1).abs()
    n_entries = size.shape[1]
    share = torch.ones(len(size), device=size.device) if sparsity is None else sparsity
    place = ((1 - share) * n_entries).long().clamp(0, n_entries - 1)
    least = size.sort(1).values.gather(1, place[:, None])
    signs = torch.where(size >= least, gradients.flatten(1).sign(), 0.0)
    return (signs / (lengths(signs, "L1")[:, None] + 1e-10)).reshape(gradients.shape)
