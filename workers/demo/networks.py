"""Small image classifiers: trained, measured and saved as transformers folders. Plain torch."""

import json
import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from transformers import ResNetConfig, ResNetForImageClassification

from workers.demo.digits import MEAN, NAMES, STD, Split
from workers.demo.own_code import modeling_digits

BATCH = 64
LEARNING_RATE = 1e-2

# Named after ViT's: its PIL form resizes, rescales and normalises, and nothing else.
PREPROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "do_resize": True,
    "size": {"height": 8, "width": 8},
    "resample": 2,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [MEAN] * 3,
    "image_std": [STD] * 3,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a network does on a split: share of right answers, mean cross entropy, samples."""

    accuracy: float
    loss: float
    n: int


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Fix torch's random state and one thread for the block: sums then run in one order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def resnet(names: Sequence[str] = NAMES) -> Any:
    """A ResNet of 49 thousand weights, fresh, whose outputs stand for ``names`` in order."""
    config = ResNetConfig(
        num_channels=3,
        embedding_size=48,
        hidden_sizes=[48],
        depths=[1],
        layer_type="basic",
        **_labels(names),
    )
    return ResNetForImageClassification(config)


def reopen(folder: Path) -> Any:
    """A ResNet that ``save`` wrote into ``folder`` during this build."""
    return ResNetForImageClassification.from_pretrained(folder, local_files_only=True)


def own_architecture() -> Any:
    """A network whose code is published beside its weights, fresh."""
    config = modeling_digits.DigitsConfig(**_labels(NAMES))
    config.auto_map = {
        "AutoConfig": "modeling_digits.DigitsConfig",
        "AutoModelForImageClassification": "modeling_digits.DigitsForImageClassification",
    }
    return modeling_digits.DigitsForImageClassification(config)


def epochs(net: Any, split: Split, count: int, rate: float = LEARNING_RATE) -> Iterator[float]:
    """Train ``net`` for ``count`` epochs; after each, give its mean loss on what it learnt from."""
    labels = _own_classes(net)[split.labels]
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.05)
    steps = count * math.ceil(len(labels) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    for _ in range(count):
        net.train()
        total = 0.0
        for batch in torch.split(torch.randperm(len(labels)), BATCH):
            logits = net(pixel_values=split.pixels[batch]).logits
            loss = functional.cross_entropy(logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        net.eval()
        yield total / len(labels)


def train(net: Any, split: Split, count: int) -> None:
    """Train ``net`` for ``count`` epochs."""
    for _ in epochs(net, split, count):
        pass


def measure(net: Any, split: Split) -> Measured:
    """Measure ``net`` on a whole split; its outputs are matched to the classes by name."""
    labels = _own_classes(net)[split.labels]
    net.eval()
    with torch.inference_mode():
        logits = net(pixel_values=split.pixels).logits  # (n, classes)
    right = int((logits.argmax(1) == labels).sum())
    loss = float(functional.cross_entropy(logits, labels))
    return Measured(right / len(labels), loss, len(labels))


def save(net: Any, folder: Path) -> None:
    """Write config, safetensors weights, preprocessor and, for an own architecture, the code."""
    net.save_pretrained(folder)
    if isinstance(net, modeling_digits.DigitsForImageClassification):
        shutil.copyfile(modeling_digits.__file__, folder / "modeling_digits.py")
    write_preprocessor(folder)


def write_preprocessor(folder: Path) -> None:
    """Write ``preprocessor_config.json``: how an image becomes what the networks here read."""
    text = json.dumps(PREPROCESSOR, indent=2) + "\n"
    (folder / "preprocessor_config.json").write_text(text, encoding="utf-8")


def _labels(names: Sequence[str]) -> dict[str, Any]:
    return {
        "id2label": dict(enumerate(names)),
        "label2id": {name: i for i, name in enumerate(names)},
    }


def _own_classes(net: Any) -> torch.Tensor:
    """For each class of the dataset, the output of ``net`` that has its name."""
    return torch.tensor([net.config.label2id[name] for name in NAMES])
