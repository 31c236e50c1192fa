"""Digital faults: contrast, warps, large pixels, compression, colours too weak or too strong."""

import io
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from analysis.corruptions.drawing import Draws
from analysis.corruptions.resampling import Edge, sampled, smoothed


def contrast(images: Tensor, draws: Draws, factor: float) -> Tensor:
    """Bring values nearer to the mean of their channel."""
    del draws
    means = images.mean((2, 3), keepdim=True, dtype=torch.float64).float()
    return (images - means) * factor + means


def saturate(images: Tensor, draws: Draws, factor: float, added: float) -> Tensor:
    """Change the saturation of HSV; grey pixels have the hue of red there."""
    del draws
    value = images.amax(1, keepdim=True)
    delta = value - images.amin(1, keepdim=True)
    saturation = delta / value.clamp(min=1e-6)
    changed = (saturation * factor + added).clamp(0, 1)
    red = images.new_tensor([0.0, 1.0, 1.0]).view(1, 3, 1, 1)
    below = torch.where(delta > 0, (value - images) / delta.clamp(min=1e-6), red)
    return value - value * changed * below


def elastic_transform(
    images: Tensor, draws: Draws, amplitude: float, sigma: float, affine: float, factor: float
) -> Tensor:
    """Warp: first by an affine map that moves three points at random, then by a smooth field."""
    height, width = images.shape[2:]
    side = min(height, width) * factor
    moves = (2 * draws.uniform(3, 2) - 1) * (affine * side)
    y, x = torch.meshgrid(
        torch.arange(height, device=images.device, dtype=torch.float32),
        torch.arange(width, device=images.device, dtype=torch.float32),
        indexing="ij",
    )
    images = sampled(images, *_affine(moves, x, y), Edge.MIRROR)
    if amplitude == 0:
        return images
    field = 2 * draws.uniform(2, height, width, stream=1) - 1
    field = smoothed(field, sigma * side, truncate=3, edge=Edge.SYMMETRIC) * (amplitude * side)
    return sampled(images, x + field[:, 0], y + field[:, 1], Edge.SYMMETRIC)


def _affine(moves: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Say where each pixel comes from: x and y (n, h, w).

    Three corners of a square about the middle, lower right, upper right and upper left, move by
    ``moves`` (n, 3, 2).
    """
    height, width = x.shape
    reach = max(1, min(height, width) // 3)
    corner = moves.new_tensor([width // 2 + reach, height // 2 - reach])
    moved = corner + moves[:, 1]
    across = 1 + (moves[:, 1] - moves[:, 2])[:, 0] / (2 * reach)
    skew_y = (moves[:, 1] - moves[:, 2])[:, 1] / (2 * reach)
    skew_x = (moves[:, 0] - moves[:, 1])[:, 0] / (2 * reach)
    down = 1 + (moves[:, 0] - moves[:, 1])[:, 1] / (2 * reach)
    scale = across * down - skew_x * skew_y
    across, skew_y, skew_x, down = (
        (entry / scale)[:, None, None] for entry in (across, skew_y, skew_x, down)
    )
    off_x, off_y = x - moved[:, 0, None, None], y - moved[:, 1, None, None]
    return (
        corner[0] + down * off_x - skew_x * off_y,
        corner[1] + across * off_y - skew_y * off_x,
    )


def pixelate(images: Tensor, draws: Draws, factor: float) -> Tensor:
    """Shrink by averaging, and enlarge again."""
    del draws
    height, width = images.shape[2:]
    small = max(1, int(width * factor)), max(1, int(height * factor))
    return _through(
        images,
        lambda picture: picture.resize(small, Image.Resampling.BOX).resize(
            (width, height), Image.Resampling.BOX
        ),
    )


def jpeg_compression(images: Tensor, draws: Draws, quality: float) -> Tensor:
    """Store as JPEG and read again."""
    del draws

    def stored(picture: Image.Image) -> Image.Image:
        content = io.BytesIO()
        picture.save(content, "JPEG", quality=int(quality))
        return Image.open(content)

    return _through(images, stored)


def _through(images: Tensor, change: Callable[[Image.Image], Image.Image]) -> Tensor:
    """Change each image as a picture of Pillow."""
    shown = (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    changed = []
    for array in shown:
        picture = Image.fromarray(array[..., 0] if array.shape[2] == 1 else array)
        changed.append(np.asarray(change(picture)).reshape(array.shape))
    stacked = torch.from_numpy(np.stack(changed)).permute(0, 3, 1, 2)
    return stacked.to(images.device).float() / 255
