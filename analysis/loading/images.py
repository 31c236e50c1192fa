"""Pictures → the tensor that a network expects, as its preprocessor_config.json says.

The steps and their order are those of transformers' image processors (convert, resize, crop,
rescale, normalise) on Pillow and torch alone. A processor with steps of its own is not guessed.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.contract import JSON, Unsupported
from analysis.loading.configs import Config

if TYPE_CHECKING:
    import numpy as np
    import torch
    from PIL import Image

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
_PIXELS = 50_000_000
SIDE = 8_192
_ORIENTATION = 0x0112  # the Exif tag that says how a camera was held

_HALF = (0.5, 0.5, 0.5)
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
_BILINEAR, _BICUBIC = 2, 3

# What a processor does where its file is silent. A number as size means the shorter edge, except
# where "square" is True. ConvNeXT's processor enlarges by 1/crop_pct and crops, below 384 pixels.
_FAMILIES: dict[str, dict[str, JSON]] = {
    "ViT": {"size": 224, "square": True, "resample": _BILINEAR},
    "DeiT": {"size": 256, "crop_size": 224, "square": True, "resample": _BICUBIC},
    "Beit": {"size": 224, "square": True, "resample": _BICUBIC},
    "ConvNext": {"size": 384, "crop_pct": 224 / 256, "resample": _BICUBIC},
    "CLIP": {"size": 224, "crop_size": 224, "resample": _BICUBIC, "clip": True, "rgb": True},
    "Bit": {"size": 224, "crop_size": 224, "resample": _BICUBIC, "clip": True, "rgb": True},
    "MobileNetV1": {"size": 256, "crop_size": 224, "resample": _BILINEAR},
    "MobileNetV2": {"size": 256, "crop_size": 224, "resample": _BILINEAR},
}
_SUFFIXES = ("ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor")
# Steps that some processors have and that are not done here, where they are switched on.
_UNKNOWN_STEPS = (
    "do_pad",
    "do_flip_channel_order",
    "do_color_quantize",
    "do_thumbnail",
    "do_align_long_axis",
    "rescale_offset",
    "do_reduce_labels",
    "auto_map",
)


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture becomes numbers. Sizes are (height, width) in pixels, None means not done."""

    mode: str  # Pillow's: RGB or L
    square: tuple[int, int] | None  # resize to exactly this
    shortest: int | None  # or resize so that the shorter edge is this
    crop: tuple[int, int] | None
    resample: int
    scale: float
    mean: tuple[float, ...] | None
    std: tuple[float, ...] | None

    def array(self, picture: "Image.Image") -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        """Convert, resize and crop one picture: (height, width) or (height, width, 3) of bytes."""
        import numpy as np
        from PIL import Image

        if picture.mode != self.mode:
            picture = picture.convert(self.mode)
        height, width = self._resized(picture.height, picture.width)
        if (height, width) != (picture.height, picture.width):
            picture = picture.resize((width, height), Image.Resampling(self.resample))
        if self.crop is not None and self.crop != (height, width):
            picture = _center_crop(picture, *self.crop)
        return np.asarray(picture)

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        if self.square is not None:
            return self.square
        if self.shortest is None:
            return height, width
        short, long = sorted((height, width))
        longer = min(int(self.shortest * long / short), 4 * SIDE)
        return (self.shortest, longer) if height <= width else (longer, self.shortest)

    def batch(
        self, arrays: "Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]"
    ) -> "torch.Tensor":
        """Stack, rescale and normalise: (n, channels, height, width), float32."""
        import torch

        pixels = _stacked(arrays)
        if self.scale != 1:
            pixels *= self.scale
        if self.mean is not None and self.std is not None:
            pixels -= torch.tensor(self.mean).view(1, -1, 1, 1)
            pixels /= torch.tensor(self.std).view(1, -1, 1, 1)
        return pixels

    def unit(
        self, arrays: "Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]"
    ) -> "torch.Tensor":
        """Stack only: (n, channels, height, width), float32 from 0 (black) to 1."""
        return _stacked(arrays) / 255

    def from_unit(self, images: "torch.Tensor") -> "torch.Tensor":
        """Make what ``batch`` makes of images that ``unit`` made; gradients pass through."""
        import torch

        pixels = images * (255 * self.scale)
        if self.mean is None or self.std is None:
            return pixels
        mean, std = (
            torch.tensor(each, device=images.device).view(1, -1, 1, 1)
            for each in (self.mean, self.std)
        )
        return (pixels - mean) / std


def _stacked(
    arrays: "Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]",
) -> "torch.Tensor":
    """Make bytes float32, (n, channels, height, width).

    Channels stay last in memory, as pictures have them: convolutions on a CPU are faster so.
    """
    import numpy as np
    import torch

    stacked = torch.from_numpy(np.stack(arrays))
    stacked = stacked.unsqueeze(1) if stacked.ndim == 3 else stacked.permute(0, 3, 1, 2)
    return stacked.to(torch.float32)


def decode(cell: object) -> "Image.Image | None":
    """Decode one picture of a dataset: bytes, or a struct with ``bytes``; None where it is broken.

    Only common formats are tried, and nothing above 50 million pixels is unpacked.
    """
    from PIL import Image, ImageOps

    content = cell.get("bytes") if isinstance(cell, dict) else cell
    if not isinstance(content, bytes):
        return None
    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=_FORMATS)
        if not 0 < picture.width * picture.height <= _PIXELS:
            return None
        picture.load()
        is_photo = picture.format == "JPEG"
        if is_photo and picture.getexif().get(_ORIENTATION, 1) != 1:
            picture = ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError):
        return None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    return picture


def _center_crop(picture: "Image.Image", height: int, width: int) -> "Image.Image":
    """Cut the middle out; a picture that is too small gets a black border first."""
    top = _offset(picture.height, height)
    left = _offset(picture.width, width)
    return picture.crop((left, top, left + width, top + height))


def _offset(have: int, want: int) -> int:
    return (have - want) // 2 if have >= want else -math.ceil((want - have) / 2)


def read_preprocessing(config: Config, channels: int | None) -> Preprocessing:
    """Understand a preprocessor_config.json; ``channels`` is what the network's config expects.

    Raises Unsupported (missing code) where it asks for a step that is not done here.
    """
    family = _family(config)
    for step in _UNKNOWN_STEPS:
        if config.get(step):
            raise Unsupported(f"preprocessor_config.json asks for {step}, not known here.", "code")
    mean, std = _normalisation(config, family)
    square, shortest, crop = _sizes(config, family)
    return Preprocessing(
        mode=_mode(config, family, mean, channels),
        square=square,
        shortest=shortest,
        crop=crop,
        resample=_filter(config, family),
        scale=_scale(config),
        mean=mean,
        std=std,
    )


def _family(config: Config) -> dict[str, JSON]:
    kind = config.get("image_processor_type") or config.get("feature_extractor_type") or "ViT"
    name = str(kind)
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    if name not in _FAMILIES:
        raise Unsupported(f"The image processor {str(kind)[:60]!a} is not known here.", "code")
    return _FAMILIES[name]


def _flag(config: Config, key: str, default: bool) -> bool:
    value = config.get(key)
    return default if value is None else bool(value)


def _filter(config: Config, family: dict[str, JSON]) -> int:
    value = config.get("resample")
    value = family["resample"] if value is None else value
    if not isinstance(value, int) or value not in range(6):
        raise Unsupported("preprocessor_config.json names an unknown resample filter.", "code")
    return value


def _scale(config: Config) -> float:
    if not _flag(config, "do_rescale", default=True):
        return 1.0
    factor = config.get("rescale_factor", 1 / 255)
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 < factor < 1e6:
        raise Unsupported("preprocessor_config.json has no usable rescale_factor.", "code")
    return float(factor)


Numbers = tuple[float, ...] | None


def _normalisation(config: Config, family: dict[str, JSON]) -> tuple[Numbers, Numbers]:
    if not _flag(config, "do_normalize", default=True):
        return None, None
    standard = _CLIP if family.get("clip") else (_HALF, _HALF)
    mean = _numbers(config.get("image_mean"), standard[0])
    std = _numbers(config.get("image_std"), standard[1])
    if len(mean) != len(std) or len(mean) not in (1, 3) or 0.0 in std:
        raise Unsupported(
            "preprocessor_config.json has no usable image_mean and image_std.", "code"
        )
    return mean, std


def _numbers(value: JSON, default: tuple[float, ...]) -> tuple[float, ...]:
    if value is None:
        return default
    items = value if isinstance(value, list) else [value]
    found = [item for item in items if isinstance(item, (int, float)) and math.isfinite(item)]
    return tuple(map(float, found)) if len(found) == len(items) else ()


Pair = tuple[int, int] | None


def _sizes(config: Config, family: dict[str, JSON]) -> tuple[Pair, int | None, Pair]:
    """Find out to what a picture is resized (exact, or shorter edge) and cropped."""
    square: Pair = None
    shortest: int | None = None
    crop: Pair = None
    if _flag(config, "do_resize", default=True):
        size = config.get("size")
        square, shortest = _size(family["size"] if size is None else size, family)
    if "crop_pct" in family and shortest is not None:
        share = config.get("crop_pct") or family["crop_pct"]
        if not isinstance(share, (int, float)) or not 0.1 <= share <= 1:
            raise Unsupported("preprocessor_config.json has no usable crop_pct.", "code")
        if shortest >= 384:
            square, shortest = (shortest, shortest), None
        else:
            crop, shortest = (shortest, shortest), int(shortest / share)
    if _flag(config, "do_center_crop", default="crop_size" in family):
        cropped = config.get("crop_size")
        exact, edge = _size(family.get("crop_size", 224) if cropped is None else cropped, family)
        crop = exact or (edge or 0, edge or 0)
    return square, shortest, crop


def _size(value: JSON, family: dict[str, JSON]) -> tuple[Pair, int | None]:
    match value:
        case bool():
            pair = (0, 0)
        case {"height": int(height), "width": int(width)}:
            pair = (height, width)
        case {"shortest_edge": int(edge), **others} if not others:
            pair = (edge, 0)
        case [int(height), int(width)]:
            pair = (height, width)
        case int(edge):
            pair = (edge, edge) if family.get("square") else (edge, 0)
        case _:
            pair = (0, 0)
    if not 1 <= pair[0] <= SIDE or not 0 <= pair[1] <= SIDE:
        raise Unsupported("preprocessor_config.json has a size that is not known here.", "code")
    return (pair, None) if pair[1] else (None, pair[0])


def _mode(config: Config, family: dict[str, JSON], mean: Numbers, channels: int | None) -> str:
    """Say whether pictures are taken as colour or grey: as the network, or else its mean, wants."""
    if channels not in (None, 1, 3):
        raise Unsupported(f"The network wants pictures of {channels} channels.", "code")
    if _flag(config, "do_convert_rgb", default=bool(family.get("rgb"))):
        return "RGB"
    wanted = channels or (len(mean) if mean is not None else 3)
    return "L" if wanted == 1 else "RGB"
