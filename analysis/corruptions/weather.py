"""Weather: snow, frost, fog, and too much light."""

import torch
from torch import Tensor

from analysis.corruptions.blur import smeared
from analysis.corruptions.drawing import Draws
from analysis.corruptions.frost import textures
from analysis.corruptions.resampling import as_bytes, zoomed

_LUMA = (0.299, 0.587, 0.114)


def grey(images: Tensor) -> Tensor:
    """Give the brightness of colour images: (n, 1, h, w)."""
    if images.shape[1] == 1:
        return images
    weights = images.new_tensor(_LUMA).view(1, 3, 1, 1)
    return (images * weights).sum(1, keepdim=True)


def snow(
    images: Tensor,
    draws: Draws,
    mean: float,
    sigma: float,
    zoom: float,
    threshold: float,
    radius: float,
    fall: float,
    share: float,
) -> Tensor:
    """Whiten the picture and let flakes fall over it, and once more from the other side."""
    flakes = zoomed(mean + sigma * draws.normal(1, *images.shape[2:]), zoom)
    flakes = torch.where(flakes < threshold, torch.zeros_like(flakes), flakes)
    flakes = smeared(as_bytes(flakes), radius, fall, draws.angles(-135, -45))
    whitened = torch.maximum(images, grey(images) * 1.5 + 0.5)
    return share * images + (1 - share) * whitened + flakes + flakes.rot90(2, (2, 3))


def frost(images: Tensor, draws: Draws, share: float, weight: float, step: float) -> Tensor:
    """Lay a part of a texture of ice over the picture."""
    ice = textures(draws.seed).to(images.device)
    if images.shape[1] == 1:
        ice = grey(ice)
    drawn = draws.uniform(3).double()
    kind = (drawn[:, 0] * len(ice)).long()
    place = (drawn[:, 1:] * ice.shape[-1]).long()
    rows, columns = (
        (place[:, axis, None] + torch.arange(size, device=images.device) * int(step))
        % ice.shape[-1]
        for axis, size in enumerate(images.shape[2:])
    )
    seen = ice[kind[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return share * images + weight * seen.permute(0, 3, 1, 2)


def fog(images: Tensor, draws: Draws, amount: float, decay: float) -> Tensor:
    """Add clouds, and darken so that the brightest value stays what it was."""
    height, width = images.shape[2:]
    side = max(2, 1 << (max(height, width) - 1).bit_length())
    clouds = plasma(draws, side, decay)[:, None, :height, :width]
    brightest = images.amax((1, 2, 3), keepdim=True)
    return (images + amount * clouds) * brightest / (brightest + amount)


def plasma(draws: Draws, side: int, decay: float) -> Tensor:
    """Grow clouds between 0 and 1 by diamonds and squares: (n, side, side), a power of two."""
    heights = torch.zeros(len(draws.ids), side, side, device=draws.ids.device)
    step, rough = side, 100.0
    while step >= 2:
        half = step // 2

        def moved(total: Tensor, part: int, step: int = step, rough: float = rough) -> Tensor:
            drawn = draws.uniform(*total.shape[1:], stream=3 * step + part)
            return total / 4 + rough**2 * (2 * drawn - 1)

        corners = heights[:, ::step, ::step]
        pairs = corners + corners.roll(-1, 1)
        middles = moved(pairs + pairs.roll(-1, 2), 0)
        heights[:, half::step, half::step] = middles
        sides = middles + middles.roll(1, 1) + corners + corners.roll(-1, 2)
        heights[:, ::step, half::step] = moved(sides, 1)
        sides = middles + middles.roll(1, 2) + corners + corners.roll(-1, 1)
        heights[:, half::step, ::step] = moved(sides, 2)
        step, rough = half, rough / decay
    heights -= heights.amin((1, 2), keepdim=True)
    return heights / heights.amax((1, 2), keepdim=True).clamp(min=1e-30)


def brightness(images: Tensor, draws: Draws, added: float) -> Tensor:
    """Add to the value of HSV: hue and saturation stay, so a pixel is multiplied."""
    del draws
    value = images.amax(1, keepdim=True)
    raised = (value + added).clamp(max=1)
    return torch.where(value > 0, images * (raised / value.clamp(min=1e-6)), raised)
