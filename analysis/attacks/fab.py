"""FAB (Croce and Hein 2020): walk along the boundary of a class, biased to the clean image.

A step takes the difference of two logits for linear, projects the point and the clean image onto
the boundary that follows, within [0, 1], and goes a little beyond a mix of the two. From a point
that is broken it comes back towards the clean image; a point counts where it lies within the ball.

Later steps come nearer by ever smaller shares, so that a run is left early which is still too far
away. After k steps the nearest broken point was 1 + a / k² times as far as at the end: over 540
runs against a network trained against attacks, a was 186 or less in 99 of 100, and never above 437
(over 30 against a plain one: 71). A run is left only where an a of 600 would not do.
"""

from typing import ClassVar

import torch

from analysis.attacks import draws
from analysis.attacks.losses import is_wrong
from analysis.attacks.norms import lengths, normalised, per_row
from analysis.attacks.search import Ask, Goal, Loss, Norm, Rows, Threat

_ALPHA_MAX, _ETA, _BETA = 0.1, 1.05, 0.9
_STEPS = 100
_TARGETS = 9
_RESTARTS = 5
_START = 30  # stream of draws
_AT_ONCE = 16  # gradients that are held beside each other
_NEWTON_STEPS = 16
_LEFT_AFTER, _LEFT_BEYOND = 10, 600  # steps; see above
_DUAL: dict[Norm, Norm] = {"Linf": "L1", "L2": "L2", "L1": "Linf"}
_TINY, _HUGE = 1e-12, 1e12


class TargetedFab:
    """FAB towards one class a run: those with the largest clean logits, one after the other."""

    name: ClassVar[str] = "fab-t"
    steps = _STEPS

    def __init__(self, threat: Threat, classes: int) -> None:
        self.runs = min(_TARGETS, classes - 1)
        self._threat = threat

    def begin(self, goal: Goal) -> Rows:
        """Begin at the clean image."""
        rows = _begun(goal)
        rows["target"] = rows.pop("others").gather(1, goal.run[:, None])
        return rows

    def step(self, rows: Rows, ask: Ask) -> tuple[torch.Tensor, torch.Tensor]:
        """Go beyond the boundary to the target class."""
        towards = _difference(rows["target"], rows["labels"])
        _, gap, slope = ask.gradient(rows["at"], towards)
        return _walk(self._threat, rows, ask, gap, slope)

    def ended(self, rows: Rows) -> torch.Tensor:
        """After all steps, or where a run has come to nothing."""
        return _is_over(self._threat, rows)


class Fab:
    """FAB towards the class that seems nearest; each run but the first begins at a drawn point."""

    name: ClassVar[str] = "fab"
    steps = _STEPS
    runs = _RESTARTS

    def __init__(self, threat: Threat) -> None:
        self._threat = threat

    def begin(self, goal: Goal) -> Rows:
        """Begin at the clean image, or half the radius of the ball away from it."""
        rows, threat = _begun(goal), self._threat
        images = rows["images"]
        is_linf = threat.norm == "Linf"
        draw = draws.uniform if is_linf else draws.normal
        drawn = draw(threat.seed, goal.ids, goal.run, images[0].numel(), stream=_START)
        noise = (drawn * 2 - 1 if is_linf else drawn).view_as(images)
        start = (images + normalised(noise, threat.norm) * threat.eps / 2).clamp(0, 1)
        rows["at"] = torch.where(per_row(goal.run > 0, images), start, images)
        return rows

    def step(self, rows: Rows, ask: Ask) -> tuple[torch.Tensor, torch.Tensor]:
        """Go beyond the boundary that is nearest to where the row is."""
        gap, slope = self._nearest(rows, ask)
        return _walk(self._threat, rows, ask, gap, slope)

    def ended(self, rows: Rows) -> torch.Tensor:
        """After all steps, or where a run has come to nothing."""
        return _is_over(self._threat, rows)

    def _nearest(self, rows: Rows, ask: Ask) -> tuple[torch.Tensor, torch.Tensor]:
        gap = rows["at"].new_zeros(len(rows["at"]))
        slope = torch.zeros_like(rows["at"])
        nearest = torch.full_like(gap, torch.inf)
        for some in torch.split(rows["others"], _AT_ONCE, 1):
            towards = [_difference(one[:, None], rows["labels"]) for one in some.unbind(1)]
            _, gaps, slopes = ask.gradients(rows["at"], towards)
            for its_gap, its_slope in zip(gaps, slopes, strict=True):
                far = its_gap.abs() / (_steepness(self._threat.norm, its_slope) + _TINY)
                is_nearer = far < nearest
                nearest = torch.where(is_nearer, far, nearest)
                gap = torch.where(is_nearer, its_gap, gap)
                slope = torch.where(per_row(is_nearer, slope), its_slope, slope)
        return gap, slope


def _begun(goal: Goal) -> Rows:
    rows = goal.rows()
    rows["clean"] = goal.logits.clone()
    rows["nearest"] = torch.full_like(goal.logits[:, 0], torch.inf)  # distance of a broken point
    rows["at"] = goal.images.clone()
    order = goal.logits.argsort(dim=1, descending=True, stable=True)
    rows["others"] = order[order != goal.labels[:, None]].view(len(order), -1)
    return rows


def _difference(target: torch.Tensor, labels: torch.Tensor) -> Loss:
    """How far the logit of ``target`` (n, 1) is above the label's: below 0 until it is reached."""

    def difference(logits: torch.Tensor) -> torch.Tensor:
        return (logits.gather(1, target) - logits.gather(1, labels[:, None])).squeeze(1)

    return difference


def _walk(
    threat: Threat, rows: Rows, ask: Ask, gap: torch.Tensor, slope: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Move each row over its boundary, and back a little where that broke it."""
    images, at = rows["images"], rows["at"]
    point = _across(threat.norm, images, at, gap, slope)
    logits = ask.logits(point)
    is_broken = is_wrong(logits, rows["labels"])
    back = images + (point - images) * _BETA
    rows["at"] = torch.where(per_row(is_broken, point), back, point)
    rows["step"] = rows["step"] + 1
    far = lengths(point - images, threat.norm)
    rows["nearest"] = torch.where(is_broken, far.minimum(rows["nearest"]), rows["nearest"])
    is_within = far <= threat.eps
    tried = torch.where(per_row(is_within, point), point, images)
    return tried, torch.where(is_within[:, None], logits, rows["clean"])


def _is_over(threat: Threat, rows: Rows) -> torch.Tensor:
    step, nearest = rows["step"], rows["nearest"]
    is_far = nearest > threat.eps * (1 + _LEFT_BEYOND / step.clamp_min(1) ** 2)
    return (step >= _STEPS) | (is_far & (step >= _LEFT_AFTER))


def _across(
    norm: Norm, images: torch.Tensor, at: torch.Tensor, gap: torch.Tensor, slope: torch.Tensor
) -> torch.Tensor:
    """Go a little beyond a mix of the projections of the point and of its clean image.

    The boundary is where ``gap`` + ``slope`` · (z - ``at``) is 0.
    """
    clean_gap = gap + (slope * (images - at)).sum((1, 2, 3))
    both = _projected(
        norm,
        torch.cat([at, images]).flatten(1),
        slope.flatten(1).repeat(2, 1),
        torch.cat([gap, clean_gap]),
    ).view(2, *images.shape)
    far, clean_far = (lengths(moves, norm).clamp_min(1e-8) for moves in both)
    share = per_row((far / (far + clean_far)).clamp_max(_ALPHA_MAX), at)
    return torch.lerp(at + _ETA * both[0], images + _ETA * both[1], share).clamp(0, 1)


def _projected(
    norm: Norm, points: torch.Tensor, slope: torch.Tensor, gap: torch.Tensor
) -> torch.Tensor:
    """Return the shortest move (n, d) that brings ``gap`` + ``slope`` · move to 0 within [0, 1].

    Where no move does, it is the one that comes nearest.
    """
    uphill = slope * -gap.sign()[:, None]
    room = torch.where(uphill > 0, 1 - points, points).masked_fill(uphill == 0, 0)
    reach = _reach_sparse if norm == "L1" else _reach
    return reach(norm, uphill.abs(), room, gap.abs()) * uphill.sign()


def _reach(norm: Norm, weight: torch.Tensor, room: torch.Tensor, gap: torch.Tensor) -> torch.Tensor:
    """Close the gap by moves that are alike (Linf) or proportional to the weights (L2), up to room.

    What is gained grows with the length as a concave, piecewise linear function, so that Newton's
    method comes from below and is exact once it knows which moves are full.
    """
    pace = (weight > 0).to(weight.dtype) if norm == "Linf" else weight
    gains, most = weight * pace, weight * room
    length = gap / gains.sum(1).clamp_min(_TINY)
    for _ in range(_NEWTON_STEPS):
        is_full = length[:, None] * pace > room
        rest = gap - (most * is_full).sum(1)
        free = (gains * ~is_full).sum(1)
        length = torch.maximum(length, (rest / free.clamp_min(_TINY)).clamp_max(_HUGE))
    return torch.minimum(length[:, None] * pace, room)


def _reach_sparse(
    norm: Norm, weight: torch.Tensor, room: torch.Tensor, gap: torch.Tensor
) -> torch.Tensor:
    """Close the gap by the moves that gain most, each of them full but the last (L1)."""
    sorted_weight, order = weight.sort(1, descending=True)
    sorted_room = room.gather(1, order)
    gains = sorted_weight * sorted_room
    before = gains.cumsum(1) - gains
    wanted = (gap[:, None] - before) / sorted_weight.clamp_min(_TINY)
    moves = torch.minimum(wanted.clamp_min(0), sorted_room)
    return torch.zeros_like(moves).scatter(1, order, moves)


def _steepness(norm: Norm, slope: torch.Tensor) -> torch.Tensor:
    """Most that a move of size 1 gains: the size of the slope in the dual norm."""
    return lengths(slope, _DUAL[norm])
