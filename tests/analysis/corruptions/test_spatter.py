"""Water and mud on the lens, and the steps of computer vision that water takes."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from analysis.corruptions import corrupt, spatter
from tests.analysis.corruptions.pictures import ids


def test_distances_are_scipys():
    generator = torch.Generator().manual_seed(1)
    for size, share in (((50, 70), 0.01), ((50, 70), 0.2), ((5, 9), 0.1)):
        marks = torch.rand(3, 1, *size, generator=generator) < share
        found = spatter.distances(marks).clamp(max=20)
        for image in range(3):
            expected = ndimage.distance_transform_edt(~marks[image, 0].numpy())
            if marks[image].any():
                assert np.allclose(found[image, 0], expected.clip(max=20), atol=1e-5)
    assert float(spatter.distances(torch.zeros(1, 1, 9, 9).bool()).min()) >= 20


def test_outlines_follow_the_border_of_a_drop():
    y, x = torch.meshgrid(torch.arange(41), torch.arange(41), indexing="ij")
    away = ((x - 20) ** 2 + (y - 20) ** 2).float().sqrt()
    drop = torch.where(away < 12.5, 200.0, 0.0)[None, None]
    edge = spatter.outlines(drop)[0, 0]
    assert float((away[edge] - 12.5).abs().max()) < 1.5
    turned = torch.atan2((y - 20)[edge].float(), (x - 20)[edge].float()).sort().values
    assert float((turned[1:] - turned[:-1]).max()) < 0.2  # closed
    assert int(edge.sum()) < 2 * np.pi * 12.5 * 1.3  # thin


def test_weak_edges_count_only_where_they_touch_strong_ones():
    steps = torch.zeros(1, 1, 9, 30)
    steps[..., 15:] = 20  # a gradient of 80, between the thresholds
    assert not bool(spatter.outlines(steps).any())
    steps[..., :4, 15:] = 60
    assert bool(spatter.outlines(steps)[0, 0, :, 14:16].any(1).all())


def test_histograms_are_spread_over_all_bytes():
    images = torch.tensor([[3.0, 3, 7, 9], [5.0, 5, 5, 5]]).view(2, 1, 2, 2)
    found = spatter.equalised(images).view(2, 4)
    assert found[0].tolist() == [0, 0, 128, 255]  # 127.5 to the even number
    assert found[1].tolist() == [5, 5, 5, 5]


@pytest.mark.parametrize("constants", ["imagenet-c", "cifar-10-c"])
def test_water_is_light_and_mud_is_brown(constants):
    size = 96 if constants == "imagenet-c" else 32
    images = torch.full((8, 3, size, size), 0.4)
    water = corrupt(images, "spatter", 3, seed=1, ids=ids(8), constants=constants)
    added = water - 102 / 255
    assert float(added.min()) >= 0
    assert 0.02 < float((added[:, 0] > 0.01).double().mean()) < 0.6
    wet = added[:, 0] > 0.1
    colour = added.movedim(1, -1)[wet].mean(0)
    assert torch.allclose(colour / colour[1], torch.tensor([175 / 238, 1, 1]), atol=0.02)
    assert float(added.amax()) == pytest.approx(0.5 * 238 / 255, abs=0.01)
    mud = corrupt(images, "spatter", 5, seed=1, ids=ids(8), constants=constants)
    covered = (mud - 102 / 255).abs().amax(1) > 0.1
    assert 0.02 < float(covered.double().mean()) < 0.6
    darkest = mud.movedim(1, -1)[covered].amin(0)
    assert torch.allclose(darkest, torch.tensor([63.0, 42, 20]) / 255, atol=1.01 / 255)


def test_a_lens_without_drops_changes_nothing():
    images = torch.full((1, 3, 16, 16), 0.4)
    assert torch.equal(spatter.water(torch.zeros(1, 1, 16, 16)), torch.zeros(1, 1, 16, 16))
    found = corrupt(images, "spatter", 1, seed=1, ids=ids(1))
    assert bool(torch.isfinite(found).all())
