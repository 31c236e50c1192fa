"""Square: windows of each image's own, points within the ball, margins that only go down."""

import pytest
import torch

from analysis.attacks import square
from analysis.attacks.losses import margin
from analysis.attacks.norms import lengths
from analysis.attacks.search import Threat
from tests.analysis.attacks.asking import Asked, Linear, driven, goal

NORMS = ["Linf", "L2", "L1"]
SIZE = (2, 12, 14)


@pytest.fixture
def network():
    network = Linear(size=SIZE)
    # Slopes that are alike side by side: what windows find, and real networks have.
    network.weight = torch.nn.functional.avg_pool2d(network.weight, 5, 1, 2)
    network.shift = -network.weight.sum((1, 2, 3)) / 2
    return network


def stepped(network, threat, steps):
    """The rows after each step, and what was tried."""
    search = square.Square(threat)
    rows, asked = search.begin(goal(network, network.images)), Asked(network)
    for _ in range(steps):
        before = {name: value.clone() for name, value in rows.items()}
        tried, _ = search.step(rows, asked)
        yield before, tried, rows
    assert (asked.forward, asked.backward) == (len(network.images) * steps, 0)


@pytest.mark.parametrize("norm", NORMS)
def test_the_margin_goes_down_and_is_that_of_the_best_point(network, norm):
    threat = Threat(norm, {"Linf": 0.03, "L2": 0.3, "L1": 2.0}[norm])
    rows, _ = driven(square.Square(threat), network, goal(network, network.images), 60, threat)
    found = margin(network(rows["best"]), rows["labels"])
    assert torch.allclose(found, rows["margin"], atol=1e-6)
    first, _ = driven(square.Square(threat), network, goal(network, network.images), 1, threat)
    assert (rows["margin"] < first["margin"]).all()


@pytest.mark.parametrize("norm", NORMS)
def test_what_can_be_broken_with_room_to_spare_is_broken(network, norm):
    eps = network.distances(norm).amax().item() * {"Linf": 4, "L2": 4, "L1": 8}[norm]
    threat = Threat(norm, eps)
    _, broken = driven(square.Square(threat), network, goal(network, network.images), 150, threat)
    assert broken.all()
    threat = Threat(norm, network.distances(norm).amin().item() * 0.99)
    _, broken = driven(square.Square(threat), network, goal(network, network.images), 50, threat)
    assert not broken.any()


@pytest.mark.parametrize("norm", NORMS)
def test_an_image_has_its_fate_in_any_batch(network, norm):
    threat = Threat(norm, 0.1)
    whole, _ = driven(square.Square(threat), network, goal(network, network.images), 30, threat)
    some = torch.tensor([13, 2, 7])
    few = goal(network, network.images[some], ids=some)
    part, _ = driven(square.Square(threat), network, few, 30, threat)
    assert torch.allclose(part["best"], whole["best"][some], atol=1e-6)


def test_in_linf_each_image_has_one_window_of_its_own(network):
    places = set()
    for before, tried, rows in stepped(network, Threat("Linf", 0.1), 400):
        changed = (tried != before["best"]).any(1)  # (n, h, w)
        step = before["step"][0].item()
        if step == 0:
            assert not changed.any()  # the start itself is asked about
            continue
        side = square._sides(12, 14, 1, changed.device)[square._levels(5001, changed.device)[step]]
        for one in changed:
            down, right = one.any(1).nonzero()[:, 0], one.any(0).nonzero()[:, 0]
            if len(down):
                assert down[-1] - down[0] < side
                assert right[-1] - right[0] < side
        if step > 300:
            places |= {tuple(where.tolist()) for where in changed.nonzero()[:, 1:]}
        corners = (rows["best"] - rows["images"]).abs()
        assert torch.allclose(corners, torch.full_like(corners, 0.1), atol=1e-6)
    assert len(places) == 12 * 14  # every place is reached, those at the edge too


def test_windows_shrink_as_the_queries_go_on():
    device = torch.device("cpu")
    levels = square._levels(5001, device)
    assert levels[[0, 11, 12, 51, 52, 201, 202, 4001, 4002]].tolist() == [0, 0, 1, 1, 2, 2, 3, 6, 7]
    assert square._sides(28, 28, 1, device).tolist() == [25, 18, 13, 9, 6, 4, 3, 2, 2, 1]
    assert square._sides(28, 28, 3, device).tolist() == [25, 19, 13, 9, 7, 5, 3, 3, 3, 3]
    assert square._sides(1, 300, 1, device).amax() == 1


@pytest.mark.parametrize(("norm", "length"), [("L2", 2), ("L1", 1)])
@pytest.mark.parametrize("side", [1, 3, 4, 9])
def test_a_pattern_is_a_bump_over_a_dent_of_size_one(norm, length, side):
    pattern = square._pattern(side, norm, torch.device("cpu"))
    assert pattern.shape == (side, side)
    assert torch.linalg.vector_norm(pattern, length).item() == pytest.approx(1)
    half = side // 2
    assert (pattern[:half] > 0).all()
    assert (pattern[half:] < 0).all()
    middle = half // 2, side // 2
    if half:
        assert pattern[:half].amax() == pattern[middle]
        if norm == "L2" and side == 9:  # rings of 1 + 1/4 + ..., falling off
            heights = (1 / torch.arange(1.0, 6) ** 2).flip(0).cumsum(0).flip(0)
            shares = pattern[middle[0], 4:] / pattern[middle]
            assert torch.allclose(shares, heights / heights[0])


@pytest.mark.parametrize("norm", ["L2", "L1"])
def test_in_l2_and_l1_the_ball_is_spent(network, norm):
    threat = Threat(norm, 0.5)  # small enough that the box cuts nothing
    moved = 0
    for before, tried, _ in stepped(network, threat, 30):
        spent = lengths(tried - network.images, norm)
        assert (spent <= threat.eps * (1 + 1e-5)).all()
        if norm == "L2":
            assert torch.allclose(spent, torch.full_like(spent, threat.eps), rtol=1e-4)
        moved += int((tried != before["best"]).flatten(1).any(1).sum())
    assert moved > 29 * len(network.images) * 0.9


@pytest.mark.parametrize("norm", ["L2", "L1"])
def test_one_window_is_emptied_for_another(network, norm):
    search = square.Square(Threat(norm, 0.5))
    rows = search.begin(goal(network, network.images))
    rows["best"] = network.images + 0.5 / network.images[0].numel()
    level = torch.full((16,), 3)
    drawn = torch.rand(16, 8, generator=torch.Generator().manual_seed(0))
    side = square._sides(12, 14, 3, level.device)[level]
    gets = square._window(network.images, side, drawn[:, 0], drawn[:, 1])
    gives = square._window(network.images, side, drawn[:, 2], drawn[:, 3]) & ~gets
    delta = search._bumped(rows, level, drawn) - network.images
    emptied, kept = gives.expand_as(delta), ~(gets | gives).expand_as(delta)
    assert gives.any((1, 2, 3)).sum() > 10
    assert delta[emptied].abs().max() < 1e-6
    assert delta[kept].min() > 1e-6
    found = torch.where(gets, delta, 0).abs()
    assert (found.amax((2, 3)) > delta.abs().mean((2, 3))).all()


def test_it_ends_after_all_queries(network):
    for whole, steps in ((True, 11), (False, 16)):  # the start, and what is given on top
        search = square.Square(Threat("Linf", 0.1), queries=10, whole=whole)
        rows, asked = search.begin(goal(network, network.images)), Asked(network)
        for _ in range(steps):
            assert not search.ended(rows).any()
            search.step(rows, asked)
        assert search.ended(rows).all()
        search.step(rows, asked)  # a step beyond the end does no harm


@pytest.mark.parametrize(
    ("query", "before", "now", "is_left"),
    [
        (2000, 3.0, 2.9, True),  # at this pace it takes 29,000 more
        (2000, 3.0, 3.0, True),
        (2000, 3.0, 1.0, False),
        (2000, 3.0, 2.53, False),  # 5,383 more are within 7,500 in all
        (2000, 3.0, 2.55, True),
        (1999, 3.0, 2.9, False),  # it is looked every thousand queries
        (1000, 10.0, 9.45, False),  # the first pace is of 500 queries: 8,591 more, within 10,000
        (1000, 10.0, 9.48, True),
        (5000, 0.5, 0.35, False),  # about to be broken: it goes on
        (5000, 0.5, 0.37, True),
    ],
)
def test_an_image_is_left_where_its_pace_promises_no_break(network, query, before, now, is_left):
    for whole in (False, True):
        search = square.Square(Threat("Linf", 0.1), whole=whole)
        rows = search.begin(goal(network, network.images[:2]))
        rows["step"] += query + 1
        rows["margin"][:], rows["before"][:] = now, before
        rows["margin"][1], rows["before"][1] = 0.01, 5.0  # another image's fate is its own
        search._look(rows)
        at_end = whole and query >= 5000
        assert search.ended(rows).tolist() == [at_end or (is_left and not whole), at_end]
        assert (rows["before"][0] == now) == (query % 1000 == 0 or now == before)
