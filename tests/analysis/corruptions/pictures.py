"""Pictures that look a little like photographs: colours, edges, fine structure. For tests."""

import torch
from torch import Tensor
from torch.nn import functional


def drawn(n: int, size: tuple[int, int] = (32, 32), *, channels: int = 3, seed: int = 0) -> Tensor:
    """Draw pictures (n, channels, h, w) in whole 255ths: spots of all sizes, cut off at edges."""
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(n, channels, *size)
    for detail in (2, 4, 8, 16, 32):
        spots = torch.randn(n, channels, detail, detail, generator=generator)
        common = torch.randn(n, 1, detail, detail, generator=generator)
        smooth = functional.interpolate(spots + 2 * common, size, mode="bicubic")
        total += smooth.clamp(-1.5, 1.5) / detail**0.5
    return ((total * 0.16 + 0.45).clamp(0, 1) * 255).round() / 255


def ids(n: int) -> Tensor:
    return torch.arange(n) * 7 + 3
