"""Corrupt a batch of images."""

from collections.abc import Callable

import torch
from torch import Tensor

from analysis.contract import CheckError
from analysis.corruptions import blur, digital, noise, spatter, weather
from analysis.corruptions.drawing import Draws
from analysis.corruptions.resampling import as_bytes
from analysis.corruptions.table import CONSTANTS, EXTRA, NAMES, SEVERITIES, chosen, kind_of

_FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "gaussian_noise": noise.gaussian_noise,
    "shot_noise": noise.shot_noise,
    "impulse_noise": noise.impulse_noise,
    "defocus_blur": blur.defocus_blur,
    "glass_blur": blur.glass_blur,
    "motion_blur": blur.motion_blur,
    "zoom_blur": blur.zoom_blur,
    "snow": weather.snow,
    "frost": weather.frost,
    "fog": weather.fog,
    "brightness": weather.brightness,
    "contrast": digital.contrast,
    "elastic_transform": digital.elastic_transform,
    "pixelate": digital.pixelate,
    "jpeg_compression": digital.jpeg_compression,
    "speckle_noise": noise.speckle_noise,
    "gaussian_blur": blur.gaussian_blur,
    "spatter": spatter.spatter,
    "saturate": digital.saturate,
}
# An image does not depend on its batch, so a large one is done in pieces that stay in the cache.
_PIECE = {"cpu": 1 << 18, "cuda": 1 << 25}  # values
_STEPS = 8  # of the random numbers, kept for each corruption: one a severity


@torch.no_grad()
def corrupt(
    images: Tensor,
    name: str,
    severity: int,
    *,
    seed: int,
    ids: Tensor,
    constants: str = "auto",
) -> Tensor:
    """Return images (n, c, h, w) as a corruption of severity 1 to 5 leaves them, in whole 255ths.

    ``images`` are in [0, 1] and rounded to 8 bits first; ``ids`` (n,) tell them apart. What is
    random follows from seed, id, corruption and severity, so an image is the same in any batch.
    ``constants`` are those of "imagenet-c", of "cifar-10-c", or "auto": the latter below 64 pixels.

    Raises ValueError on a name, a severity, ids or constants that do not exist, and CheckError on
    images that cannot be corrupted so.
    """
    kind_of(name)
    if isinstance(severity, bool) or severity not in range(1, SEVERITIES + 1):
        raise ValueError(f"a severity is a whole number from 1 to {SEVERITIES}, not {severity!r}")
    _require_pictures(images, name)
    if ids.shape != images.shape[:1] or ids.is_floating_point():
        raise ValueError(f"{len(images)} images need as many ids, in one row of whole numbers")
    levels = CONSTANTS[chosen(constants, *images.shape[2:])][name]
    step = (NAMES + EXTRA).index(name) * _STEPS + severity
    ids = ids.to(images.device)
    size = max(1, _PIECE.get(images.device.type, 1 << 18) // images[0].numel()) if len(ids) else 1
    corrupted = torch.empty(images.shape, device=images.device)
    for start in range(0, len(images), size):
        piece = (images[start : start + size].float() * 255).round() / 255
        draws = Draws(seed, ids[start : start + size], step)
        changed = _FUNCTIONS[name](piece.contiguous(), draws, *levels[severity - 1])
        corrupted[start : start + size] = as_bytes(changed)
    return corrupted


def _require_pictures(images: Tensor, name: str) -> None:
    """Raise CheckError unless these are pictures that the corruption can be applied to."""
    if images.ndim != 4 or images.shape[1] not in (1, 3) or 0 in images.shape[1:]:
        shape = " x ".join(map(str, images.shape))
        raise CheckError(f"Corruptions need pictures of one or three channels, not {shape}.")
    if not images.is_floating_point() or not bool(((images >= 0) & (images <= 1)).all()):
        raise CheckError("Corruptions need pictures whose values are numbers between 0 and 1.")
    if name == "saturate" and images.shape[1] == 1:
        raise CheckError("Grey pictures have no saturation that could be changed.")
