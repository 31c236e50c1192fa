"""Drops of water, or mud, on the lens.

Water gets its light from the distance to the drops' outlines, which the authors find with OpenCV;
the steps of it that are needed are written here for batches: Canny's edges, the distance to them
(exact here, by sums of chamfers there), equalised histograms, 3 x 3 filters.
"""

import torch
from torch import Tensor
from torch.nn import functional

from analysis.corruptions.drawing import Draws
from analysis.corruptions.resampling import Edge, as_bytes, padded, smoothed
from analysis.corruptions.weather import grey

_WATER = (175, 238, 238)
_MUD = (63, 42, 20)
_WEAK, _STRONG = 50, 150  # thresholds of Canny's edges
_FAR = 20  # pixels from an outline, beyond which the light is the same
_RELIEF = ((-2, -1, 0), (-1, 1, 1), (0, 1, 2))


def spatter(
    images: Tensor,
    draws: Draws,
    mean: float,
    sigma: float,
    smoothing: float,
    threshold: float,
    strength: float,
    is_mud: float,
) -> Tensor:
    """Lay drops over the picture: bright where they are water, covering it where they are mud."""
    liquid = smoothed(mean + sigma * draws.normal(1, *images.shape[2:]), smoothing)
    liquid = torch.where(liquid < threshold, torch.zeros_like(liquid), liquid)
    colour = images.new_tensor(_MUD if is_mud else _WATER).view(1, 3, 1, 1) / 255
    if images.shape[1] == 1:
        colour = grey(colour)
    if is_mud:
        cover = smoothed((liquid > threshold).float(), strength)
        cover = torch.where(cover < 0.8, torch.zeros_like(cover), cover)
        return images * (1 - cover) + colour * cover
    return images + strength * water(as_bytes(liquid) * 255) * colour


def water(liquid: Tensor) -> Tensor:
    """Give the light of drops (n, 1, h, w), at most 1, from their height in whole numbers."""
    light = distances(outlines(liquid)).clamp(max=_FAR)
    light = equalised(_averaged(light).add(1 / 8192).floor())
    relief = light.new_tensor(_RELIEF)[None, None]
    light = functional.conv2d(padded(light, 1, Edge.MIRROR), relief).clamp(0, 255)
    light = liquid * _averaged(light).round()
    return light / light.amax((2, 3), keepdim=True).clamp(min=1)


def _averaged(images: Tensor) -> Tensor:
    return functional.avg_pool2d(padded(images, 1, Edge.MIRROR), 3, stride=1)


def outlines(images: Tensor) -> Tensor:
    """Find edges as Canny does, with gradients in absolute values: bool (n, 1, h, w)."""
    wide = padded(images, 1, Edge.NEAREST)
    rows = wide[..., :-2, :] + 2 * wide[..., 1:-1, :] + wide[..., 2:, :]
    columns = wide[..., :-2] + 2 * wide[..., 1:-1] + wide[..., 2:]
    across = rows[..., 2:] - rows[..., :-2]
    down = columns[..., 2:, :] - columns[..., :-2, :]
    size = across.abs() + down.abs()
    edges = (size > _WEAK) & _is_ridge(size, across, down)
    found = edges & (size > _STRONG)
    while True:
        grown = functional.max_pool2d(found.float(), 3, stride=1, padding=1).bool() & edges
        if torch.equal(grown, found):
            return found
        found = grown


def _is_ridge(size: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Say where a gradient is the largest of three along its own direction, of four."""
    around = functional.pad(size, (1, 1, 1, 1))
    height, width = size.shape[2:]

    def at(y: int, x: int) -> Tensor:
        return around[..., 1 + y : 1 + y + height, 1 + x : 1 + x + width]

    flat, steep = 0.4142135623730951, 2.414213562373095  # tangents of 22.5 and 67.5 degrees
    slope_x, slope_y = across.abs(), down.abs()
    is_flat = slope_y < flat * slope_x
    is_steep = slope_y > steep * slope_x
    falls = (across < 0) ^ (down < 0)
    flat_ridge = (size > at(0, -1)) & (size >= at(0, 1))
    steep_ridge = (size > at(-1, 0)) & (size >= at(1, 0))
    rising = (size > at(-1, -1)) & (size > at(1, 1))
    falling = (size > at(-1, 1)) & (size > at(1, -1))
    diagonal = torch.where(falls, falling, rising)
    return torch.where(is_flat, flat_ridge, torch.where(is_steep, steep_ridge, diagonal))


def distances(marks: Tensor) -> Tensor:
    """Give the distance of each pixel to the next mark, where it is at most ``_FAR``."""
    squares = torch.where(marks, 0.0, float(2 * _FAR**2))
    for axis in (-2, -1):
        reach = min(_FAR, squares.shape[axis] - 1)
        nearest = squares.clone()
        for shift in range(1, reach + 1):
            size = squares.shape[axis] - shift
            moved = squares + shift**2
            for to, start in ((shift, 0), (0, shift)):
                part = nearest.narrow(axis, to, size)
                torch.minimum(part, moved.narrow(axis, start, size), out=part)
        squares = nearest
    return squares.sqrt()


def equalised(images: Tensor) -> Tensor:
    """Spread whole numbers of 0 to 255 so that each is as frequent as it can be."""
    flat = images.flatten(1).long()
    counts = torch.zeros(len(flat), 256, device=images.device)
    counts.scatter_add_(1, flat, torch.ones_like(flat, dtype=torch.float32))
    lowest = flat.amin(1, keepdim=True)
    behind = counts.cumsum(1) - counts.gather(1, lowest)
    rest = flat.shape[1] - counts.gather(1, lowest)
    spread = (behind * (255 / rest.clamp(min=1))).round()
    spread = torch.where(rest > 0, spread, lowest.float())
    return spread.clamp(0, 255).gather(1, flat).view_as(images)
