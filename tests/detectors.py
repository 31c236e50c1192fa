"""Tiny detectors of things in pictures, and pictures for them."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from PIL import Image

Labels = Mapping[int, str]
SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
}


def write_yolos(folder: Path, labels: Labels) -> Path:
    """Write a network of one layer that finds five things in each picture."""
    torch.manual_seed(0)
    config = transformers.YolosConfig(
        **SMALL, image_size=[32, 48], num_detection_tokens=5, id2label=labels, patch_size=16
    )
    return _write(transformers.YolosForObjectDetection(config), folder, "Yolos")


def write_detr(folder: Path, labels: Labels, kind: str = "Detr") -> Path:
    """Write a detector that looks through a small ResNet."""
    torch.manual_seed(0)
    backbone = transformers.ResNetConfig(
        embedding_size=4, hidden_sizes=[4, 8], depths=[1, 1], out_features=["stage2"]
    )
    config = getattr(transformers, f"{kind}Config")(
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=backbone,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        num_queries=5,
        id2label=labels,
    )
    return _write(getattr(transformers, f"{kind}ForObjectDetection")(config), folder, kind)


def _write(network: Any, folder: Path, kind: str) -> Path:
    for tensor in network.parameters():  # untrained heads answer the same for all
        if tensor.ndim > 1:
            tensor.data *= 3
    network.eval().save_pretrained(folder)
    settings = {
        "image_processor_type": f"{kind}ImageProcessor",
        "size": {"shortest_edge": 32, "longest_edge": 48},
        "do_pad": True,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return folder


def picture(seed: int, height: int, width: int) -> dict[str, Any]:
    """Paint a few coarse spots, as a PNG in a cell of a dataset."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((width, height)).save(buffer, "PNG")
    return {"bytes": buffer.getvalue(), "path": None}
