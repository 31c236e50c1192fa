"""Hints without keys: marked layers stand out, real networks do not, and a hint is never more."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from analysis.watermarks.hints import (
    Hint,
    Layer,
    excess_of,
    layers_of,
    weight_hints,
)
from tests import networks

MARKED = "4.weight"


def small(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    blocks: list[nn.Module] = []
    for place in range(5):
        blocks += [nn.Conv2d(16 if place else 1, 16, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))


def trained(seed: int, *, weight: float = 0.0, bits: int = 32) -> nn.Sequential:
    """Train a small network on digits; with a ``weight`` Uchida's regulariser is in the loss."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = torch.tensor(digits.images / 16, dtype=torch.float32)[:, None]
    labels = torch.tensor(digits.target)
    network = small(seed)
    marked = network.get_parameter(MARKED)
    projection = torch.randn(marked[0].numel(), bits)
    signature = torch.randint(0, 2, (bits,)).float()
    optimiser = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9, weight_decay=5e-4)
    for _ in range(60):
        some = torch.randint(0, len(labels), (32,))
        loss = functional.cross_entropy(network(images[some]), labels[some])
        if weight:
            said = marked.mean(0).flatten() @ projection
            loss = loss + weight * functional.binary_cross_entropy_with_logits(said, signature)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    if weight:
        assert ((marked.mean(0).flatten() @ projection > 0) == signature.bool()).all()
    return network


def hints_of(network: nn.Module) -> list[Hint]:
    return weight_hints(layers_of(state_of(network)))


def state_of(network: nn.Module) -> dict[str, Any]:
    return {name: tensor.numpy() for name, tensor in network.state_dict().items()}


@pytest.mark.parametrize("seed", [0, 1])
def test_a_layer_with_uchidas_mark_stands_out(seed):
    (hint,) = hints_of(trained(seed, weight=1.0))
    assert hint.name == "weights"
    assert repr(MARKED) in hint.sentence
    assert hint.sentence.endswith("A hint only; the keys decide.")


def test_a_network_without_it_does_not():
    assert hints_of(trained(0)) == []
    assert hints_of(small(0)) == []


@pytest.mark.real
@pytest.mark.parametrize("file", ["cifar10-resnet20.th", "cifar10-resnet56.th",
                                  "mnist-lenet5-clean.pt", "mnist-lenet5-pgd.pt"])  # fmt: skip
def test_real_networks_give_no_hint(file):
    path = networks.real_data() / "weights" / file
    found = torch.load(path, weights_only=True, map_location="cpu")  # noqa: TID251
    state = found.get("state_dict", found)
    layers = layers_of({name: tensor.numpy() for name, tensor in state.items()})
    assert len(layers) >= 3
    assert weight_hints(layers) == []


@pytest.mark.real
def test_a_real_transformer_gives_no_hint():
    """Six of its layers share a pattern that is forty times as strong as chance."""
    from safetensors.numpy import load_file

    layers = layers_of(load_file(networks.minilm_folder() / "model.safetensors"))
    assert sum(layer.excess > 20 for layer in layers) > 5
    assert weight_hints(layers) == []


def test_independent_outputs_vary_as_chance_has_it():
    random = np.random.default_rng(0)
    for shape in ((64, 32, 3, 3), (128, 900), (16, 512, 1, 1)):
        drawn = [excess_of(random.normal(3, 2, shape).astype(np.float32)) for _ in range(5)]
        assert np.mean(drawn) == pytest.approx(0.93, abs=0.1)  # the least of three


def test_each_measure_has_to_agree():
    random = np.random.default_rng(0)
    weights = random.normal(0, 1, (64, 32, 3, 3))
    everywhere = weights + random.normal(0, 1, (32, 3, 3))
    channels = weights + random.normal(0, 1, (32, 1, 1))
    few = weights.copy()
    few[:, :2] += 9
    assert excess_of(everywhere) > 20
    assert excess_of(channels) < 2
    assert excess_of(few) < 2


def layers(*excesses: float, shape: tuple[int, ...] = (64, 64, 3, 3)) -> list[Layer]:
    return [Layer(f"layer{place}", shape, each) for place, each in enumerate(excesses)]


@pytest.mark.parametrize(
    ("found", "hinted"),
    [
        (layers(1, 1, 1, 30), 1),
        (layers(1, 1, 30), 0),  # too few to compare with
        (layers(1, 1, 1, 4.9), 0),
        (layers(2, 2, 2, 7.9), 0),  # not four times the others
        (layers(1, 9, 4, 20, 60), 0),  # they differ by as much
        (layers(1, 1, 1, 30, 40), 2),
        (layers(1, 1, 1, float("nan")), 0),
        (layers(1, 1, 1, float("inf")), 0),
        (layers(1, 1, 1, float("nan"), 30), 1),
        (layers(0, 0, 0, 30), 0),
        (layers(-1, -1, -1, 30), 0),
        ([], 0),
        ([*layers(1, 1, 1), Layer("other", (64, 64, 1, 1), 30)], 0),
        ([*layers(1, 1, 1), Layer("larger", (9, 99, 3, 3), 30)], 1),
        ([*layers(1, 1, 1, shape=(8, 64)), Layer("dense", (64, 8), 30)], 0),
        ([*layers(1, 1, 1, shape=(8, 64)), Layer("dense", (8, 64), 30)], 1),
    ],
)
def test_a_layer_is_held_against_those_like_it(found, hinted):
    assert len(weight_hints(found)) == hinted


def test_layers_that_say_nothing_are_left_out():
    state = {
        "bias": np.ones(64), "few": np.ones((4, 64)), "narrow": np.ones((64, 8)),
        "counter": np.array(3), "video": np.ones((8, 8, 3, 3, 3)), "flat": np.ones((16, 64)),
        "broken": np.full((16, 64), np.nan),
    }  # fmt: skip
    found = layers_of(state)
    assert [layer.name for layer in found] == ["flat", "broken"]
    assert all(np.isnan(layer.excess) for layer in found)


def test_names_of_layers_are_hostile():
    (hint,) = weight_hints([*layers(1, 1, 1), Layer("\n\u202e" + "x" * 900, (64, 64, 3, 3), 30)])
    assert hint.sentence.isascii()
    assert hint.sentence.isprintable()
    assert len(hint.sentence) < 400
