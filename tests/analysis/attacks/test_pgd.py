"""PGD: the steps that the paper describes, from a point of the ball, in each norm."""

import pytest
import torch

from analysis.attacks import attack
from analysis.attacks.losses import cross_entropy
from analysis.attacks.norms import lengths
from analysis.attacks.pgd import Pgd
from analysis.attacks.search import Threat
from tests.analysis.attacks.asking import Asked, Linear, driven, goal
from tests.analysis.attacks.networks import Small, images


def test_each_step_goes_up_the_cross_entropy_by_its_sign():
    network, threat = Small(), Threat("Linf", 0.05)
    search, asked = Pgd(threat, iterations=3, size=0.02), Asked(network)
    rows = search.begin(goal(network, images(6)))
    clean = rows["images"]
    points, _ = search.step(rows, asked)
    assert 0.03 < lengths(points - clean, "Linf").min() <= 0.05 + 1e-6
    for _ in range(3):
        free = points.clone().requires_grad_()
        loss = cross_entropy(network(free), rows["labels"]).sum()
        moved = points + 0.02 * torch.autograd.grad(loss, free)[0].sign()
        expected = moved.clamp(clean - 0.05, clean + 0.05).clamp(0, 1)
        assert not search.ended(rows).any()
        points, _ = search.step(rows, asked)
        assert torch.allclose(points, expected, atol=1e-6)
    assert search.ended(rows).all()


@pytest.mark.parametrize("norm", ["Linf", "L2"])
def test_of_a_linear_network_it_breaks_what_can_be_broken(norm):
    network = Linear(classes=2)
    far = network.distances(norm)
    threat = Threat(norm, float(far.median()))
    search = Pgd(threat, iterations=60, size=threat.eps / 10)
    started = goal(network, network.images)
    _, broken = driven(search, network, started, search.steps, threat)
    assert broken[far < 0.98 * threat.eps].all()
    assert not broken[far > threat.eps].any()


def test_each_restart_begins_elsewhere():
    network, threat = Small(), Threat("Linf", 0.05)
    begun = [Pgd(threat, runs=2).begin(goal(network, images(4), run=run)) for run in (0, 1)]
    assert (begun[0]["points"] != begun[1]["points"]).flatten(1).any(1).all()


def test_it_may_begin_at_the_image():
    network, threat = Small(), Threat("Linf", 0.05)
    begun = Pgd(threat, begins_at_image=True).begin(goal(network, images(4)))
    assert torch.equal(begun["points"], begun["images"])


def test_the_engine_runs_it():
    network, pixels = Small(), images(24)
    labels = network(pixels).argmax(1)
    threat = Threat("Linf", 0.05)
    found = attack(network, pixels, labels, torch.arange(24), threat, searches=[Pgd(threat)])
    assert found.attacks == ("pgd",)
    assert 0 < int(found.robust.sum()) < 24
