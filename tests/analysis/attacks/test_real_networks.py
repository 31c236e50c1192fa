"""Networks of other people, and what was published about attacks on them."""

import io
import os

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from analysis.attacks import Threat, attack
from analysis.attacks.pgd import Pgd
from tests import networks
from tests.own_code.modeling_lenet5 import LeNet5

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
LONG = bool(os.environ.get("ASSAY_LONG"))
COUNT, NEAR = (3_000, 0.005) if LONG else (1_000, 0.02)  # fewer images, a wider margin


@pytest.fixture(scope="module")
def split(real_data):
    table = pq.read_table(real_data / "datasets/ylecun/mnist/mnist/test-00000-of-00001.parquet")
    cells = table["image"].slice(0, COUNT).to_pylist()
    pictures = np.stack([np.asarray(Image.open(io.BytesIO(cell["bytes"]))) for cell in cells])
    labels = torch.tensor(table["label"].slice(0, COUNT).to_pylist())
    return torch.from_numpy(pictures[:, None] / np.float32(255)), labels


@pytest.mark.parametrize(("kind", "published"), [("pgd", 0.0698), ("clean", 1.0)])
def test_pgd_succeeds_as_often_as_published(kind, published, split, real_data):
    """PGD from the image, 40 steps of 0.01 at eps 0.3: the share of right answers that fall."""
    network = LeNet5(LeNet5.config_class(num_channels=1, num_labels=10)).eval()
    network.load_state_dict(networks.load_tensors(real_data / f"weights/mnist-lenet5-{kind}.pt"))
    network.requires_grad_(False)
    images, labels = split
    threat = Threat("Linf", 0.3)
    search = Pgd(threat, begins_at_image=True)
    found = attack(network, images, labels, torch.arange(COUNT), threat, searches=[search])
    n_right = int((found.clean.argmax(1) == labels).sum())
    success = 1 - int(found.robust.sum()) / n_right
    print(f"{kind}: {success:.4f} of {n_right}")  # noqa: T201
    assert success == pytest.approx(published, abs=NEAR)
