"""Contrast, saturation, warps, pixels and compression."""

import colorsys
import io

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage

from analysis.corruptions import corrupt, digital
from analysis.corruptions.drawing import Draws
from analysis.corruptions.resampling import Edge, sampled
from tests.analysis.corruptions.pictures import drawn, ids


def test_contrast_is_lowered_about_the_mean_of_each_channel():
    images = drawn(3)
    found = digital.contrast(images, Draws(1, ids(3), 1), 0.3)
    assert torch.allclose(found.mean((2, 3)), images.mean((2, 3)), atol=1e-6)
    assert torch.allclose(found.std((2, 3)), images.std((2, 3)) * 0.3, atol=1e-6)
    assert (corrupt(images, "contrast", 4, seed=1, ids=ids(3)) - found).abs().max() < 1.01 / 255


@pytest.mark.parametrize(
    ("severity", "factor", "added"), [(1, 0.3, 0), (3, 2, 0), (4, 5, 0.1), (5, 20, 0.2)]
)
def test_saturation_is_that_of_hsv(severity, factor, added):
    images = drawn(1, (12, 12))
    images[0, :, 0, :4] = torch.tensor([[0, 1, 0.4, 0.6], [0, 1, 0.4, 0.2], [0, 1, 0.4, 0.2]])
    found = corrupt(images, "saturate", severity, seed=1, ids=ids(1), constants="imagenet-c")
    for pixel, seen in zip(images[0].flatten(1).T, found[0].flatten(1).T, strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*pixel.double().tolist())
        expected = colorsys.hsv_to_rgb(hue, min(1, saturation * factor + added), value)
        below = torch.tensor(expected) - seen.double()
        assert float(below.min()) > -0.02 / 255
        assert float(below.max()) < 1.01 / 255


@pytest.mark.parametrize("size", [(32, 32), (33, 47)])
@pytest.mark.parametrize("edge", [Edge.MIRROR, Edge.SYMMETRIC])
def test_sampling_between_pixels_is_scipys(size, edge):
    height, width = size
    images = drawn(2, size)
    generator = torch.Generator().manual_seed(1)
    y = torch.rand(2, height, width, generator=generator) * 3 * height - height
    x = torch.rand(2, height, width, generator=generator) * 3 * width - width
    found = sampled(images, x, y, edge)
    mode = "mirror" if edge is Edge.MIRROR else "reflect"
    for image in range(2):
        for channel in range(3):
            expected = ndimage.map_coordinates(
                images[image, channel].double().numpy(),
                np.stack([y[image].numpy(), x[image].numpy()]), order=1, mode=mode,
            )  # fmt: skip
            assert np.allclose(found[image, channel].numpy(), expected, atol=1e-4)


def test_the_affine_map_moves_its_three_corners():
    height, width, reach = 32, 40, 10
    y, x = torch.meshgrid(torch.arange(height).float(), torch.arange(width).float(), indexing="ij")
    corners = torch.tensor([[30.0, 26.0], [30.0, 6.0], [10.0, 6.0]])
    moves = torch.tensor([[[2.0, 1.0], [-1.0, 3.0], [0.0, -2.0]], [[0.0, 0.0]] * 3])
    from_x, from_y = digital._affine(moves, x, y)
    for corner, move in zip(corners, moves[0], strict=True):
        column, row = (corner + move).int().tolist()
        seen = torch.tensor([from_x[0, row, column], from_y[0, row, column]])
        assert torch.allclose(seen, corner, atol=1e-4)
    assert torch.allclose(from_x[1], x, atol=1e-5)
    assert torch.allclose(from_y[1], y, atol=1e-5)
    assert reach == min(height, width) // 3


def test_warps_are_as_wide_as_they_should_be():
    """A ramp shows where its pixels come from."""
    ramp = (torch.arange(64) / 64).expand(200, 1, 64, 64)
    still = Draws(1, ids(200), 1)
    found = digital.elastic_transform(ramp, still, 0.1, 0.03, 0, 1)
    moved = (found - ramp)[..., 8:-8, 8:-8] * 64
    field = 0.1 * 64 * 3**-0.5 / (2 * 0.03 * 64 * np.pi**0.5)  # smoothed uniform noise
    assert float(moved.std()) == pytest.approx(field, rel=0.05)
    shifted = digital.elastic_transform(ramp, still, 0, 0, 0.03, 1)[..., 32, 32] * 64 - 32
    # Lower right and upper left decide about the middle, each with a half.
    assert float(shifted.std()) == pytest.approx(0.03 * 64 * 3**-0.5 * 0.5**0.5, rel=0.15)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("severity", "quality"), [(1, 80), (5, 40)])
def test_compression_is_pillows(severity, quality, channels):
    images = drawn(2, (33, 40), channels=channels)
    found = corrupt(images, "jpeg_compression", severity, seed=1, ids=ids(2))
    for image, seen in zip(images, found, strict=True):
        array = (image * 255).round().byte().permute(1, 2, 0).numpy()
        content = io.BytesIO()
        Image.fromarray(array.squeeze()).save(content, "JPEG", quality=quality)
        expected = np.asarray(Image.open(content)).reshape(array.shape)
        assert np.array_equal((seen * 255).round().byte().permute(1, 2, 0).numpy(), expected)


def test_large_pixels_are_means_of_their_squares():
    images = drawn(2, (64, 64))
    found = corrupt(images, "pixelate", 5, seed=1, ids=ids(2))
    means = torch.nn.functional.avg_pool2d(images, 4).repeat_interleave(4, 2)
    assert (found - means.repeat_interleave(4, 3)).abs().max() < 1.01 / 255
