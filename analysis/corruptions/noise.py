"""Noise: of sensors, of few photons, of dead pixels."""

from functools import lru_cache

import torch
from torch import Tensor

from analysis.corruptions.drawing import Draws


def gaussian_noise(images: Tensor, draws: Draws, sigma: float) -> Tensor:
    """Add normal noise to each value."""
    return images + sigma * draws.normal(*images.shape[1:])


def speckle_noise(images: Tensor, draws: Draws, sigma: float) -> Tensor:
    """Add normal noise in proportion to each value."""
    return images + images * sigma * draws.normal(*images.shape[1:])


def shot_noise(images: Tensor, draws: Draws, photons: float) -> Tensor:
    """Count the photons that arrive where ``photons`` are expected of white: Poisson's noise.

    The number of a pixel is found by where a uniform number stands in the distribution of its
    value. The distributions of all 256 values lie in one row, each behind the other.
    """
    most = int(photons)  # more of them are white as well
    rows = _cumulated(most).to(images.device)
    levels = (images * 255).round().long()
    drawn = draws.uniform(*images.shape[1:]).double()
    counted = torch.searchsorted(rows, levels + drawn, right=True) - levels * most
    return counted.float() / most


@lru_cache(maxsize=16)
def _cumulated(photons: int) -> Tensor:
    """Give level + P(count <= k) for each of 256 levels and each k below ``photons``, in order."""
    level = torch.arange(256, dtype=torch.float64)[:, None]
    expected = level / 255 * photons
    count = torch.arange(photons, dtype=torch.float64)
    logs = torch.xlogy(count, expected) - expected - torch.lgamma(count + 1)
    return (logs.exp().cumsum(1).clamp(max=1) + level).flatten()


def impulse_noise(images: Tensor, draws: Draws, share: float) -> Tensor:
    """Turn a share of the values, of each channel for itself, black or white."""
    drawn = draws.uniform(*images.shape[1:])
    images = torch.where(drawn < share, torch.zeros_like(images), images)
    return torch.where(drawn < share / 2, torch.ones_like(images), images)
