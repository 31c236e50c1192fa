"""Pictures for a finding out of what a sandbox sent: bounded, checked, eight bits. numpy only."""

import numpy as np

from analysis.arrays import NumpyArray, pack
from analysis.contract import CheckError, Picture, PictureKind

MOST = 24  # of a finding
LARGEST = 512  # pixels a side
_STRONGEST = 64.0  # a change is drawn at most so many times as strong as it is


def picture(
    name: str,
    pixels: NumpyArray,
    *,
    title: str,
    alt: str,
    kind: PictureKind = PictureKind.OTHER,
    group: str = "",
) -> Picture:
    """Return a picture of an array (h, w), (h, w, 1 or 3) or (1 or 3, h, w).

    Whole numbers are 0 to 255, others 0 to 1; what lies outside is cut off, what is no number is
    black. Larger pictures are made smaller. Raises CheckError where the array is no picture.
    """
    return Picture(name, title, alt, kind, pack(_bytes(_upright(pixels))), group)


def change(clean: NumpyArray, changed: NumpyArray) -> tuple[NumpyArray, float]:
    """Return the difference of two pictures round a middle grey, and how often it was amplified.

    Both are as ``picture`` takes them and of the same shape.
    """
    first, second = _upright(clean), _upright(changed)
    if first.shape != second.shape or first.dtype != second.dtype:
        raise CheckError("Two pictures of different sizes have no difference.")
    unit = 255.0 if first.dtype == np.uint8 else 1.0
    difference = np.nan_to_num((second.astype(np.float64) - first.astype(np.float64)) / unit)
    difference = np.clip(difference, -1.0, 1.0)
    widest = float(np.abs(difference).max(initial=0.0))
    factor = min(_STRONGEST, 0.5 / widest) if widest > 0 else 1.0
    return (0.5 + factor * difference).astype(np.float32), factor


def _upright(pixels: NumpyArray) -> NumpyArray:
    """Return an array as (h, w, channels); raise CheckError where it is no picture."""
    found = pixels[:, :, None] if pixels.ndim == 2 else pixels
    if found.ndim == 3 and found.shape[2] not in (1, 3) and found.shape[0] in (1, 3):
        found = found.transpose(1, 2, 0)
    if found.ndim != 3 or found.shape[2] not in (1, 3) or 0 in found.shape:
        raise CheckError("An array that should be a picture has not the shape of one.")
    if found.dtype != np.uint8 and not np.issubdtype(found.dtype, np.floating):
        raise CheckError("An array that should be a picture has not the numbers of one.")
    step = -(-max(found.shape[:2]) // LARGEST)
    return _smaller(found, step) if step > 1 else found


def _smaller(pixels: NumpyArray, step: int) -> NumpyArray:
    """Return the means of squares of ``step`` by ``step``; what is left at the edges goes."""
    height, width = (max(1, side // step) for side in pixels.shape[:2])
    tall, wide = min(step, pixels.shape[0]), min(step, pixels.shape[1])
    cut = pixels[: height * tall, : width * wide].astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        means = cut.reshape(height, tall, width, wide, pixels.shape[2]).mean(axis=(1, 3))
    rounded: NumpyArray = np.rint(means) if pixels.dtype == np.uint8 else means
    return rounded.astype(pixels.dtype, copy=False)


def _bytes(pixels: NumpyArray) -> NumpyArray:
    if pixels.dtype == np.uint8:
        return pixels
    finite = np.nan_to_num(pixels.astype(np.float64), nan=0.0, posinf=1.0, neginf=0.0)
    return np.rint(np.clip(finite, 0.0, 1.0) * 255.0).astype(np.uint8)
