"""Preconditions: each obstacle is named, and says what may still be concluded."""

import sys

import pytest
import torch

from analysis.attacks.engine import Outcome, attack
from analysis.attacks.network import Passes
from analysis.attacks.preconditions import Effect, examine, masking
from analysis.attacks.search import Threat
from analysis.contract import CheckError
from tests.analysis.attacks.networks import Small, images

THREAT = Threat("Linf", 0.1)
PIXELS = images(12)


def found_in(network, pixels=PIXELS, threat=THREAT):
    found = examine(network, pixels, threat)
    return {flag.name: flag.effect for flag in found.flags}, found


def test_a_sound_network_has_no_flags():
    flags, found = found_in(Small(10))
    assert flags == {}
    assert found.effect == Effect.NOTHING


@pytest.mark.parametrize("pixels", [PIXELS * 255, PIXELS - 0.5, PIXELS * torch.nan])
def test_images_must_lie_between_0_and_1(pixels):
    assert found_in(Small(10), pixels)[0] == {"range": Effect.NO_VERDICT}


class Noisy:
    def __init__(self):
        self.small, self.calls = Small(10), 0

    def __call__(self, pixels):
        self.calls += 1
        return self.small(pixels) + 1e-2 * torch.sin(torch.arange(10) + float(self.calls))


def test_a_randomised_network_needs_the_version_for_it():
    assert found_in(Noisy())[0] == {"randomised": Effect.NO_VERDICT}
    rand = Threat("Linf", 0.1, "rand")
    assert found_in(Noisy(), threat=rand)[0] == {"randomised": Effect.BREAKS_ONLY}


def test_an_answer_must_not_depend_on_the_neighbours():
    small = Small(10)
    flags, found = found_in(lambda pixels: small(pixels - pixels.mean(0)))
    assert flags["batch"] == Effect.NO_VERDICT
    assert found.effect == Effect.NO_VERDICT


def test_probabilities_are_attacked_as_logits():
    small = Small(10)
    flags, found = found_in(lambda pixels: small(pixels).softmax(1))
    assert flags == {"probabilities": Effect.NOTHING}
    logits, own = found.network(PIXELS), small(PIXELS)
    assert torch.allclose(logits - logits[:, :1], own - own[:, :1], atol=1e-3)


def test_networks_without_gradients_are_named():
    small = Small(10)

    def rounding(pixels):
        return small((pixels * 255).round() / 255)

    flags, _ = found_in(rounding)
    assert flags == {"no-gradient": Effect.BREAKS_ONLY}

    def no_number(pixels):
        return small(pixels) + 0 * (pixels[:, 0, 0, :1] - pixels[:, 0, 0, :1]).sqrt()

    assert found_in(no_number)[0] == {"no-gradient": Effect.BREAKS_ONLY}


def test_networks_that_take_bytes_only_are_named():
    small = Small(10)

    def network(pixels):
        if pixels.dtype != torch.uint8:
            raise TypeError("bytes, please")
        return small(pixels / 255)

    assert found_in(network)[0] == {"whole-numbers": Effect.NO_VERDICT}

    def broken(pixels):
        raise TypeError("never")

    with pytest.raises(CheckError, match="never"):
        found_in(broken)


@pytest.mark.parametrize("way", ["grad", "backward"])
def test_networks_that_use_gradients_while_they_answer_are_named(way):
    small = Small(10)

    def network(pixels):
        with torch.enable_grad():
            free = pixels.detach().requires_grad_()
            lead = small(free).amax()
            if way == "grad":
                (slope,) = torch.autograd.grad(lead, free)
            else:
                lead.backward()
                slope = free.grad
        return small(pixels - 1e-6 * slope.sign())

    before = sys.getprofile()
    assert found_in(network)[0] == {"dynamic": Effect.BREAKS_ONLY}
    assert sys.getprofile() is before


def test_logits_far_apart_are_said_and_do_no_harm():
    small = Small(10, scale=6e4)
    flags, _ = found_in(small)
    assert flags == {"logit-scale": Effect.NOTHING}
    labels, ids = small(PIXELS).argmax(1), torch.arange(12)
    same = attack(Small(10), PIXELS, labels, ids, Threat("Linf", 0.02))
    large = attack(small, PIXELS, labels, ids, Threat("Linf", 0.02))
    assert 0 < int(same.robust.sum()) < 12
    assert torch.equal(same.robust, large.robust)


def test_answers_that_are_no_numbers_are_no_basis():
    small = Small(10)
    flags, found = found_in(lambda pixels: small(pixels) / 0)
    assert flags["not-finite"] == Effect.NO_VERDICT
    assert found.effect == Effect.NO_VERDICT


@pytest.mark.parametrize(("classes", "words"), [(2, "plain"), (3, "targeted"), (5, "fewer")])
def test_few_classes_are_said(classes, words):
    flags, found = found_in(Small(classes))
    assert flags == {"few-classes": Effect.NOTHING}
    assert words in found.flags[0].sentence


def outcome_of(broken_by):
    broken_by = torch.tensor(broken_by)
    pixels = torch.zeros(len(broken_by), 1, 2, 2)
    return Outcome(
        ("apgd-ce", "square"), broken_by < 0, broken_by, pixels, torch.zeros(len(broken_by), 2),
        torch.zeros(len(broken_by), dtype=torch.int64), {"clean": Passes()},
    )  # fmt: skip


def test_square_that_finds_more_is_a_sign_of_masked_gradients():
    assert masking(outcome_of([0] * 500 + [-1] * 499 + [1])) is None
    flag = masking(outcome_of([0] * 500 + [-1] * 497 + [1] * 3))
    assert flag is not None
    assert flag.effect == Effect.BREAKS_ONLY
    assert "0.3 %" in flag.sentence
    none = outcome_of([1, 1])
    none.attacks = ("apgd-ce", "apgd-t")
    assert masking(none) is None
