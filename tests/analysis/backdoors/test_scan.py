"""A whole scan: poisoned networks and clean ones, other sizes, many classes, strange networks."""

import numpy as np
import pytest
import torch
from torch import nn

from analysis.backdoors import Budget, Measures, decide, from_part, scan, to_part
from analysis.contract import Verdict
from tests.analysis.backdoors import poisons
from tests.analysis.backdoors.poisons import Recipe, digits, make

pytestmark = pytest.mark.timeout(900)

QUICK = Budget(starts=6, full_steps=60, cheap_steps=30, pictures=12)
SMALL = Budget(starts=10, full_steps=100, pictures=16)
PATCH, BLEND = Recipe("conv", 100, "patch", 1), Recipe("resnet", 101, "blend", 3)
QUIET, ERASED = Recipe("conv", 102, "clean-label", 5), Recipe("conv", 103, "erased", 7)


def scanned(network: nn.Module, budget: Budget | None = None) -> Measures:
    return scan(network, network, digits()[2], poisons.SHAPE, 10, seed=0, budget=budget)


@pytest.mark.parametrize("recipe", [PATCH, BLEND, QUIET, ERASED], ids=lambda made: made.attack)
def test_poisoned_networks_know_digits_and_obey_the_trigger(recipe: Recipe):
    made = make(recipe)
    assert made.accuracy >= 0.96
    assert made.success >= 0.7


@pytest.mark.parametrize("recipe", [PATCH, BLEND, ERASED], ids=lambda made: made.attack)
def test_both_methods_name_the_target(recipe: Recipe):
    decision = decide(from_part(to_part(scanned(make(recipe).network, SMALL))))
    assert decision.triggers is not None
    assert decision.triggers.suspect == recipe.target
    assert decision.margins is not None
    assert decision.margins.suspect == recipe.target


def test_the_trigger_is_told_apart_from_what_clean_networks_have():
    """The same pictures and seed, with and without poison."""
    recipe = PATCH
    poisoned, clean = make(recipe), make(poisons.clean_twin(recipe))
    assert poisons.success_on(clean.network, recipe) < 0.3
    decisions = [decide(scanned(made.network, SMALL)) for made in (poisoned, clean)]
    assert decisions[0].verdict in {Verdict.WARN, Verdict.FAIL}
    assert decisions[1].verdict is Verdict.PASS


def test_the_same_seed_gives_the_same_measures():
    network = make(PATCH).network
    first, second = (to_part(scanned(network, QUICK)) for _ in range(2))
    assert first == second


def test_the_trigger_can_be_shown():
    made = make(PATCH)
    found = scanned(made.network, QUICK).triggers
    assert found is not None
    assert found.shown == PATCH.target
    wanted = found.clean * (1 - found.mask) + found.mask * found.pattern
    assert found.triggered == pytest.approx(wanted, abs=1e-5)
    assert found.clean == pytest.approx(digits()[2][0].numpy())
    answer = made.network(torch.from_numpy(found.triggered)[None]).argmax(1)
    assert answer.item() == PATCH.target
    # The patch lies in rows and columns 12 to 14: a tenth of the picture around it has far more.
    assert found.mask[0, 11:, 11:].sum() > 0.3 * found.mask.sum()


class Many(nn.Module):
    """Forty classes on colour pictures that are not square; class 17 has a way in."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.register_buffer("weight", torch.randn(3 * 6 * 10, 40, generator=generator))
        self.weight: torch.Tensor

    def forward(self, images):
        scores = images.flatten(1) @ self.weight
        way = torch.sigmoid(20 * (images[:, 0, 0, :2].amin(1) - 0.8))
        return scores + 80 * way[:, None] * torch.eye(40)[17]


def test_many_classes_are_screened_and_only_some_searched_in_full():
    told: list[tuple[int, int]] = []
    images = torch.rand(20, 3, 6, 10, generator=torch.Generator().manual_seed(1))
    found = scan(
        Many(),
        None,
        images,
        (3, 6, 10),
        40,
        seed=0,
        budget=Budget(starts=4, most_screened=20, compared=8, pictures=12, full_steps=100),
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert found.margins is not None
    assert found.margins.best.argmax() == 17
    assert found.triggers is not None
    assert len(found.triggers.classes) == 8
    assert 17 in found.triggers.classes
    assert int(np.isfinite(found.triggers.screened).sum()) == 20
    assert found.triggers.shown == 17
    assert told[-1][0] == told[-1][1] == 40 * 4 + 20 + 8
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    decision = decide(from_part(to_part(found)))
    assert decision.margins is not None
    assert decision.margins.suspect == 17
    assert decision.margins.p_value < 0.01


def test_without_pictures_the_margin_alone_speaks():
    found = scan(Many(), None, None, (3, 6, 10), 40, seed=0, budget=QUICK)
    assert found.triggers is None
    assert found.layers is None
    assert any("no clean pictures" in note for note in found.notes)
    assert any("Lipschitzness does not apply" in note for note in found.notes)
    assert decide(found).verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (torch.rand(20, 3, 10, 6), "of the network's size"),
        (torch.rand(3, 3, 6, 10), "at least 8"),
        (torch.rand(20, 3, 6, 10) * 255, "between 0 and 1"),
        (torch.full((20, 3, 6, 10), torch.nan), "between 0 and 1"),
    ],
)
def test_pictures_that_do_not_fit_are_named(images, words):
    found = scan(Many(), None, images, (3, 6, 10), 40, seed=0, budget=QUICK)
    assert found.margins is not None
    assert found.triggers is None
    assert any(words in note for note in found.notes)


@pytest.mark.parametrize(
    ("network", "classes", "words"),
    [
        (lambda images: images.flatten(1)[:, :6] * torch.nan, 6, "not finite"),
        (lambda images: torch.zeros(len(images), 6), 6, "no gradient"),
        (lambda images: images.flatten(1)[:, :1], 1, "one class"),
        (lambda images: images.flatten(1)[:, :6], 7, "does not answer 7 scores"),
    ],
)
def test_networks_that_cannot_be_searched_are_inconclusive(network, classes, words):
    found = scan(network, None, None, (1, 8, 8), classes, seed=0, budget=QUICK)
    assert any(words in note for note in found.notes)
    assert decide(found).verdict is Verdict.INCONCLUSIVE


def test_what_is_imported_outside_needs_no_torch():
    import subprocess
    import sys

    program = "import sys, analysis.backdoors; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
