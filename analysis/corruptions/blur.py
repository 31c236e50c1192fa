"""Blur: out of focus, through frosted glass, by a moving and by a zooming camera."""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from analysis.corruptions.drawing import Draws
from analysis.corruptions.resampling import Edge, as_bytes, padded, smoothed, zoomed


def gaussian_blur(images: Tensor, draws: Draws, sigma: float) -> Tensor:
    """Blur with a Gaussian."""
    del draws
    return smoothed(images, sigma)


def defocus_blur(images: Tensor, draws: Draws, radius: float, alias: float) -> Tensor:
    """Blur with a disk, as a lens does that is out of focus."""
    del draws
    kernel = disk(radius, alias).to(images.device)
    height, width = images.shape[2:]
    wide = padded(images, len(kernel) // 2, Edge.MIRROR).double()
    size = wide.shape[2:]
    shares = torch.fft.rfft2(kernel, size).conj()
    blurred = [torch.fft.irfft2(torch.fft.rfft2(image) * shares, size) for image in wide]
    return torch.stack(blurred)[..., :height, :width].float()


@lru_cache(maxsize=16)
def disk(radius: float, alias: float) -> Tensor:
    """Give the disk whose edge is smoothed by a Gaussian of 3 pixels, 5 for large ones."""
    reach, size = (8, 3) if radius <= 8 else (int(radius), 5)
    places = torch.arange(-reach, reach + 1, dtype=torch.float64)
    inside = (places**2 + places[:, None] ** 2 <= radius**2).double()
    weights = torch.exp(-(torch.arange(size).double() - size // 2).square() / (2 * alias**2))
    weights /= weights.sum()
    wide = padded(inside[None, None] / inside.sum(), size // 2, Edge.MIRROR)
    kernel = functional.conv2d(wide, torch.outer(weights, weights)[None, None])[0, 0]
    used = int(places.abs()[(kernel > 0).any(0)].max())
    return kernel[reach - used : reach + used + 1, reach - used : reach + used + 1]


def glass_blur(images: Tensor, draws: Draws, sigma: float, shift: float, rounds: float) -> Tensor:
    """Blur, shuffle pixels with near ones, blur again."""
    images = as_bytes(smoothed(images, sigma))
    n, channels, height, width = images.shape
    pixels = images.flatten(2)
    for number in range(int(rounds)):
        sources = _shuffled(draws, number, height, width, int(shift))
        pixels = pixels.gather(2, sources[:, None].expand(-1, channels, -1))
    return smoothed(pixels.view(n, channels, height, width), sigma)


def _shuffled(draws: Draws, number: int, height: int, width: int, shift: int) -> Tensor:
    """Say from which pixel each pixel comes after one round: (n, height * width).

    The authors go through the pixels from the last to the first and mean to swap each with a near
    one; but in a colour picture of numpy their line copies the near one and leaves it as it is. So
    a pixel takes its neighbour's first value where that comes later in the round, and where the
    neighbour was already done, whatever that has got. Such chains are followed to their ends, all
    at once, by doubling: the outcome is exactly that of the loop.
    """
    device = draws.ids.device
    size = height * width
    here = torch.arange(size, device=device)
    row, column = here // width, here % width
    moves = (draws.uniform(size, 2, stream=number) * (2 * shift)).floor().long() - shift
    is_moved = (row > shift) & (row <= height - shift) & (column > shift)
    is_moved &= column <= width - shift
    there = torch.where(is_moved, here + moves[..., 1] * width + moves[..., 0], here)
    # A place below size stands for the pixel after the round, one above for the pixel before it.
    is_done = is_moved[there] & (there > here)
    source = torch.where(is_done, there, there + size)
    while bool((is_open := source < size).any()):
        source = torch.where(is_open, source.gather(1, source.clamp(max=size - 1)), source)
    return source - size


def motion_blur(images: Tensor, draws: Draws, radius: float, sigma: float) -> Tensor:
    """Blur along a line, as when the camera moves."""
    return smeared(images, radius, sigma, draws.angles(-45, 45))


def smeared(images: Tensor, radius: float, sigma: float, angles: list[float]) -> Tensor:
    """Blur along one angle an image (degrees, clockwise), by half a Gaussian in whole pixels.

    As ImageMagick does it: nearest pixels, the border repeated, the result rounded to 8 bits.
    """
    height, width = images.shape[-2:]
    taps = torch.arange(2 * math.ceil(radius) + 1, dtype=torch.float64)
    weights = torch.exp(-(taps**2) / (2 * sigma**2))
    shares = (weights / weights.sum()).tolist()
    reach = len(shares)
    wide = padded(images, reach, Edge.NEAREST)
    blurred = torch.zeros_like(images)
    for place, angle in enumerate(angles):
        turn = math.radians(angle)
        for tap, share in enumerate(shares):
            top = reach + math.ceil(tap * math.sin(turn) - 0.5)
            left = reach + math.ceil(tap * math.cos(turn) - 0.5)
            seen = wide[place, :, top : top + height, left : left + width]
            blurred[place].add_(seen, alpha=share)
    return (blurred * 255).round() / 255


def zoom_blur(images: Tensor, draws: Draws, end: float, step: float) -> Tensor:
    """Average the picture with enlargements of it."""
    del draws
    # numpy decides whether the end is among them: for 1.11 it is, though it should not be.
    factors = np.arange(1, end, step).tolist()
    total = images.clone()
    for factor in factors:
        total += zoomed(images, factor)
    return total / (len(factors) + 1)
