"""Balls: points end inside, at the nearest place, and start where their id says."""

import numpy as np
import pytest
import torch

from analysis.attacks import norms
from analysis.attacks.search import Norm
from tests.analysis.attacks.networks import images

NORMS: list[Norm] = ["Linf", "L2", "L1"]
EPS = {"Linf": 0.2, "L2": 0.9, "L1": 4.0}


def changed(n=40, size=0.6):
    clean = (1.6 * images(n) - 0.3).clamp(0, 1)  # some entries at 0 and at 1
    return clean, size * (2 * images(n, seed=9) - 1)


@pytest.mark.parametrize("norm", NORMS)
def test_points_end_in_the_ball_and_in_the_box(norm):
    clean, changes = changed()
    points = norms.projected(clean + changes, clean, norm, EPS[norm])
    assert points.min() >= 0
    assert points.max() <= 1
    length = norms.lengths(points.double() - clean.double(), norm)
    assert length.max() <= EPS[norm] + 1e-6
    assert length.max() > 0.9 * EPS[norm]  # and they are not pulled in further
    again = norms.projected(points, clean, norm, EPS[norm])
    assert torch.allclose(again, points, atol=1e-6)


def nearest_in_l1(change, image, eps):
    """Bisect for the multiplier of the length, one entry after the other."""
    room = np.where(change > 0, 1 - image, image)
    low, high = 0.0, float(np.abs(change).max())
    if np.minimum(np.abs(change), room).sum() <= eps:
        high = 0.0
    for _ in range(80):
        middle = (low + high) / 2
        length = np.clip(np.abs(change) - middle, 0, room).sum()
        low, high = (middle, high) if length > eps else (low, middle)
    return np.sign(change) * np.clip(np.abs(change) - high, 0, room)


@pytest.mark.parametrize("eps", [0.05, 1.0, 4.0, 50.0])
def test_the_l1_projection_is_the_nearest_point(eps):
    clean, changes = changed()
    found = norms.project_l1(clean, changes, eps)
    for row, image, change in zip(found, clean, changes, strict=True):
        wanted = nearest_in_l1(change.double().numpy(), image.double().numpy(), eps)
        assert np.abs(row.numpy() - wanted).max() < 2e-6


def test_a_radius_may_differ_from_row_to_row():
    clean, changes = changed(4)
    eps = torch.tensor([0.1, 0.5, 1.0, 2.0])
    for norm in NORMS:
        points = norms.projected(clean + changes, clean, norm, eps)
        for row in range(4):
            alone = norms.projected(
                clean[row, None] + changes[row, None], clean[row, None], norm, float(eps[row])
            )
            assert torch.allclose(points[row], alone[0], atol=1e-6)


@pytest.mark.parametrize("norm", NORMS)
def test_a_start_follows_from_id_and_run_alone(norm):
    clean, ids, run = images(6), torch.arange(6) + 40, torch.zeros(6, dtype=torch.int64)

    def start(rows, run=run, seed=1, stream=1):
        return norms.random_start(
            clean[rows], norm, EPS[norm], seed=seed, ids=ids[rows], run=run[rows], stream=stream
        )

    whole = start([0, 1, 2, 3, 4, 5])
    assert torch.equal(start([4, 2]), whole[[4, 2]])
    length = norms.lengths(whole.double() - clean.double(), norm)
    assert length.max() <= EPS[norm] + 1e-6
    assert length.min() > 0.3 * EPS[norm]
    for other in (start([4], run + 1), start([4], seed=2), start([4], stream=2), start([3])):
        assert not torch.allclose(other - clean[4], whole[4] - clean[4])


def test_directions_have_length_one_however_small_the_gradient():
    gradients = (images(5) - 0.5) * 1e-30
    assert torch.allclose(
        norms.lengths(norms.ascent(gradients, "L2"), "L2"), torch.ones(5), atol=1e-5
    )
    assert torch.equal(norms.ascent(gradients, "Linf"), gradients.sign())
    share = torch.tensor([0.25, 0.5, 1.0, 0.25, 0.5])
    sparse = norms.ascent(gradients, "L1", share)
    moved = (sparse != 0).flatten(1).sum(1)
    assert moved.tolist() == [9, 18, 36, 9, 18]
    assert torch.allclose(norms.lengths(sparse, "L1"), torch.ones(5), atol=1e-5)
    kept = sparse[0].flatten() != 0
    size = gradients[0].flatten().abs()
    assert size[kept].min() >= size[~kept].max()
    assert torch.equal(norms.ascent(torch.zeros(1, 1, 2, 2), "L2"), torch.zeros(1, 1, 2, 2))


def test_a_start_may_lie_at_a_corner():
    clean, ids, run = images(4), torch.arange(4), torch.zeros(4, dtype=torch.int64)
    corner = torch.tensor([True, False, True, False])
    start = norms.random_start(
        clean, "Linf", 0.1, seed=1, ids=ids, run=run, stream=1, at_corner=corner
    )
    plain = norms.random_start(clean, "Linf", 0.1, seed=1, ids=ids, run=run, stream=1)
    at_corner = ((start - clean).abs() > 0.1 - 1e-6) | (start == 0) | (start == 1)
    assert at_corner.flatten(1).all(1).tolist() == corner.tolist()
    assert torch.equal(start[~corner], plain[~corner])
