"""Blur, against scipy and against plain loops."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage

from analysis.corruptions import blur, corrupt, resampling
from analysis.corruptions.drawing import Draws
from analysis.corruptions.resampling import Edge
from analysis.corruptions.table import CONSTANTS
from tests.analysis.corruptions.pictures import drawn, ids

MODES = {Edge.NEAREST: "nearest", Edge.MIRROR: "mirror", Edge.SYMMETRIC: "reflect"}


@pytest.mark.parametrize("edge", list(Edge))
@pytest.mark.parametrize(
    ("size", "sigma", "truncate"),
    [((32, 32), 0.05, 4), ((32, 32), 0.4, 4), ((40, 57), 6, 4), ((20, 33), 40, 3), ((8, 9), 3, 4)],
)
def test_smoothing_is_scipys(size, sigma, truncate, edge):
    images = drawn(2, size)
    found = resampling.smoothed(images, sigma, truncate=truncate, edge=edge)
    expected = ndimage.gaussian_filter(
        images.double().numpy(), (0, 0, sigma, sigma), mode=MODES[edge], truncate=truncate
    )
    assert np.allclose(found.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("edge", list(Edge))
@pytest.mark.parametrize("reach", [2, 30])
def test_padding_is_numpys(edge, reach):
    images = drawn(1, (7, 9))
    mode: Any = {Edge.NEAREST: "edge", Edge.MIRROR: "reflect", Edge.SYMMETRIC: "symmetric"}[edge]
    sides = ((0, 0), (0, 0), (reach, reach), (reach, reach))
    found = resampling.padded(images, reach, edge).numpy()
    assert np.array_equal(found, np.pad(images.numpy(), sides, mode=mode))


@pytest.mark.parametrize("factor", [1, 1.01, 1.1, 1.25, 2.5, 4.5])
@pytest.mark.parametrize("side", [32, 33, 224])
def test_zooming_is_scipys(side, factor):
    images = drawn(1, (side, side))
    part = math.ceil(side / factor)
    start = (side - part) // 2
    middle = images[0, :, start : start + part, start : start + part].double().numpy()
    large = ndimage.zoom(middle, (1, factor, factor), order=1)
    trim = (large.shape[1] - side) // 2
    expected = large[:, trim : trim + side, trim : trim + side]
    assert np.allclose(resampling.zoomed(images, factor)[0].numpy(), expected, atol=1e-4)


def test_zoom_blur_averages_the_picture_and_its_enlargements():
    images = drawn(1, (64, 64))
    found = corrupt(images, "zoom_blur", 1, seed=1, ids=ids(1))
    # arange(1, 1.11, 0.01) has twelve numbers, for 0.01 is not exactly a hundredth.
    factors = [1 + step / 100 for step in range(12)]
    total = images + sum(resampling.zoomed(images, factor) for factor in factors)
    assert (found - total / 13).abs().max() <= 1.01 / 255


@pytest.mark.parametrize("constants", CONSTANTS)
@pytest.mark.parametrize("severity", range(1, 6))
def test_the_disk_is_round_and_sums_to_one(constants, severity):
    radius, alias = CONSTANTS[constants]["defocus_blur"][severity - 1]
    kernel = blur.disk(radius, alias)
    assert torch.allclose(kernel, kernel.T, rtol=1e-12, atol=1e-18)
    assert torch.allclose(kernel, kernel.flip(0), rtol=1e-12, atol=1e-18)
    # Where the disk fills its square, the authors' smoothing mirrors its edge: a hundredth more.
    assert float(kernel.sum()) == pytest.approx(1, abs=0.014 if radius in (8, 10) else 1e-9)
    centre = len(kernel) // 2
    places = np.arange(len(kernel)) - centre
    inside = np.hypot(places, places[:, None]) <= radius - 3
    assert np.allclose(kernel.numpy()[inside], kernel[centre, centre], rtol=1e-6)
    outside = np.hypot(places, places[:, None]) > radius + 3
    assert float(kernel.numpy()[outside].sum()) == 0


@pytest.mark.parametrize("severity", range(1, 6))
def test_defocus_weighs_with_the_disk(severity):
    images = drawn(2, (64, 70))
    kernel = blur.disk(*CONSTANTS["imagenet-c"]["defocus_blur"][severity - 1]).numpy()
    expected = ndimage.correlate(images.double().numpy(), kernel[None, None], mode="mirror")
    found = blur.defocus_blur(
        images, Draws(1, ids(2), 1), *CONSTANTS["imagenet-c"]["defocus_blur"][severity - 1]
    )
    assert np.allclose(found.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("shift", [1, 2, 4])
def test_glass_shuffles_as_the_authors_loop_does(shift):
    """Their loop, line by line: what reads as a swap copies, for rows of numpy are views."""
    height, width = 21, 17
    draws = Draws(5, ids(2), 9)
    sources = blur._shuffled(draws, 1, height, width, shift)
    moves = (draws.uniform(height * width, 2, stream=1) * 2 * shift).floor().int() - shift
    for image in range(2):
        pixels = np.arange(height * width).reshape(height, width, 1).repeat(3, 2)
        for row in range(height - shift, shift, -1):
            for column in range(width - shift, shift, -1):
                right, down = moves[image, row * width + column].tolist()
                to, there = (row, column), (row + down, column + right)
                pixels[to], pixels[there] = pixels[there], pixels[to]
        assert np.array_equal(sources[image].view(height, width), pixels[..., 0])
    taken = sources.view(2, height, width)
    assert not torch.equal(taken[0], taken[1])
    assert torch.equal(taken[:, : shift + 1], torch.arange(height * width).view(
        1, height, width)[:, : shift + 1].expand(2, -1, -1))  # fmt: skip


def test_glass_moves_pixels_no_farther_than_its_shifts():
    height = width = 64
    sources = blur._shuffled(Draws(5, ids(4), 9), 0, height, width, 2)
    here = torch.arange(height * width)
    down = (sources // width - here // width).abs()
    assert 2 < int(down.max()) < 24  # some follow a chain
    assert float((down <= 2).double().mean()) > 0.7


@pytest.mark.parametrize("angle", [0.0, 30.0, -45.0, 90.0, -120.0])
def test_motion_follows_its_line(angle):
    """Each pixel takes half a Gaussian of what lies ahead of it, at whole pixels."""
    images = torch.zeros(1, 1, 61, 61)
    images[..., 30, 30] = 1
    found = blur.smeared(images, 10, 3, [angle])[0, 0]
    weights = np.exp(-(np.arange(21) ** 2) / 18)
    turn = math.radians(angle)
    expected = np.zeros((61, 61))
    for tap, weight in enumerate(weights / weights.sum()):
        y = 30 - math.ceil(tap * math.sin(turn) - 0.5)
        x = 30 - math.ceil(tap * math.cos(turn) - 0.5)
        expected[y, x] += weight
    assert np.allclose(found.numpy(), expected, atol=0.51 / 255)
    assert float(found.sum()) == pytest.approx(1, abs=0.03)


def test_motion_blurs_between_its_angles():
    images = torch.zeros(200, 1, 33, 33)
    images[..., 16, 16] = 1
    found = corrupt(images, "motion_blur", 5, seed=1, ids=ids(200))
    lit = found.sum(0)[0] > 0
    rows, columns = torch.nonzero(lit, as_tuple=True)
    assert bool(((rows - 16).abs() <= 16 - columns + 1).all())  # ahead, within 45 degrees
    assert (rows - 16).min() < -5
    assert (rows - 16).max() > 5
