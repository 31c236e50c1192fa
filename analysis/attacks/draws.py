"""Random numbers that are a function of what they are for, not of who asked before.

A number follows from the seed, the image, the step and its place alone. So an image meets the same
fate in any batch, and a search that was stopped goes on as if it had not been. The generator is the
finaliser of SplitMix64 (Steele, Lea, Flood 2014), applied to a counter; torch has no unsigned
64-bit arithmetic, but multiplication wraps around alike for signed numbers.
"""

import math

import torch

_GAMMA = -7046029254386353131  # 0x9E3779B97F4A7C15
_FIRST = -4658895280553007687  # 0xBF58476D1CE4E5B9
_SECOND = -7723592293110705685  # 0x94D049BB133111EB
_BITS = 24  # of a number: as many as float32 holds exactly


def _shifted(values: torch.Tensor, places: int) -> torch.Tensor:
    """Shift right and fill up with zeros; torch fills up with the sign."""
    return (values >> places) & ((1 << (64 - places)) - 1)


def _mixed(values: torch.Tensor) -> torch.Tensor:
    values = (values ^ _shifted(values, 30)) * _FIRST
    values = (values ^ _shifted(values, 27)) * _SECOND
    return values ^ _shifted(values, 31)


def uniform(
    seed: int, ids: torch.Tensor, step: int | torch.Tensor, size: int, *, stream: int = 0
) -> torch.Tensor:
    """Return numbers in [0, 1): (n, size) float32, on the device of ``ids``.

    ``ids`` (n,) int64 tell the images apart, ``step`` is one number or (n,) of them, ``stream``
    tells apart what is drawn at one step for different ends.
    """
    ids = ids.to(torch.int64)
    step = torch.as_tensor(step, dtype=torch.int64, device=ids.device)
    key = _mixed(torch.as_tensor(seed, dtype=torch.int64, device=ids.device) * _GAMMA + stream)
    key = _mixed(key + ids * _GAMMA)
    key = _mixed(key + (step + 1) * _GAMMA)
    places = torch.arange(1, size + 1, device=ids.device)
    mixed = _mixed(key[:, None] + places * _GAMMA)
    return _shifted(mixed, 64 - _BITS).to(torch.float32) / (1 << _BITS)


def normal(
    seed: int, ids: torch.Tensor, step: int | torch.Tensor, size: int, *, stream: int = 0
) -> torch.Tensor:
    """Return numbers of the standard normal distribution: (n, size) float32 (Box and Muller)."""
    half = (size + 1) // 2
    drawn = uniform(seed, ids, step, 2 * half, stream=stream)
    radius = (-2 * torch.log1p(-drawn[:, :half])).sqrt()
    angle = 2 * math.pi * drawn[:, half:]
    return torch.cat([radius * angle.cos(), radius * angle.sin()], 1)[:, :size]
