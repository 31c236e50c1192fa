"""Smoothing, zooming and sampling between pixels, with the borders that the authors' libraries had.

What sums many products runs image by image, so that the order of the sums, and with it the last
bit, is the same in any batch.
"""

import math
from enum import Enum
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional


class Edge(Enum):
    """How a row a b c d goes on to the left."""

    NEAREST = "a a a"
    MIRROR = "d c b"  # the last pixel is not repeated
    SYMMETRIC = "c b a"


def folded(places: Tensor, size: int, edge: Edge) -> Tensor:
    """Bring places outside of a row of ``size`` pixels back into it."""
    if edge is Edge.NEAREST or size == 1:
        return places.clamp(0, size - 1)
    if edge is Edge.MIRROR:
        places = places % (2 * size - 2)
        return torch.minimum(places, 2 * size - 2 - places)
    places = places % (2 * size)
    return torch.minimum(places, 2 * size - 1 - places)


def padded(images: Tensor, reach: int, edge: Edge) -> Tensor:
    """Continue images by ``reach`` pixels on each side, also where they are smaller than that."""
    for axis in (-2, -1):
        size = images.shape[axis]
        places = torch.arange(-reach, size + reach, device=images.device)
        images = images.index_select(axis, folded(places, size, edge))
    return images


def smoothed(
    images: Tensor, sigma: float, *, truncate: float = 4.0, edge: Edge = Edge.NEAREST
) -> Tensor:
    """Blur images (n, c, h, w) with a Gaussian that is cut off at ``truncate`` deviations."""
    height, width = images.shape[-2:]
    # A GPU may be set to cut float32 to fewer bits in products, never float64.
    exact = images.double() if images.is_cuda else images
    down = _gaussian(height, sigma, truncate, edge).to(exact)
    across = _gaussian(width, sigma, truncate, edge).to(exact).T
    products = [torch.matmul(torch.matmul(down, image), across) for image in exact]
    return torch.stack(products).to(images.dtype)


@lru_cache(maxsize=64)
def _gaussian(size: int, sigma: float, truncate: float, edge: Edge) -> Tensor:
    """Give the matrix that blurs a row: a product costs the same however wide the Gaussian is."""
    radius = int(truncate * sigma + 0.5)
    offsets = torch.arange(-radius, radius + 1)
    weights = torch.ones(1, dtype=torch.float64)
    if radius:
        weights = torch.exp(-(offsets.double() ** 2) / (2 * sigma**2))
    rows = torch.arange(size)[:, None] + offsets
    matrix = torch.zeros(size, size, dtype=torch.float64)
    spread = (weights / weights.sum()).expand(size, -1)
    return matrix.scatter_add_(1, folded(rows, size, edge), spread).float()


def zoomed(images: Tensor, factor: float) -> Tensor:
    """Enlarge the middle of images to their own size, linearly between pixels."""
    height, width = images.shape[-2:]
    tall, wide = math.ceil(height / factor), math.ceil(width / factor)
    top, left = (height - tall) // 2, (width - wide) // 2
    middle = images[..., top : top + tall, left : left + wide].contiguous()
    size = round(tall * factor), round(wide * factor)
    large = functional.interpolate(middle, size, mode="bilinear", align_corners=True)
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    return large[..., top : top + height, left : left + width].contiguous()


def sampled(images: Tensor, x: Tensor, y: Tensor, edge: Edge) -> Tensor:
    """Read images (n, c, h, w) at the pixels x, y (n, h, w), linearly between their centres."""
    height, width = images.shape[-2:]
    whole = edge is Edge.MIRROR
    if whole:
        grid = 2 * x / max(width - 1, 1) - 1, 2 * y / max(height - 1, 1) - 1
    else:
        grid = (2 * x + 1) / width - 1, (2 * y + 1) / height - 1
    return functional.grid_sample(
        images,
        torch.stack(grid, -1),
        mode="bilinear",
        padding_mode="reflection",
        align_corners=whole,
    )


def as_bytes(images: Tensor) -> Tensor:
    """Cut values to whole 255ths, as the authors do wherever a picture is stored.

    What is whole but for the noise of float32 stays what it is.
    """
    return (images.clamp(0, 1) * 255 + 1 / 8192).floor() / 255
