"""A real network on corrupted pictures, and what a corruption costs: the tables of the method page.

The short form asks for few pictures; ``make sweep`` (ASSAY_LONG=1) asks for 1,000 of the test split
at all severities of all corruptions, and for a batch of 64 of 224 pixels, and prints both tables.
"""

import io
import os
import time
from collections.abc import Callable

import numpy as np
import pytest

from analysis.arrays import NumpyArray
from analysis.contract import Estimate
from analysis.corruptions import EXTRA, NAMES, Summary, corrupt, summarise
from tests import networks
from tests.analysis.corruptions.pictures import drawn

pytestmark = pytest.mark.timeout(3600)

LONG = bool(os.environ.get("ASSAY_LONG"))
PICTURES = 1_000 if LONG else 60
BATCH = 250
ALL = NAMES + EXTRA


@pytest.fixture(scope="module")
def measured() -> Summary:
    import pyarrow.parquet as pq
    import torch
    from PIL import Image

    data = networks.real_data() / "datasets/uoft-cs/cifar10/plain_text"
    split = pq.read_table(data / "test-00000-of-00001.parquet").slice(0, PICTURES)
    pictures = np.stack(
        [np.asarray(Image.open(io.BytesIO(cell["bytes"]))) for cell in split["img"].to_pylist()]
    )
    images = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    labels = np.array(split["label"].to_pylist())
    answer = answers()
    correct = np.zeros((PICTURES, len(ALL), 5), bool)
    clean = np.zeros(PICTURES, bool)
    for start in range(0, PICTURES, BATCH):
        part = slice(start, start + BATCH)
        ids = torch.arange(PICTURES)[part]
        clean[part] = answer(images[part]) == labels[part]
        for place, name in enumerate(ALL):
            for severity in range(1, 6):
                corrupted = corrupt(images[part], name, severity, seed=0, ids=ids)
                correct[part, place, severity - 1] = answer(corrupted) == labels[part]
    return summarise(correct, clean, ALL, "cifar-10-c", 0)


def answers() -> Callable[..., NumpyArray]:
    """Load ResNet-20 and give what says which class it sees in pictures in [0, 1]."""
    import torch

    from tests.own_code.modeling_cifar_resnet import CifarResNet

    network = CifarResNet(CifarResNet.config_class(num_labels=10)).eval()
    weights = networks.real_data() / "weights/cifar10-resnet20.th"
    network.load_state_dict(networks.load_tensors(weights))
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)

    def answer(images: torch.Tensor) -> NumpyArray:
        with torch.inference_mode():
            found: NumpyArray = network((images - mean) / std).logits.argmax(1).numpy()
        return found

    return answer


def shown(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


@pytest.mark.real
def test_corruptions_cost_accuracy_and_the_severe_ones_more(measured: Summary):
    print(f"\nn = {measured.n}, clean {shown(measured.clean)}")  # noqa: T201
    for name, cells in measured.cells.items():
        row = " | ".join(f"{cell.value:.1%}" for cell in cells)
        print(f"| `{name}` | {row} | {shown(measured.corruptions[name])} |")  # noqa: T201
    print(f"mean {shown(measured.mean)}, relative to clean {shown(measured.relative)}")  # noqa: T201
    assert measured.clean.value > 0.85
    assert measured.relative is not None
    assert 0.6 < measured.relative.value < 0.95
    by_severity = [
        np.mean([measured.cells[name][severity].value for name in NAMES]) for severity in range(5)
    ]
    assert by_severity == sorted(by_severity, reverse=True)
    # Published for networks trained without corruptions: noise and glass cost most, light least.
    values = {name: measured.corruptions[name].value for name in NAMES}
    order = sorted(NAMES, key=lambda name: values[name])
    assert "brightness" in order[-3:]
    assert {"gaussian_noise", "glass_blur"} <= set(order[:5])


def test_no_corruption_goes_from_pixel_to_pixel():
    """The authors' loop over pixels takes seconds a picture; time is that of one core."""
    import torch

    sizes = {224: 64, 32: 1_000} if LONG else {224: 4}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for side, count in sizes.items():
            images, ids = drawn(count, (side, side)), torch.arange(count)
            for name in ALL:
                corrupt(images[:1], name, 3, seed=0, ids=ids[:1])  # fills what is kept
                start = time.process_time()
                for severity in range(1, 6):
                    corrupt(images, name, severity, seed=0, ids=ids)
                spent = (time.process_time() - start) / (5 * count)
                print(f"{side} px, {name}: {spent * 1000:.2f} ms an image")  # noqa: T201
                assert spent < 0.25, name
    finally:
        torch.set_num_threads(threads)
