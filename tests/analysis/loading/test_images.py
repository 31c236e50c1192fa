"""Preprocessing, against transformers' own processors where these run without torchvision."""

import io
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from analysis.contract import Unsupported
from analysis.loading.configs import Config
from analysis.loading.images import decode, read_preprocessing


def picture(height: int, width: int, mode: str = "RGB") -> Image.Image:
    draw = np.random.default_rng(height * 1000 + width)
    shape = (height, width) if mode == "L" else (height, width, len(mode))
    return Image.fromarray(draw.integers(0, 256, shape, dtype=np.uint8), mode=None)


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("shape", [(40, 60), (60, 40), (33, 33), (20, 90)])
@pytest.mark.parametrize(
    ("family", "module", "config"),
    [
        ("ViT", "vit", {}),
        ("ViT", "vit", {"size": {"height": 24, "width": 32}, "resample": 3}),
        ("ViT", "vit", {"size": 32, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.3, 0.2, 0.1]}),
        ("ViT", "vit", {"do_resize": False, "do_normalize": False}),
        ("ViT", "vit", {"do_resize": False, "do_rescale": False, "do_normalize": False}),
        ("ViT", "vit", {"do_rescale": True, "rescale_factor": 1 / 127.5, "do_normalize": False}),
        ("DeiT", "deit", {"size": 40, "crop_size": 32}),
        (
            "DeiT",
            "deit",
            {"size": {"height": 40, "width": 40}, "crop_size": {"height": 50, "width": 47}},
        ),
        ("Beit", "beit", {"size": 30}),
        ("ConvNext", "convnext", {"size": {"shortest_edge": 28}}),
        ("ConvNext", "convnext", {"size": 28, "crop_pct": 0.875, "resample": 2}),
        ("ConvNext", "convnext", {"size": {"shortest_edge": 384}}),
        ("CLIP", "clip", {"size": 28, "crop_size": 24}),
        ("Bit", "bit", {"size": {"shortest_edge": 28}, "crop_size": {"height": 24, "width": 24}}),
        ("MobileNetV2", "mobilenet_v2", {"size": {"shortest_edge": 30}, "crop_size": 20}),
    ],
)
def test_each_family_does_as_transformers_does(
    family: str, module: str, config: dict[str, Any], shape: tuple[int, int]
):
    place = import_module(f"transformers.models.{module}.image_processing_pil_{module}")
    processor = getattr(place, f"{family}ImageProcessorPil")(**config)
    image = picture(*shape)
    expected = processor(image, return_tensors="np")["pixel_values"]
    steps = read_preprocessing({"image_processor_type": f"{family}ImageProcessor", **config}, 3)
    found = steps.batch([steps.array(image)]).numpy()
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_a_grey_picture_stays_grey_for_a_network_of_one_channel():
    config: Config = {"do_convert_rgb": False, "do_resize": False, "do_normalize": False}
    steps = read_preprocessing(config, channels=1)
    found = steps.batch([steps.array(picture(28, 28, "L"))])
    assert tuple(found.shape) == (1, 1, 28, 28)
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.parametrize(
    "config",
    [{}, {"do_normalize": False}, {"do_rescale": False}, {"image_mean": 0.3, "image_std": 0.2}],
)
def test_images_from_0_to_1_become_what_the_network_takes(config: dict[str, Any]):
    preprocessing = read_preprocessing({"size": 8, **config}, channels=3)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8))
    arrays = [preprocessing.array(picture)] * 2
    images = preprocessing.unit(arrays).requires_grad_()
    assert images.min() >= 0
    assert images.max() <= 1
    pixels = preprocessing.from_unit(images)
    torch.testing.assert_close(pixels.detach(), preprocessing.batch(arrays))
    (gradient,) = torch.autograd.grad(pixels.sum(), images)
    assert gradient.min() > 0


@pytest.mark.parametrize("mode", ["L", "RGBA", "RGB"])
def test_other_pictures_become_colour(mode: str):
    steps = read_preprocessing({"size": 16}, channels=None)
    assert steps.array(picture(20, 20, mode)).shape == (16, 16, 3)


@pytest.mark.parametrize(
    "config",
    [
        {"image_processor_type": "SegformerImageProcessor"},
        {"feature_extractor_type": "OwlViTFeatureExtractor"},
        {"do_pad": True},
        {"do_flip_channel_order": True},
        {"rescale_offset": True},
        {"size": {"shortest_edge": 32, "longest_edge": 64}},
        {"size": {"height": 0, "width": 5}},
        {"size": 10**9},
        {"size": "big"},
        {"size": True},
        {"resample": 17},
        {"resample": "bilinear"},
        {"rescale_factor": 0},
        {"rescale_factor": "1/255"},
        {"image_mean": [0.5, 0.5], "image_std": [0.5, 0.5]},
        {"image_std": [0.0, 1.0, 1.0]},
        {"image_mean": ["a", "b", "c"]},
        {"image_mean": [float("nan")] * 3},
        {"image_processor_type": "ConvNextImageProcessor", "size": 32, "crop_pct": 0.01},
    ],
)
def test_steps_that_are_not_known_are_unsupported(config: dict[str, Any]):
    with pytest.raises(Unsupported) as caught:
        read_preprocessing(config, channels=3)
    assert caught.value.missing == "code"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP"])
@pytest.mark.parametrize("as_struct", [True, False])
def test_pictures_are_decoded(form: str, as_struct: bool):
    content = encoded(picture(8, 9), form)
    found = decode({"bytes": content, "path": None} if as_struct else content)
    assert found is not None
    assert found.size == (9, 8)


def test_a_photograph_is_turned_as_its_camera_was_held():
    exif = Image.Exif()
    exif[0x0112] = 6
    found = decode(encoded(picture(8, 16), "JPEG", exif=exif))
    assert found is not None
    assert found.size == (8, 16)


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "text",
        {},
        {"bytes": None, "path": "/etc/passwd"},
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        encoded(picture(40, 40))[:-60],
        encoded(picture(8, 8), "TIFF"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
        # A PNG header that promises 60,000 x 60,000 pixels.
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02\x00\x00\x00",
    ],
)
def test_broken_and_foreign_pictures_are_none(cell: object):
    assert decode(cell) is None
