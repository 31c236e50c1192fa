"""Snapshot → a detector: a picture in, boxes with classes and scores out.

Pictures are resized as the image processors of DETR and its kin do it, and pictures of one size go
together: nothing is padded, which not every one of these networks can be told of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError, Unsupported
from analysis.loading.classifier import read_labels
from analysis.loading.configs import Config, read_config
from analysis.loading.foreign import foreign
from analysis.loading.images import IMAGENET, SIDE, Preprocessing, read_preprocessing
from analysis.loading.networks import Loaded, load_network

if TYPE_CHECKING:
    import torch
    from PIL import Image

# How a network's scores are meant: a softmax with one class for nothing (DETR), or each class for
# itself, of which the best so many count; None stands for as many as it has queries.
_SOFTMAX = ("detr", "yolos", "table-transformer")
_BEST: dict[str, int | None] = {
    "conditional_detr": 100,
    "deformable_detr": 100,
    "dab-detr": 100,
    "rt_detr": None,
    "rt_detr_v2": None,
    "d_fine": None,
}
_PROCESSORS = ("Detr", "Yolos", "ConditionalDetr", "DeformableDetr", "RTDetr")
_SUFFIXES = ("ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor")
_STEP = 16  # Yolos cuts sizes down to multiples of it
_MOST = 1_000
_CLASSES = 100_000

Box = tuple[NumpyArray, NumpyArray, NumpyArray]  # (k, 4) corners in pixels, (k,) score, (k,) class


@dataclass(frozen=True, slots=True)
class Sizing:
    """To what a picture is resized: exactly, or so that both edges stay within these."""

    exact: tuple[int, int] | None
    shortest: int
    longest: int
    step: int

    def of(self, height: int, width: int) -> tuple[int, int]:
        """Say the size in which a picture is shown to the network: (height, width)."""
        if self.exact is not None:
            return self.exact
        short, long = sorted((height, width))
        edge, exact_edge = self.shortest, float(self.shortest)
        if self.longest and long / short * edge > self.longest:
            exact_edge = self.longest * short / long
            edge = round(exact_edge)
        if short != edge:
            longer = max(1, int(exact_edge * long / short))
            height, width = (edge, longer) if height <= width else (longer, edge)
        return max(self.step, height - height % self.step), max(
            self.step, width - width % self.step
        )


@dataclass(frozen=True, slots=True)
class Detector:
    """A network for pictures with its preprocessing; ``labels`` are names by class index."""

    loaded: Loaded
    preprocessing: Preprocessing
    sizing: Sizing
    labels: dict[int, str]
    kind: str
    device: str

    def array(self, picture: "Image.Image") -> NumpyArray:
        """Resize one picture as the network wants it."""
        height, width = self.sizing.of(picture.height, picture.width)
        if picture.mode != self.preprocessing.mode:
            picture = picture.convert(self.preprocessing.mode)
        return np.asarray(picture.resize((width, height), self.preprocessing.resample))

    def detect(self, arrays: Sequence[NumpyArray], sizes: Sequence[tuple[int, int]]) -> list[Box]:
        """Run pictures of one size; ``sizes`` are (height, width) of the originals."""
        import torch

        pixels = self.preprocessing.batch(arrays).contiguous().to(self.device)
        with torch.inference_mode(), foreign("The network failed on a batch of pictures"):
            answer = self.loaded.network(pixel_values=pixels)
            logits = answer.logits.to("cpu", torch.float32)
            boxes = answer.pred_boxes.to("cpu", torch.float32)
        n = len(arrays)
        is_sound = logits.ndim == 3 and boxes.shape == (n, logits.shape[1], 4) and len(logits) == n
        if not is_sound or not 2 <= logits.shape[2] <= _CLASSES:
            raise CheckError("The network did not answer with boxes and scores for each picture.")
        rows = zip(logits, boxes, sizes, strict=True)
        return [self._boxes(*row) for row in rows]

    def _boxes(self, logits: "torch.Tensor", boxes: "torch.Tensor", size: tuple[int, int]) -> Box:
        """Take the best boxes of one picture, in its own pixels."""
        import torch

        if self.kind in _SOFTMAX:
            scores, classes = logits.softmax(-1)[:, :-1].max(-1)
        else:
            most = min(_BEST[self.kind] or len(logits), logits.numel())
            scores, places = logits.sigmoid().flatten().topk(most)
            boxes, classes = boxes[places // logits.shape[1]], places % logits.shape[1]
        middle, extent = boxes[:, :2], boxes[:, 2:]
        corners = torch.cat([middle - extent / 2, middle + extent / 2], dim=1)
        height, width = size
        corners = corners * torch.tensor([width, height, width, height])
        return corners[:_MOST].numpy(), scores[:_MOST].numpy(), classes[:_MOST].int().numpy()


def load_detector(snapshot: Path, *, device: str, allow_code: bool) -> Detector:
    """Load a snapshot as a detector; raise Refused, Unsupported or CheckError."""
    kind = str(read_config(snapshot / "config.json").get("model_type"))
    if kind not in (*_SOFTMAX, *_BEST):
        raise Unsupported(f"What {kind[:60]!a} answers is not known here.", "code")
    loaded = load_network(
        snapshot, "AutoModelForObjectDetection", device=device, allow_code=allow_code
    )
    config = read_config(snapshot / "preprocessor_config.json")
    preprocessing, sizing = read_detection(config, kind)
    return Detector(loaded, preprocessing, sizing, read_labels(loaded.config), kind, device)


def read_detection(config: Config, kind: str) -> tuple[Preprocessing, Sizing]:
    """Understand a preprocessor_config.json of the DETR family; raise Unsupported (code)."""
    usual = "Yolos" if kind == "yolos" else "RTDetr" if kind in ("rt_detr", "d_fine") else "Detr"
    named = config.get("image_processor_type") or config.get("feature_extractor_type") or usual
    name = str(named)
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    if name not in _PROCESSORS:
        raise Unsupported(f"The image processor {str(named)[:60]!a} is not known here.", "code")
    is_plain = name == "RTDetr"  # neither padded nor normalised by itself
    mean, std = IMAGENET
    standard: Config = {
        "image_mean": list(mean),
        "image_std": list(std),
        "do_normalize": not is_plain,
        "do_convert_rgb": True,
        "resample": 2,
    }
    given = {key: value for key, value in config.items() if value is not None}
    ours: Config = {"image_processor_type": "ViT", "do_resize": False, "do_pad": False}
    ours |= {"do_convert_rgb": True, "feature_extractor_type": None}
    preprocessing = read_preprocessing({**standard, **given, **ours}, channels=3)
    if config.get("do_resize") is False:
        raise Unsupported("preprocessor_config.json asks not to resize, not known here.", "code")
    size = config.get("size")
    if size is None:
        size = {"height": 640, "width": 640} if is_plain else 800
    step = _STEP if name == "Yolos" else 1
    return preprocessing, _sizing(size, config.get("max_size", 1_333), step)


def _sizing(size: JSON, longest: JSON, step: int) -> Sizing:
    match size:
        case bool():
            found = None
        case int(edge) if isinstance(longest, int):
            found = Sizing(None, edge, longest, step)
        case {"shortest_edge": int(edge), "longest_edge": int(most)}:
            found = Sizing(None, edge, most, step)
        case {"height": int(height), "width": int(width)}:
            found = Sizing((height, width), min(height, width), max(height, width), step)
        case _:
            found = None
    if found is None or not 1 <= found.shortest <= SIDE or not found.shortest <= found.longest:
        raise Unsupported("preprocessor_config.json has a size that is not known here.", "code")
    if found.longest > SIDE:
        raise Unsupported("preprocessor_config.json has a size that is not known here.", "code")
    return found
