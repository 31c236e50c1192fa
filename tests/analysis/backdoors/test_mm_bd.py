"""The largest margin of each class: exact on linear networks, the same in any batch and scale."""

import numpy as np
import pytest
import torch
from scipy.optimize import linprog

from analysis.backdoors import mm_bd
from analysis.backdoors.asking import Asked, NotMeasured
from analysis.backdoors.measures import Budget

SHAPE = (2, 4, 4)
CLASSES = 5
FEW = Budget(starts=6)


def linear(classes: int = CLASSES, seed: int = 0, scale: float = 1.0):
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(classes, 32, generator=generator) * scale
    bias = torch.randn(classes, generator=generator) * scale
    return weight, bias, lambda images: images.flatten(1) @ weight.T + bias


def measured(network, classes=CLASSES, budget=FEW, seed=0):
    asked = Asked(network, torch.rand(2, *SHAPE), classes)
    return mm_bd.measure(asked, SHAPE, classes, seed=seed, budget=budget)


def largest(weight, bias, target):
    """Solve exactly: the most that the target can win by over all pictures, a linear program."""
    others = [other for other in range(len(weight)) if other != target]
    slopes, offsets = weight[target] - weight[others], bias[target] - bias[others]
    slopes, offsets = slopes.double().numpy(), offsets.double().numpy()
    solved = linprog(
        np.append(np.zeros(slopes.shape[1]), -1),
        A_ub=np.column_stack([-slopes, np.ones(len(others))]),
        b_ub=offsets,
        bounds=[(0, 1)] * slopes.shape[1] + [(None, None)],
    )
    return -solved.fun


@pytest.mark.parametrize(("classes", "off"), [(2, 1e-3), (5, 0.15), (12, 0.2)])
def test_margins_of_a_linear_network_are_near_the_largest_there_are(classes, off):
    """With two classes the sign of the gradient leads there; with more, along ridges, nearly."""
    weight, bias, network = linear(classes)
    found = measured(network, classes).best
    exact = np.array([largest(weight, bias, target) for target in range(classes)])
    assert (found <= exact + 1e-3).all()
    assert found == pytest.approx(exact, rel=off)


def test_the_best_margin_counts_and_not_the_last():
    def network(images):
        """Class 1 wins on a narrow ridge of brightness that large steps leap over."""
        brightness = images.flatten(1).mean(1)
        ridge = torch.exp(-((brightness - 0.5) ** 2) / 0.005)
        return torch.stack([torch.zeros_like(ridge), 10 * ridge, -10 * brightness], 1)

    assert measured(network, 3).best[1] > 9


def test_the_batch_changes_nothing():
    network = linear()[2]
    whole = measured(network, budget=Budget(starts=6, batch=1000)).best
    assert measured(network, budget=Budget(starts=6, batch=7)).best == pytest.approx(whole)


def test_the_same_seed_gives_the_same_margins_and_another_one_others():
    torch.manual_seed(3)
    network = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(32, 40), torch.nn.Tanh(), torch.nn.Linear(40, CLASSES)
    ).requires_grad_(False)
    first = measured(network).best
    assert (measured(network).best == first).all()
    assert (measured(network, seed=1).best != first).any()


def test_the_scale_of_the_scores_is_only_a_scale():
    plain, large = measured(linear()[2]).best, measured(linear(scale=1000)[2]).best
    assert large == pytest.approx(1000 * plain, rel=1e-3)


def test_probabilities_are_taken_to_logarithms():
    network = linear(scale=0.3)[2]
    found = measured(lambda images: network(images).softmax(1))
    assert found.log_taken
    assert found.best == pytest.approx(measured(network).best, rel=1e-2)
    assert not measured(network).log_taken


def test_many_classes_get_fewer_starts():
    budget = Budget(starts=30, most_starts=60)
    assert mm_bd.starts_of(2, budget) == 30
    assert mm_bd.starts_of(20, budget) == 3
    assert mm_bd.starts_of(1000, budget) == 1
    assert measured(linear(20)[2], 20, budget).starts == 3


def test_progress_reaches_the_end():
    heard: list[int] = []
    asked = Asked(linear()[2], torch.rand(2, *SHAPE), CLASSES)
    mm_bd.measure(
        asked, SHAPE, CLASSES, seed=0, budget=Budget(starts=6, batch=8), on_rows=heard.append
    )
    assert heard == [8, 16, 24, 30]


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (lambda images: torch.zeros(len(images), 5), "no gradient"),
        (lambda images: images.flatten(1)[:, :5].round(), "do not change"),
        (lambda images: images.flatten(1)[:, :5] * torch.nan, "not finite"),
        (lambda images: images.flatten(1)[:, :6], "does not answer 5 scores"),
        (lambda images: images.flatten(1)[:, :5].sum(), "does not answer 5 scores"),
        (lambda images: 1 / (1 - images.flatten(1)[:, :5]).clamp(max=0.99), "not finite"),
    ],
)
def test_networks_that_cannot_be_searched_are_named(network, words):
    with pytest.raises(NotMeasured, match=words):
        measured(network)
