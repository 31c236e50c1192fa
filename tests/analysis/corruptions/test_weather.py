"""Snow, frost, fog and brightness."""

import colorsys

import pytest
import torch

from analysis.corruptions import corrupt, frost, weather
from analysis.corruptions.drawing import Draws
from tests.analysis.corruptions.pictures import drawn, ids


@pytest.mark.parametrize("severity", [1, 5])
def test_brightness_is_added_to_the_value_of_hsv(severity):
    images = drawn(1, (12, 12))
    images[0, :, 0, :3] = torch.tensor([[0.0, 1.0, 0.4], [0.0, 1.0, 0.4], [0.0, 0.2, 0.4]])
    added = {1: 0.05, 5: 0.3}[severity]
    found = corrupt(images, "brightness", severity, seed=1, ids=ids(1))
    for pixel, seen in zip(images[0].flatten(1).T, found[0].flatten(1).T, strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*pixel.double().tolist())
        expected = colorsys.hsv_to_rgb(hue, saturation, min(1, value + added))
        below = torch.tensor(expected) - seen.double()
        assert float(below.min()) > -0.02 / 255
        assert float(below.max()) < 1.01 / 255


def test_fog_keeps_the_brightest_value_a_bound():
    images = drawn(6) * 0.5
    found = corrupt(images, "fog", 4, seed=1, ids=ids(6))
    limit = images.amax((1, 2, 3))
    assert bool((found.amax((1, 2, 3)) <= limit + 1e-6).all())
    clouds = weather.plasma(Draws(1, ids(6), 12), 32, 2.0)
    expected = (images + clouds[:, None]) * (limit / (limit + 1))[:, None, None, None]
    shown = corrupt((images * 255).round() / 255, "fog", 4, seed=1, ids=ids(6))
    assert torch.equal(found, shown)
    assert (expected - weather.fog(images, Draws(1, ids(6), 12), 1, 2)).abs().max() < 1e-6


@pytest.mark.parametrize("side", [2, 32, 256])
def test_clouds_fill_their_range_and_go_on_at_the_border(side):
    clouds = weather.plasma(Draws(1, ids(5), 1), side, 2.0)
    assert clouds.shape == (5, side, side)
    assert bool((clouds.amin((1, 2)) == 0).all())
    assert bool((clouds.amax((1, 2)) == 1).all())
    if side == 256:
        inner = (clouds[:, 1:] - clouds[:, :-1]).abs().mean()
        across = (clouds[:, 0] - clouds[:, -1]).abs().mean()
        assert float(across) < 2 * float(inner)


def test_clouds_are_rougher_where_the_decay_is_weaker():
    draws = Draws(1, ids(20), 1)
    smooth, rough = (weather.plasma(draws, 64, decay) for decay in (3, 1.4))
    step = [float((clouds[:, 1:] - clouds[:, :-1]).abs().mean()) for clouds in (smooth, rough)]
    assert 2 * step[0] < step[1]


def test_snow_whitens_and_falls_from_both_sides():
    images = torch.zeros(4, 3, 32, 32)
    found = corrupt(images, "snow", 3, seed=1, ids=ids(4))
    ground = int(255 * 0.1 * 0.5) / 255  # what is black becomes half as bright, a tenth of it
    assert float(found.min()) == pytest.approx(ground, abs=1e-6)
    assert torch.equal(found, found.rot90(2, (2, 3)))
    assert float((found > ground + 0.05).double().mean()) > 0.1
    grey = found[:, :1].expand(-1, 3, -1, -1)
    assert torch.equal(found, grey)


def test_snow_weighs_colours_as_the_eye_does():
    images = torch.zeros(1, 3, 32, 32)
    images[:, 1] = 0.4
    still = Draws(1, ids(1), 1)
    found = weather.snow(images, still, 0, 0, 1, 0.5, 8, 3, 0.9)  # no flakes
    whitened = max(0.4, 0.4 * 0.587 * 1.5 + 0.5)
    assert torch.allclose(found[0, 1], torch.tensor(0.9 * 0.4 + 0.1 * whitened))
    assert torch.allclose(found[0, 0], torch.tensor(0.1 * (0.4 * 0.587 * 1.5 + 0.5)))


def test_ice_grows_from_its_seed_with_the_tones_that_are_meant():
    ice = frost.textures(5)
    assert ice.shape == (5, 3, frost.SIDE, frost.SIDE)
    assert not torch.equal(ice, frost.textures(6))
    for texture, (tone, spread) in zip(ice, frost.TONES, strict=True):
        assert torch.allclose(texture.mean((1, 2)), torch.tensor(tone), atol=0.01)
        assert float(texture.std((1, 2)).mean()) == pytest.approx(spread, rel=0.1)
        fine = (texture[:, 1:] - texture[:, :-1]).std()
        assert float(fine) > spread / 4  # lines, not only clouds
        border = (texture[:, -7:] - texture[:, -8:-1]).std()
        assert float(border) > 0.5 * float(fine)  # ice lies there too
        for axis in (1, 2):  # it goes on where it ends
            seam = (texture.select(axis, 0) - texture.select(axis, -1)).std()
            assert float(seam) < 1.5 * float(fine)


def test_frost_is_a_part_of_a_texture():
    images = torch.zeros(40, 3, 24, 24)
    found = corrupt(images, "frost", 5, seed=5, ids=ids(40), constants="imagenet-c")
    tones = torch.tensor([tone for tone, _ in frost.TONES]) * 0.75
    nearest = torch.cdist(found.mean((2, 3)), tones).argmin(1)
    assert len(nearest.unique()) >= 4
    weights = weather.frost(images[:1] + 1, Draws(5, ids(1), 1), 0.6, 0.75, 1)
    assert float(weights.min()) >= 0.6
    fine = weather.frost(torch.zeros(2, 3, 100, 100), Draws(5, ids(2), 1), 0, 1, 1)
    coarse = weather.frost(torch.zeros(2, 3, 20, 20), Draws(5, ids(2), 1), 0, 1, 5)
    assert torch.equal(coarse, fine[..., ::5, ::5])
