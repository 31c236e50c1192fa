"""FAB: projections that are the shortest, boundaries that are found, points that keep the rules."""

import numpy as np
import pytest
import torch
from scipy import optimize

from analysis.attacks import fab
from analysis.attacks.norms import lengths
from analysis.attacks.search import Threat
from tests.analysis.attacks.asking import Asked, Linear, driven, goal

NORMS = ["Linf", "L2", "L1"]


def shortest(norm, point, slope, gap):
    """The length of the shortest move onto the plane within the box, by a solver; None if none."""
    n = len(point)
    corner = np.where(slope * -gap > 0, 1 - point, -point)
    if abs(gap) > abs(slope @ corner):
        return None
    if norm == "L2":  # what is optimal follows the slope, cut to the box

        def move(length):
            return np.clip(-np.sign(gap) * length * slope, -point, 1 - point)

        length = optimize.brentq(lambda length: gap + slope @ move(length), 0, 1e6)
        return np.linalg.norm(move(length))
    # Variables: up and down parts of the move; for Linf the largest of them, too.
    cost = np.ones(2 * n) if norm == "L1" else np.r_[np.zeros(2 * n), 1]
    bounds = [*((0, 1 - p) for p in point), *((0, p) for p in point)]
    equal, above, limit = np.r_[slope, -slope][None], None, None
    if norm == "Linf":
        bounds.append((0, None))
        equal = np.c_[equal, 0]
        above, limit = np.c_[np.eye(2 * n), -np.ones(2 * n)], np.zeros(2 * n)
    found = optimize.linprog(cost, above, limit, equal, [-gap], bounds)
    assert found.status == 0
    return found.fun


@pytest.mark.parametrize("norm", NORMS)
def test_the_move_onto_a_plane_is_the_shortest_within_the_box(norm):
    generator = torch.Generator().manual_seed(1)
    points = torch.rand(60, 8, generator=generator)
    points[:20] = points[:20].round(decimals=1)  # some lie on the box's edge
    slope = torch.randn(60, 8, generator=generator)
    slope[::3, :3] = 0
    gap = torch.randn(60, generator=generator) * 2
    moves = fab._projected(norm, points, slope, gap)
    met = gap + (slope * moves).sum(1)
    feasible = 0
    for one in range(60):
        best = shortest(norm, *(t[one].double().numpy() for t in (points, slope, gap)))
        assert (points + moves)[one].min() >= -1e-6
        assert (points + moves)[one].max() <= 1 + 1e-6
        if best is None:  # the corner of the box that comes nearest
            corner = torch.where(slope[one] * -gap[one] > 0, 1 - points[one], -points[one])
            assert torch.allclose(moves[one], corner * (slope[one] != 0), atol=1e-5)
            continue
        feasible += 1
        assert met[one].abs() < 1e-4
        assert lengths(moves[one][None], norm).item() == pytest.approx(best, rel=1e-3, abs=1e-4)
    assert 25 < feasible < 58


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("run", [0, 2])
def test_a_linear_boundary_is_found_at_its_distance(norm, run):
    network = Linear()
    for image, exact in enumerate(network.distances(norm, run).tolist()):
        threat = Threat(norm, exact * 1.08)
        started = goal(network, network.images[image : image + 1], run=run)
        _, broken = driven(fab.TargetedFab(threat, 4), network, started, 20, threat)
        assert broken.all()


@pytest.mark.parametrize("norm", NORMS)
def test_what_lies_beyond_the_ball_is_not_tried(norm):
    network = Linear()
    threat = Threat(norm, network.distances(norm).amin().item() * 0.98)
    for run in range(3):
        started = goal(network, network.images, run=run)
        _, broken = driven(fab.TargetedFab(threat, 4), network, started, 20, threat)
        assert not broken.any()


@pytest.mark.parametrize("norm", NORMS)
def test_the_untargeted_form_finds_the_nearest_boundary_in_every_run(norm):
    network = Linear(classes=20)  # more than are asked about at once
    threat = Threat(norm, network.distances(norm).quantile(0.6).item())
    expected = network.distances(norm) * 1.06 < threat.eps
    assert 4 < expected.sum() < 14
    for run in (0, 3):
        started = goal(network, network.images, run=run)
        _, broken = driven(fab.Fab(threat), network, started, 20, threat)
        assert broken[expected].all()
        assert not broken[network.distances(norm) > threat.eps].any()


@pytest.mark.parametrize("norm", NORMS)
def test_restarts_begin_elsewhere_but_the_first_at_the_image(norm):
    network, threat = Linear(), Threat(norm, 0.2)
    search = fab.Fab(threat)
    starts = [search.begin(goal(network, network.images, run=run))["at"] for run in range(3)]
    assert torch.equal(starts[0], network.images)
    assert not torch.equal(starts[1], starts[2])
    for start in starts[1:]:
        size = lengths(start - network.images, norm)
        assert torch.allclose(size, torch.tensor(threat.eps / 2), rtol=1e-4)


def test_an_image_has_its_fate_in_any_batch():
    network, threat = Linear(), Threat("Linf", 0.02)
    for search in (fab.TargetedFab(threat, 4), fab.Fab(threat)):
        whole, _ = driven(search, network, goal(network, network.images, run=1), 5, threat)
        some = torch.tensor([11, 3])
        few = goal(network, network.images[some], ids=some, run=1)
        part, _ = driven(search, network, few, 5, threat)
        assert torch.allclose(part["at"], whole["at"][some], atol=1e-6)


def test_each_step_asks_once_forward_and_back_and_once_forward():
    network, threat = Linear(), Threat("Linf", 0.02)
    search = fab.TargetedFab(threat, 4)
    rows, asked = search.begin(goal(network, network.images)), Asked(network)
    search.step(rows, asked)
    assert (asked.forward, asked.backward) == (32, 16)
    assert search.runs == 3
    assert not search.ended(rows).any()
    rows["step"] += search.steps
    assert search.ended(rows).all()


@pytest.mark.parametrize(
    ("step", "nearest", "is_left"),
    [
        (9, float("inf"), False),
        (10, float("inf"), True),  # ten steps and nothing was broken
        (10, 6.9, False),
        (10, 7.1, True),
        (50, 1.2, False),
        (50, 1.3, True),
        (99, 1.05, False),
        (100, 0.9, True),  # after all steps
    ],
)
def test_a_run_is_left_that_is_too_far_away_for_its_steps(step, nearest, is_left):
    network, threat = Linear(), Threat("L2", 2.0)
    for search in (fab.TargetedFab(threat, 4), fab.Fab(threat)):
        rows = search.begin(goal(network, network.images))
        rows["step"] += step
        rows["nearest"][:] = nearest * threat.eps
        assert search.ended(rows).unique().tolist() == [is_left]


def test_the_nearest_broken_point_is_remembered():
    network = Linear()
    threat = Threat("L2", network.distances("L2").amin().item() * 0.5)  # none lies in the ball
    started = goal(network, network.images)
    rows, broken = driven(fab.Fab(threat), network, started, 12, threat)
    assert not broken.any()
    exact = network.distances("L2")
    assert (rows["nearest"] >= exact * 0.999).all()
    assert (rows["nearest"] <= exact * 1.1).all()
