"""The networks and images of P4: real ones, out of the folder of real test material."""

import io
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

_CIFAR = "uoft-cs/cifar10/plain_text/test-00000-of-00001.parquet"
_MNIST = "ylecun/mnist/mnist/test-00000-of-00001.parquet"
_FILES = {
    "mnist-lenet5-clean": ("mnist-lenet5-clean.pt", _MNIST),
    "mnist-lenet5-pgd": ("mnist-lenet5-pgd.pt", _MNIST),
    "cifar10-resnet20": ("cifar10-resnet20.th", _CIFAR),
}


def folder() -> Path | None:
    """Return the folder of real test material, None where it is not."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    found = Path(os.environ.get("ASSAY_REAL_DATA", beside))
    return found if (found / "weights").is_dir() else None


class _LeNet5(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.linear1 = nn.Linear(64 * 7 * 7, 200)
        self.linear2 = nn.Linear(200, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = functional.max_pool2d(functional.relu(self.conv1(images)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        logits: torch.Tensor = self.linear2(functional.relu(self.linear1(x.flatten(1))))
        return logits


class _Block(nn.Module):
    """Two convolutions; the shortcut subsamples, pads channels and has no parameters."""

    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        self.stride = 1 if narrow == wide else 2
        self.conv1 = nn.Conv2d(narrow, wide, 3, self.stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(wide)
        self.conv2 = nn.Conv2d(wide, wide, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(wide)
        self.padding = (wide - narrow) // 2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        if self.padding:
            x = x[:, :, :: self.stride, :: self.stride]
            x = functional.pad(x, (0, 0, 0, 0, self.padding, self.padding))
        return functional.relu(y + x)


class _ResNet20(nn.Module):
    """The CIFAR network of He et al. 2015, with the normalisation that it was trained with."""

    mean: torch.Tensor
    std: torch.Tensor
    layer1: nn.Sequential
    layer2: nn.Sequential
    layer3: nn.Sequential

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        for number, (narrow, wide) in enumerate([(16, 16), (16, 32), (32, 64)], 1):
            blocks = [_Block(narrow, wide), _Block(wide, wide), _Block(wide, wide)]
            self.add_module(f"layer{number}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, 10)
        scale = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
        for name, values in scale.items():
            tensor = torch.tensor(values).view(1, 3, 1, 1)
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.bn1(self.conv1((images - self.mean) / self.std)))
        for layer in (self.layer1, self.layer2, self.layer3):
            x = layer(x)
        logits: torch.Tensor = self.linear(x.mean((2, 3)))
        return logits


@lru_cache
def network(home: Path, name: str) -> nn.Module:
    """Load one of the networks; only its inputs have gradients."""
    path = home / "weights" / _FILES[name][0]
    # No repo of a stranger: weights that the person who measures has put there.
    found = torch.load(path, weights_only=True, map_location="cpu")  # noqa: TID251
    found = found.get("state_dict", found)
    tensors: Mapping[str, torch.Tensor] = {
        key.removeprefix("module."): value for key, value in found.items()
    }
    loaded = _LeNet5() if "lenet5" in name else _ResNet20()
    loaded.load_state_dict(tensors)
    return loaded.eval().requires_grad_(False)


def images(home: Path, name: str, first: int, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Read test images (n, c, h, w) in [0, 1], and their labels."""
    import pyarrow.parquet as pq
    from PIL import Image

    table = pq.read_table(home / "datasets" / _FILES[name][1]).slice(first, count)
    pictures, labels = (table[column].to_pylist() for column in table.column_names)
    decoded = [np.asarray(Image.open(io.BytesIO(picture["bytes"]))) for picture in pictures]
    pixels = torch.from_numpy(np.stack(decoded)).float() / 255
    pixels = pixels[:, None] if pixels.dim() == 3 else pixels.permute(0, 3, 1, 2).contiguous()
    return pixels, torch.tensor(labels)
