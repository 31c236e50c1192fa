"""APGD: its schedule, its climb, and runs that do not depend on who is beside them."""

import pytest
import torch

from analysis.attacks import norms
from analysis.attacks.apgd import ApgdCe, ApgdDlr, ApgdT
from analysis.attacks.losses import target_classes
from analysis.attacks.network import Asked, Network
from analysis.attacks.schedules import schedule
from analysis.attacks.search import Goal, Threat
from tests.analysis.attacks.networks import Small, images

CPU = torch.device("cpu")
EPS = {"Linf": 0.03, "L2": 0.2, "L1": 0.8}
NORMS = list(EPS)


def goal_of(network, pixels, first_id=0, run=0):
    logits = network(pixels)
    n = len(pixels)
    ids = torch.arange(first_id, first_id + n)
    return Goal(ids, pixels, logits.argmax(1), logits, torch.full((n,), run))


def test_checkpoints_are_those_of_the_paper():
    table = schedule("Linf", 100, large_first=False, device=CPU)
    assert len(table) == 101
    assert table.checks.nonzero()[:, 0].tolist() == [22, 41, 57, 70, 80, 87, 93, 99]
    assert table.widths[table.checks].tolist() == [22, 19, 16, 13, 10, 7, 6, 6]
    assert table.begins.nonzero()[:, 0].tolist() == [0]
    assert table.has_momentum.nonzero()[:, 0].tolist() == list(range(2, 101))


def test_in_l1_three_phases_close_in():
    table = schedule("L1", 100, large_first=True, device=CPU)
    assert table.begins.nonzero()[:, 0].tolist() == [0, 31, 62]
    assert table.radii.unique_consecutive().tolist() == [3, 2, 1]
    assert table.counts.nonzero()[:, 0].tolist() == list(range(62, 103))
    assert table.checks.sum() == 100
    plain = schedule("L1", 100, large_first=False, device=CPU)
    assert plain.checks.nonzero()[:, 0].tolist() == list(range(4, 101, 4))


def plain_apgd(network, image, label, start, eps, loss, moves=100):
    """Follow the paper's algorithm 1 for one image in Linf, written as it stands there."""

    def ask(point):
        free = point.clone().requires_grad_()
        value = loss(network(free), label)[0]
        return float(value.detach()), torch.autograd.grad(value, free)[0]

    def cut(point):
        return point.clamp(image - eps, image + eps).clamp(0, 1)

    point, before, size = start, start, 2 * eps
    value, slope = ask(point)
    best, best_value, best_slope = point, value, slope
    values, sizes, bests = [value], [size], [value]
    checks, last = [22, 41, 57, 70, 80, 87, 93, 99], 0
    for move in range(1, moves + 1):
        stepped = cut(point + size * slope.sign())
        if move > 1:
            stepped = cut(point + 0.75 * (stepped - point) + 0.25 * (point - before))
        before, point = point, stepped
        value, slope = ask(point)
        values.append(value)
        if value > best_value:
            best, best_value, best_slope = point, value, slope
        if move in checks:
            rises = sum(values[i] > values[i - 1] for i in range(last + 1, move + 1))
            stuck = last and sizes[-1] == sizes[-2] and bests[-1] == best_value
            sizes.append(size / 2 if rises <= 0.75 * (move - last) or stuck else size)
            if sizes[-1] < size:
                size, point, slope = sizes[-1], best, best_slope
            bests.append(best_value)
            last = move
    return best, best_value, sizes


def test_a_run_is_that_of_the_paper():
    network, pixels = Small(), images(6)
    goal = goal_of(network, pixels)
    search = ApgdCe(Threat("Linf", 0.02, seed=4))
    rows = search.begin(goal)
    starts = rows["points"].clone()
    asked = Asked(Network(network), 100)
    sizes = []
    while not search.ended(rows).all():
        search.step(rows, asked)
        sizes.append(rows["size"].clone())

    def odds(logits, label):
        return search.loss(logits, label, label)

    halvings = 0
    for row in range(len(pixels)):
        best, value, wanted = plain_apgd(
            network, pixels[row, None], goal.labels[row, None], starts[row, None], 0.02, odds
        )
        assert float(rows["best_loss"][row]) == pytest.approx(value, abs=1e-4)
        assert torch.allclose(rows["best"][row], best[0], atol=1e-5)
        assert float(sizes[-1][row]) == pytest.approx(wanted[-1])
        halvings += len(set(wanted)) - 1
    assert halvings > 6  # otherwise little was compared


class Scripted:
    """Answers with losses from a list, and with a gradient that points up."""

    def __init__(self, values):
        self.values = iter(values)

    def gradient(self, pixels, loss):
        n = len(pixels)
        value = torch.full((n,), float(next(self.values)))
        return torch.tensor([[1.0, 0.0]] * n), value, torch.ones_like(pixels)


def test_a_run_that_climbs_below_its_best_is_halved_at_the_second_checkpoint():
    pixels = images(1)
    logits = torch.tensor([[1.0, 0.0]])
    none = torch.zeros(1, dtype=torch.int64)
    search = ApgdCe(Threat("Linf", 0.01))
    rows = search.begin(Goal(none, pixels, none, logits, none))
    ask = Scripted([10, *(n / 10 for n in range(100))])  # the first point stays the best
    sizes = []
    for _ in range(search.steps - 40):
        search.step(rows, ask)  # type: ignore[arg-type]
        sizes.append(round(float(rows["size"][0]), 6))
    assert sizes == [0.02] * 41 + [0.01] * (len(sizes) - 41)


@pytest.mark.parametrize(
    ("norm", "large_first"), [("Linf", False), ("L2", False), ("L1", False), ("L1", True)]
)
def test_rows_at_different_steps_go_their_own_way(norm, large_first):
    network, pixels = Small(), images(5)
    search = ApgdT(Threat(norm, EPS[norm]), runs=3, large_first=large_first)
    asked = Asked(Network(network), 100)
    alone = []
    for row in range(5):
        rows = search.begin(goal_of(network, pixels[row, None], first_id=row, run=row % 3))
        for _ in range(search.steps):
            search.step(rows, asked)
        alone.append(rows)
    # The first two begin 40 steps before the others.
    early = [search.begin(goal_of(network, pixels[n, None], n, n % 3)) for n in range(2)]
    rows = {name: torch.cat([one[name] for one in early]) for name in early[0]}
    for _ in range(40):
        search.step(rows, asked)
    late = [search.begin(goal_of(network, pixels[n, None], n, n % 3)) for n in range(2, 5)]
    rows = {name: torch.cat([rows[name], *(one[name] for one in late)]) for name in rows}
    for _ in range(search.steps - 40):
        search.step(rows, asked)
    first_best = rows["best_loss"][:2].clone()
    for _ in range(40):
        search.step(rows, asked)
    found = torch.cat([first_best, rows["best_loss"][2:]])
    wanted = torch.cat([one["best_loss"] for one in alone])
    assert torch.allclose(found, wanted, atol=2e-3)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("kind", [ApgdCe, ApgdDlr, ApgdT])
def test_points_stay_in_the_ball_and_the_loss_climbs(norm, kind):
    network, pixels = Small(), images(8)
    threat = Threat(norm, EPS[norm])
    search = kind(threat, large_first=norm == "L1")
    rows = search.begin(goal_of(network, pixels))
    asked = Asked(Network(network), 100)
    first = None
    while not search.ended(rows).all():
        points, _ = search.step(rows, asked)
        length = norms.lengths(points.double() - pixels.double(), norm)
        assert length.max() <= threat.eps + 1e-6
        assert points.min() >= 0
        assert points.max() <= 1
        if first is None or (norm == "L1" and int(rows["step"][0]) == 63):
            first = rows["best_loss"].clone()  # where the last phase begins
    clean = search.loss(network(pixels), rows["labels"], rows["targets"])
    assert (rows["best_loss"] >= first).all()
    assert (rows["best_loss"] > clean).all()
    assert rows["step"].unique().tolist() == [search.steps]


def test_targets_follow_the_clean_logits():
    network, pixels = Small(), images(8)
    goal = goal_of(network, pixels, run=2)
    rows = ApgdT(Threat("Linf", 0.1), runs=4).begin(goal)
    assert torch.equal(rows["targets"], target_classes(goal.logits, goal.labels, goal.run))
    assert torch.equal(rows["targets"], goal.logits.argsort(1)[:, -4])


def test_each_second_restart_begins_at_a_corner_and_targets_do_not():
    network, pixels = Small(), images(3)
    for run, kind, wanted in ((0, ApgdCe, 0), (1, ApgdCe, 1), (1, ApgdT, 0)):
        points = kind(Threat("Linf", 0.01), runs=4).begin(goal_of(network, pixels, run=run))
        far = ((points["points"] - pixels).abs() > 0.01 - 1e-6).double().mean()
        assert (far > 0.9) == bool(wanted)


def test_gradients_of_a_randomised_network_are_averaged():
    seen = []

    def network(pixels):
        seen.append(len(pixels))
        sign = 1.0 if len(seen) % 2 else -0.5
        return sign * torch.stack([pixels.flatten(1).sum(1), -pixels.flatten(1).sum(1)], 1)

    pixels = images(3) * 0.5 + 0.25
    logits = torch.tensor([[1.0, 0]] * 3)
    goal = Goal(torch.arange(3), pixels, torch.zeros(3, dtype=torch.int64), logits,
                torch.zeros(3, dtype=torch.int64))  # fmt: skip
    search = ApgdDlr(Threat("Linf", 0.1, "rand"), draws=20)
    rows = search.begin(goal)
    search.step(rows, Asked(Network(network), 10))
    assert len(seen) == 20
    # Ten gradients of -2 an entry and ten of 1.
    assert torch.allclose(rows["gradients"], torch.full_like(pixels, -10.0), atol=1e-4)
