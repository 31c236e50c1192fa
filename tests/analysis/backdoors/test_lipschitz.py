"""Channel Lipschitzness: against singular values, on pairs found by use."""

import numpy as np
import pytest
import torch
from torch import nn

from analysis.backdoors import lipschitz
from tests.analysis.backdoors.poisons import ConvNet, ResNet

IMAGES = torch.zeros(2, 1, 16, 16)


def normalised(norm: nn.BatchNorm2d, seed: int = 0) -> nn.BatchNorm2d:
    """Give a normalisation the numbers of one that has learnt."""
    generator = torch.Generator().manual_seed(seed)
    for tensor in (norm.weight.data, norm.running_var):
        assert tensor is not None
        tensor.copy_(torch.rand(len(tensor), generator=generator) + 0.1)
    return norm.eval()


@pytest.mark.parametrize(("groups", "kernel"), [(1, 3), (1, 1), (4, 3), (16, 5), (1, 7)])
def test_a_constant_is_the_largest_singular_value_times_the_scale(groups, kernel):
    torch.manual_seed(1)
    convolution = nn.Conv2d(16, 32, kernel, groups=groups)
    norm = normalised(nn.BatchNorm2d(32))
    norm.weight.data[3] *= -1  # the sign of a scale does not matter
    found = lipschitz.constants(convolution, norm)
    weight = convolution.weight.detach().numpy().reshape(32, 16 // groups, -1)
    assert norm.running_var is not None
    scale = np.abs(norm.weight.detach().numpy()) / np.sqrt(norm.running_var.numpy() + norm.eps)
    wanted = [np.linalg.svd(matrix, compute_uv=False)[0] for matrix in weight] * scale
    assert found.numpy() == pytest.approx(wanted, rel=1e-4)


def test_the_constant_bounds_how_far_a_channel_can_change():
    torch.manual_seed(2)
    convolution, norm = nn.Conv2d(3, 8, 3, bias=False), normalised(nn.BatchNorm2d(8))
    bounds = lipschitz.constants(convolution, norm)
    moved = torch.randn(500, 3, 3, 3, dtype=torch.float64)
    double = nn.Sequential(convolution, norm).double()
    changes = (double(moved) - double(torch.zeros_like(moved))).abs()[:, :, 0, 0]
    # The product of the sides' lengths: what a rank one change of the inputs can do at most.
    nuclear = torch.linalg.matrix_norm(moved.flatten(2), "nuc")
    assert bool((changes <= bounds * nuclear[:, None] + 1e-9).all())


def test_pairs_are_found_by_use_and_not_by_name():
    network = ResNet().eval()
    found = lipschitz.pairs(network, network, IMAGES)
    names = {id(part): name for name, part in network.named_modules()}
    pairs = [(name, names[id(norm)]) for name, _, norm in found]
    assert pairs[:4] == [
        ("0", "1"),
        ("3.first", "3.norms.2"),
        ("3.second", "3.norms.0"),
        ("3.way", "3.norms.1"),
    ]
    assert len(pairs) == 10


def test_hooks_do_not_stay():
    network = ConvNet().eval()
    lipschitz.measure(network, network, IMAGES)
    for part in network.modules():
        assert not part._forward_hooks
        assert not part._forward_pre_hooks


def test_a_channel_that_stands_out_is_counted():
    network = ConvNet().eval()
    before = lipschitz.measure(network, network, IMAGES)
    assert [layer.channels for layer in before] == [16, 32, 32]
    convolution = network[3]
    assert isinstance(convolution, nn.Conv2d)
    convolution.weight.data[5] *= 20
    layers = lipschitz.measure(network, network, IMAGES)
    assert [layer.above for layer in layers] == [before[0].above, 1, before[2].above]
    assert layers[1].name == "3"
    assert layers[1].largest > 5


class Frozen(nn.Module):
    """Batch normalisation of another maker."""

    weight: torch.Tensor
    running_mean: torch.Tensor
    running_var: torch.Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        for name in ("weight", "running_mean", "running_var"):
            self.register_buffer(name, torch.rand(channels) + 0.5)

    def forward(self, images):
        scale = self.weight * (self.running_var + 1e-5).rsqrt()
        return (images - self.running_mean[:, None, None]) * scale[:, None, None]


def test_frozen_normalisations_of_other_makers_count():
    network = nn.Sequential(nn.Conv2d(1, 16, 3), Frozen(16))
    assert len(lipschitz.measure(network, network, IMAGES)) == 1


@pytest.mark.parametrize(
    "network",
    [
        nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU()),  # none, or melted into the convolution
        nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.BatchNorm2d(16)),  # something between
        nn.Sequential(nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16, track_running_stats=False)),
        nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8)),  # too few to stand out
        nn.Sequential(nn.Flatten(), nn.Linear(256, 16), nn.BatchNorm1d(16)),
    ],
)
def test_other_networks_have_nothing_to_measure(network):
    assert lipschitz.measure(network.eval(), network, IMAGES) == []


def test_weights_that_are_not_finite_are_left_out():
    network = ConvNet().eval()
    convolution = network[3]
    assert isinstance(convolution, nn.Conv2d)
    convolution.weight.data[5] = torch.nan
    assert [layer.name for layer in lipschitz.measure(network, network, IMAGES)] == ["0", "6"]
