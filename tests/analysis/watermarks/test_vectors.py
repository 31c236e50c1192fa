"""The numbers that marks lie in: what is averaged, what is left out, and what is refused."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from analysis.watermarks import vectors
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.vectors import entering, mean_activations, mean_weights

IMAGES = torch.rand(70, 3, 4, 4, generator=torch.Generator().manual_seed(0))


def test_weights_are_averaged_over_their_outputs():
    network: Any = nn.Sequential(nn.Conv2d(3, 5, 2), nn.Flatten(), nn.Linear(45, 4))
    found = mean_weights(network)
    assert list(found) == ["0", "2"]
    convolution = network[0].weight.detach().numpy()
    assert found["0"].shape == (12,)
    assert found["0"].dtype == np.float32
    assert found["0"][5] == pytest.approx(convolution[:, 1, 0, 1].mean(), abs=1e-6)
    assert found["2"] == pytest.approx(network[2].weight.detach().numpy().mean(0), abs=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_any_type_are_averaged_as_float32(dtype):
    layer = nn.Linear(300, 200)
    wanted = layer.weight.detach().to(dtype).float().mean(0).numpy()
    assert mean_weights(layer.to(dtype))[""] == pytest.approx(wanted, abs=1e-7)


def test_what_is_no_weight_of_two_to_four_dimensions_is_left_out():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm2d(3)
            self.deep = nn.Conv3d(1, 2, 2)
            self.far = nn.Linear(2, 2, device="meta")
            self.text: nn.Module = nn.Identity()
            object.__setattr__(self.text, "weight", "no tensor")
            self.whole = nn.Identity()
            self.whole.weight = torch.ones(2, 2, dtype=torch.int8)
            self.none = nn.Identity()
            self.none.weight = torch.ones(0, 4)
            self.sparse = nn.Identity()
            self.sparse.weight = torch.eye(3).to_sparse()
            self.good = nn.Linear(2, 2)

    assert list(mean_weights(Odd())) == ["good"]


def test_what_is_read_is_bounded(monkeypatch):
    network = nn.Sequential(*(nn.Linear(10, 10) for _ in range(5)))
    monkeypatch.setattr(vectors, "MOST_TOGETHER", 35)
    assert list(mean_weights(network)) == ["0", "1", "2"]
    monkeypatch.setattr(vectors, "MOST_LENGTH", 9)
    assert mean_weights(network) == {}


def test_a_function_has_no_weights_of_its_own():
    assert mean_weights(nn.Identity()) == {}


def test_activations_are_those_that_enter_the_last_layer_of_the_classes():
    network = nn.Sequential(nn.Flatten(), nn.Linear(48, 4), nn.ReLU(), nn.Linear(4, 4))
    wanted = network[:3](IMAGES).mean(0).detach().numpy()
    found = mean_activations(network, network, IMAGES, 4)
    assert found == pytest.approx(wanted, abs=1e-6)
    assert found.dtype == np.float32


def test_places_and_words_are_averaged():
    pointwise = nn.Sequential(nn.Conv2d(3, 6, 3), nn.Conv2d(6, 4, 1))
    assert mean_activations(pointwise, pointwise, IMAGES, 4) == pytest.approx(
        pointwise[0](IMAGES).mean((0, 2, 3)).detach().numpy(), abs=1e-6
    )
    words = nn.Sequential(nn.Flatten(2), nn.Linear(16, 4))
    assert mean_activations(words, words, IMAGES, 4) == pytest.approx(
        IMAGES.flatten(2).mean((0, 1)).numpy(), abs=1e-6
    )


def test_the_call_may_be_another_than_the_network():
    network = nn.Linear(48, 4)
    found = mean_activations(lambda images: network(2 * images.flatten(1)), network, IMAGES, 4)
    assert found == pytest.approx(2 * IMAGES.flatten(1).mean(0).numpy(), rel=1e-5)


def test_gradients_pass_and_no_hook_stays():
    network = nn.Sequential(nn.Flatten(), nn.Linear(48, 5), nn.Linear(5, 4))
    entering(network, network, IMAGES, 4).sum().backward()
    assert network[1].weight.grad is not None
    assert not network[2]._forward_hooks


def test_hooks_go_when_the_network_fails():
    network = nn.Sequential(nn.Flatten(), nn.Linear(48, 4))
    with pytest.raises(RuntimeError):
        entering(network, network, IMAGES[:, :1], 4)
    assert not network[1]._forward_hooks


@pytest.mark.parametrize(
    ("network", "images", "words"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(48, 5)), IMAGES, "no last layer"),
        (nn.Sequential(nn.Conv2d(3, 4, 3)), IMAGES, "no last layer"),
        (nn.Sequential(nn.Flatten(0), nn.Linear(48, 4)), IMAGES[:1], "no vector for each"),
        (nn.Sequential(nn.Flatten(0, 1), nn.Flatten(), nn.Linear(16, 4)), IMAGES, "no vector for"),
        (nn.Sequential(nn.Flatten(), nn.Linear(48, 4)), IMAGES[:0], "Without pictures"),
    ],
)
def test_networks_without_such_activations_are_refused(network, images, words):
    with pytest.raises(KeysError, match=words):
        mean_activations(network, network, images, 4)
