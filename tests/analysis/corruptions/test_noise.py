"""Noise, against its closed forms."""

import pytest
import torch
from scipy import stats

from analysis.corruptions import noise
from analysis.corruptions.drawing import Draws
from tests.analysis.corruptions.pictures import ids

N, SIZE = 8, 64


def corrupted(function, value, constant):
    """Corrupt flat pictures, before they are cut to bytes."""
    images = torch.full((N, 3, SIZE, SIZE), value / 255)
    return function(images, Draws(3, ids(N), 9), constant).double().flatten()


def require(found, mean, deviation):
    """Compare with what is expected, at five standard errors."""
    n = len(found)
    assert float(found.mean()) == pytest.approx(mean, abs=5 * deviation / n**0.5)
    assert float(found.std()) == pytest.approx(deviation, rel=5 / (2 * n) ** 0.5)


@pytest.mark.parametrize("sigma", [0.04, 0.1, 0.38])
def test_gaussian_noise_has_its_variance(sigma):
    found = corrupted(noise.gaussian_noise, 128, sigma)
    require(found, 128 / 255, sigma)
    assert stats.kstest(found.numpy(), "norm", (128 / 255, sigma)).pvalue > 1e-4


@pytest.mark.parametrize("sigma", [0.06, 0.6])
def test_speckle_noise_is_in_proportion(sigma):
    require(corrupted(noise.speckle_noise, 100, sigma), 100 / 255, sigma * 100 / 255)


@pytest.mark.parametrize("value", [40, 100, 128])
@pytest.mark.parametrize("photons", [500, 100, 60])
def test_shot_noise_has_the_mean_and_variance_of_poisson(value, photons):
    mean = value / 255
    require(corrupted(noise.shot_noise, value, photons), mean, (mean / photons) ** 0.5)


@pytest.mark.parametrize("photons", [3, 12, 50])
def test_shot_noise_counts_photons_as_poisson_does(photons):
    found = corrupted(noise.shot_noise, 80, photons)
    counts = torch.bincount((found * photons).round().long(), minlength=photons + 1).double()
    assert len(counts) == photons + 1  # more than white is white
    expected = torch.tensor(stats.poisson.pmf(range(photons), 80 / 255 * photons))
    expected = torch.cat([expected, 1 - expected.sum()[None]]) * counts.sum()
    rare = expected < 5
    if rare.any():
        counts = torch.cat([counts[~rare], counts[rare].sum()[None]])
        expected = torch.cat([expected[~rare], expected[rare].sum()[None]])
    assert stats.chisquare(counts.numpy(), expected.numpy(), sum_check=False).pvalue > 1e-4


def test_black_stays_black_and_white_loses_photons_only():
    assert float(corrupted(noise.shot_noise, 0, 50).max()) == 0
    found = corrupted(noise.shot_noise, 255, 50)
    assert float(found.max()) == 1
    share = stats.poisson.sf(49, 50)
    assert float((found == 1).double().mean()) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("share", [0.01, 0.27])
def test_impulses_are_black_or_white_and_hit_channels_one_by_one(share):
    found = corrupted(noise.impulse_noise, 128, share)
    for end in (0.0, 1.0):
        part = float((found == end).double().mean())
        assert part == pytest.approx(share / 2, abs=5 * (share / len(found)) ** 0.5)
    kept = (found != 0) & (found != 1)
    assert float((found[kept] - 128 / 255).abs().max()) < 1e-7
    hit = ~kept.view(N, 3, -1)
    both = float((hit[:, 0] & hit[:, 1]).double().mean())
    assert both == pytest.approx(share**2, abs=0.005)
