"""Small networks with fixed weights, and images for them. For tests."""

import torch
from torch import nn

from analysis.attacks import draws


def images(n, shape=(1, 6, 6), seed=3):
    drawn = draws.uniform(seed, torch.arange(n), 0, torch.Size(shape).numel())
    return drawn.reshape(n, *shape)


class Small(nn.Module):
    """A convolution, ReLU, and a linear layer; ``scale`` sets how far logits lie apart."""

    def __init__(self, classes=5, shape=(1, 6, 6), scale=6.0, seed=11):
        super().__init__()
        channels, height, width = shape
        self.conv = nn.Conv2d(channels, 6, 3, padding=1, bias=False)
        self.linear = nn.Linear(6 * height * width, classes, bias=False)
        self.scale = scale
        for place, weights in enumerate(self.parameters()):
            drawn = draws.normal(seed, torch.tensor([place]), 0, weights.numel())
            weights.data = drawn.reshape(weights.shape) / weights[0].numel() ** 0.5
        self.requires_grad_(False)

    def forward(self, pixels):
        hidden = torch.relu(self.conv(pixels - 0.5))
        return self.scale * self.linear(hidden.flatten(1))


class Counting:
    """Counts what goes through a network and what comes back, as hooks see it."""

    def __init__(self, network):
        self.network, self.forward, self.backward = network, 0, 0

    def __call__(self, pixels):
        self.forward += len(pixels)
        logits = self.network(pixels)
        if logits.requires_grad:
            logits.register_hook(self._came_back)
        return logits

    def _came_back(self, gradient):
        self.backward += len(gradient)
