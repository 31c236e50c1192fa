"""Textures of ice, grown from a seed.

The authors lay photographs of frozen windows over a picture. Those cannot be shipped, so ferns of
ice are grown here: curved stems, branches at 60 degrees, twigs on the branches, lit from one side,
over a cloudy ground. Their mean colours and contrasts are near those of the photographs.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor

from analysis.attacks import draws

SIDE = 512  # a texture goes on where it ends, so that it covers pictures of any size
# Mean colour and standard deviation of each texture.
TONES = (
    ((0.30, 0.58, 0.65), 0.063),
    ((0.80, 0.81, 0.84), 0.075),
    ((0.78, 0.80, 0.84), 0.075),
    ((0.54, 0.60, 0.65), 0.105),
    ((0.44, 0.48, 0.53), 0.155),
)
_FERNS = 360
_STEM, _BRANCH, _TWIG = 120, 24, 5  # points along each
_EVERY = 4  # points of a stem, and of a branch, something grows to both sides
_ANGLE = math.pi / 3
_WAVES = 24


@lru_cache(maxsize=4)
def textures(seed: int) -> Tensor:
    """Grow five textures: (5, 3, SIDE, SIDE) in [0, 1]."""
    grown = []
    for number, (tone, spread) in enumerate(TONES):
        ids = torch.tensor([number])
        ice = _softened(1 - torch.exp(-_ferns(seed, ids)))
        relief = ice - ice.roll((1, 1), (0, 1))
        surface = 0.4 * _clouds(seed, ids) + 2 * ice + 4 * relief
        surface = (surface - surface.mean()) / surface.std()
        colours = torch.tensor(tone)[:, None, None] + spread * surface
        grown.append(colours.clamp(0, 1))
    return torch.stack(grown)


def _softened(ice: Tensor) -> Tensor:
    """Average each pixel with those around it."""
    for axis in (0, 1):
        ice = 0.6 * ice + 0.2 * (ice.roll(1, axis) + ice.roll(-1, axis))
    return ice


def _clouds(seed: int, ids: Tensor) -> Tensor:
    """Give a smooth ground of long waves, each of which fits the side a whole number of times."""
    drawn = draws.uniform(seed, ids, 1, 3 * _WAVES)[0].view(3, _WAVES)
    across = (drawn[0] * 5).floor() - 2
    down = (drawn[1] * 3).floor()
    places = torch.arange(SIDE) * (2 * math.pi / SIDE)
    ground = torch.zeros(SIDE, SIDE)
    for x, y, phase in zip(across, down, drawn[2], strict=True):
        height = 1 / (1 + float(x**2 + y**2) ** 0.5)
        ground += height * torch.cos(places * x + (places * y)[:, None] + 2 * math.pi * phase)
    return ground


def _ferns(seed: int, ids: Tensor) -> Tensor:
    """Count how much ice lies on each pixel: (SIDE, SIDE)."""
    drawn = draws.uniform(seed, ids, 2, _FERNS * 6)[0].view(_FERNS, 6)
    start = drawn[:, :2] * SIDE
    heading = drawn[:, 2] * 2 * math.pi
    length = 30 + 130 * drawn[:, 3] ** 2
    bend = (drawn[:, 4] - 0.5) * 0.8
    frost = torch.zeros(SIDE * SIDE)
    stems = _line(start, heading, length, bend, _STEM)
    _lay(frost, stems, 2 * length / _STEM)
    # Branches are the shorter the nearer they stand to the tip; no two are alike.
    along = torch.arange(0, _STEM, _EVERY)
    rest = (1 - along / _STEM) * (0.15 + 0.3 * drawn[:, 5:])
    heads = heading[:, None] + bend[:, None] * along / _STEM
    for number, side in enumerate((-_ANGLE, _ANGLE)):
        uneven = draws.uniform(seed, ids, 3 + number, heads.numel() * 3)[0].view(*heads.shape, 3)
        reach = length[:, None] * rest * (0.2 + uneven[..., 0])
        turn = heads + side + 0.5 * (uneven[..., 1] - 0.5)
        bends = uneven[..., 2] - 0.5
        branches = _line(stems[:, along], turn, reach, bends, _BRANCH)
        _lay(frost, branches, 1.4 * reach / _BRANCH)
        knots = torch.arange(_EVERY, _BRANCH, _EVERY)
        turns = turn[..., None] + bends[..., None] * knots / _BRANCH
        span = 0.3 * reach[..., None] * (1 - knots / _BRANCH)
        for twig in (-_ANGLE, _ANGLE):
            straight = torch.zeros_like(turns)
            twigs = _line(branches[:, :, knots], turns + twig, span, straight, _TWIG)
            _lay(frost, twigs, span / _TWIG)
    # Where much lies on one pixel, little is added: lines stay visible on each other.
    return frost.view(SIDE, SIDE).sqrt() / 2


def _line(start: Tensor, heading: Tensor, length: Tensor, bend: Tensor, points: int) -> Tensor:
    """Give points (..., points, 2) along lines that bend evenly by ``bend`` in all."""
    part = (torch.arange(points) + 1) / points
    turn = heading[..., None] + bend[..., None] * part
    steps = torch.stack([turn.cos(), turn.sin()], -1) * (length / points)[..., None, None]
    return start[..., None, :] + steps.cumsum(-2)


def _lay(frost: Tensor, points: Tensor, weight: Tensor) -> None:
    """Add the weight of each line to the pixels of its points."""
    places = points.floor().long() % SIDE
    weights = weight[..., None].expand(points.shape[:-1])
    frost.index_add_(0, (places[..., 0] * SIDE + places[..., 1]).flatten(), weights.flatten())
