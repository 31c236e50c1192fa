"""Calibration: the closed form is right, sound attacks pass, attacks with a flaw do not."""

import numpy as np
import pytest
import torch
from scipy import optimize

from analysis.attacks import calibration
from analysis.attacks.apgd import ApgdCe, ApgdT
from analysis.attacks.calibration import calibrate, firmness
from analysis.attacks.search import Threat
from analysis.attacks.square import Square

EPS = {"Linf": 8 / 255, "L2": 0.5, "L1": 6.0}
NORMS = list(EPS)


def least_lead(way, lead, image, eps, norm):
    """Minimise the lead over the ball and the box by a general solver."""
    n = len(way)
    box = list(zip(-image, 1 - image, strict=True))
    if norm == "Linf":
        box = [(max(low, -eps), min(high, eps)) for low, high in box]
        return lead - -optimize.linprog(-way, bounds=box).fun
    if norm == "L1":  # changes are the difference of two parts that are not negative
        parts = np.concatenate([way, -way])
        both = [(0, high) for _, high in box] + [(0, -low) for low, _ in box]
        solved = optimize.linprog(-parts, A_ub=np.ones((1, 2 * n)), b_ub=[eps], bounds=both)
        return lead - -solved.fun
    ball = {"type": "ineq", "fun": lambda d: eps**2 - d @ d, "jac": lambda d: -2 * d}
    solved = optimize.minimize(
        lambda d: -way @ d, np.zeros(n), jac=lambda d: -way, bounds=box, constraints=[ball],
        options={"maxiter": 300, "ftol": 1e-10},
    )  # fmt: skip
    return lead - -solved.fun


@pytest.mark.parametrize("norm", NORMS)
def test_the_closed_form_is_that_of_a_solver(norm):
    generator = np.random.default_rng(5)
    weights, images = generator.normal(size=(4, 12)), generator.uniform(-0.3, 1.3, (5, 12))
    images = images.clip(0, 1)  # some entries have no room
    labels = (images @ weights.T).argmax(1)
    eps = {"Linf": 0.15, "L2": 0.5, "L1": 1.2}[norm]
    found = firmness(
        torch.tensor(weights), torch.tensor(images), torch.tensor(labels),
        torch.full((5,), eps, dtype=torch.float64), norm,
    )  # fmt: skip
    for image, label, value in zip(images, labels, found.tolist(), strict=True):
        leads = [
            least_lead(weights[t] - weights[label], (weights[label] - weights[t]) @ image, image,
                       eps, norm)
            for t in range(4) if t != label
        ]  # fmt: skip
        assert value == pytest.approx(min(leads), abs=1e-4)


@pytest.mark.parametrize("norm", NORMS)
def test_sound_attacks_pass(norm):
    threat = Threat(norm, EPS[norm])
    found = calibrate(
        threat, searches=[ApgdCe(threat, runs=5, large_first=norm == "L1"), ApgdT(threat, runs=5)]
    )
    assert found.holds, found
    assert set(found.weak.values()) == {40}
    assert found.firm >= 5
    assert found.wrongly_broken == 0
    assert "nearly all images" in found.sentence


def test_a_search_without_gradients_passes():
    threat = Threat("L2", EPS["L2"])
    found = calibrate(threat, searches=[Square(threat)])
    assert found.holds, found


class MaskedByAClamp(ApgdCe):
    """Takes the gradient behind a clamp, so that entries at 0 or 1 get none."""

    def step(self, rows, ask):
        points = rows["points"]
        at_the_edge = (points <= 0) | (points >= 1)
        rows["gradients"] = rows["gradients"].masked_fill(at_the_edge, 0)
        return super().step(rows, ask)


class SignLost(ApgdCe):
    """Goes down where it should go up."""

    def loss(self, logits, labels, targets):
        return -super().loss(logits, labels, targets)


class BallTooSmall(ApgdCe):
    """Projects onto half of the ball."""

    def __init__(self, threat):
        super().__init__(Threat(threat.norm, threat.eps / 2, seed=threat.seed))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("flawed", [MaskedByAClamp, SignLost, BallTooSmall])
def test_attacks_with_a_flaw_are_caught(norm, flawed):
    threat = Threat(norm, EPS[norm])
    found = calibrate(threat, searches=[flawed(threat)])
    assert not found.holds, found
    assert found.broken["apgd-ce"] < 0.9 * 40
    assert "too few" in found.sentence


def test_a_ball_that_is_too_large_is_caught(monkeypatch):
    """Where points outside counted, firm images would break."""
    threat = Threat("Linf", EPS["Linf"])

    def wide(points, images, norm, eps):
        return torch.ones(len(points), dtype=torch.bool)

    monkeypatch.setattr("analysis.attacks.engine.is_inside", wide)
    monkeypatch.setattr("analysis.attacks.engine.inside", lambda points, *_: points)
    found = calibrate(threat, searches=[ApgdCe(Threat("Linf", 2 * threat.eps))])
    assert not found.holds
    assert found.wrongly_broken > 0
    assert "cannot be broken" in found.sentence


def test_a_radius_at_which_nothing_can_be_shown_is_no_pass():
    found = calibrate(Threat("Linf", 1.0), searches=[ApgdCe(Threat("Linf", 1.0))])
    assert not found.holds
    assert "nothing was shown" in found.sentence


def test_the_network_and_its_images_are_always_the_same():
    one, other = calibration.Linear(), calibration.Linear()
    assert torch.equal(one.weights, other.weights)
    threat = Threat("L2", 0.5)
    drawn = [calibration.drawn_images(one, threat, 6, (0.5, 0.9), first_id=3)[0] for _ in range(2)]
    assert torch.equal(*drawn)
