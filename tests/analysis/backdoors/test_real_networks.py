"""Networks that other people trained, without a backdoor as far as anybody knows."""

import io

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from analysis.backdoors import Budget, decide, lipschitz, scan
from analysis.contract import Verdict
from tests import networks
from tests.own_code.modeling_cifar_resnet import CifarResNet
from tests.own_code.modeling_lenet5 import LeNet5

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]


@pytest.mark.parametrize("kind", ["clean", "pgd"])
def test_lenets_are_scanned_and_do_not_fail(kind, real_data):
    network = LeNet5(LeNet5.config_class(num_channels=1, num_labels=10)).eval()
    network.load_state_dict(networks.load_tensors(real_data / f"weights/mnist-lenet5-{kind}.pt"))
    network.requires_grad_(False)
    split = pq.read_table(real_data / "datasets/ylecun/mnist/mnist/test-00000-of-00001.parquet")
    cells = split["image"].slice(0, 12).to_pylist()
    pictures = np.stack([np.asarray(Image.open(io.BytesIO(cell["bytes"]))) for cell in cells])
    found = scan(
        lambda images: network(images).logits,
        network,
        torch.from_numpy(pictures[:, None] / np.float32(255)),
        (1, 28, 28),
        10,
        seed=0,
        budget=Budget(starts=6, full_steps=80),
    )
    assert found.layers is None  # no normalisation in it
    assert found.margins is not None
    assert found.triggers is not None
    decision = decide(found)
    print(decision)  # noqa: T201
    assert decision.verdict in {Verdict.PASS, Verdict.WARN}


@pytest.mark.parametrize(("blocks", "count"), [(3, 19), (9, 55)])
def test_every_convolution_of_a_residual_network_is_measured(blocks, count, real_data):
    config = CifarResNet.config_class(num_channels=3, num_labels=10, blocks_per_stage=blocks)
    network = CifarResNet(config).eval()
    path = real_data / f"weights/cifar10-resnet{6 * blocks + 2}.th"
    network.load_state_dict(networks.load_tensors(path), strict=False)
    layers = lipschitz.measure(network, network, torch.zeros(1, 3, 32, 32))
    print(max(layer.largest for layer in layers))  # noqa: T201
    assert len(layers) == count
    assert all(layer.channels in {16, 32, 64} for layer in layers)
