"""Small attacks that take a moment, and what must hold of each. For tests."""

import torch

from analysis.attacks import norms
from analysis.attacks.apgd import ApgdCe, ApgdT
from analysis.attacks.engine import Outcome
from tests.analysis.attacks.networks import Small, images

EPS = {"Linf": 0.02, "L2": 0.1, "L1": 0.25}  # where about half of the images break


def small_case(n=24, classes=5):
    network, pixels = Small(classes), images(n)
    return network, pixels, network(pixels).argmax(1), torch.arange(n) + 7


def short(threat, runs=4):
    return [ApgdCe(threat, iterations=12), ApgdT(threat, runs=runs, iterations=12)]


def assert_breaks_hold(outcome: Outcome, network, pixels, labels, threat):
    broken = ~outcome.robust
    found = outcome.adversarial[broken]
    assert (network(found).argmax(1) != labels[broken]).all()
    length = norms.lengths(found.double() - pixels[broken].double(), threat.norm)
    assert (length <= threat.eps + 1e-6).all()
    assert found.min() >= 0
    assert found.max() <= 1
    assert torch.equal(outcome.adversarial[outcome.robust], pixels[outcome.robust])
