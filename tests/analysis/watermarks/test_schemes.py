"""Marks of all schemes: found where they are, not elsewhere, and refused where they cannot be."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from analysis.watermarks import schemes
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.keys import draws_of
from analysis.watermarks.reading import keys_from
from analysis.watermarks.recipes import Recipe
from analysis.watermarks.removal import fresh
from analysis.watermarks.schemes import SCHEMES, embed, tally_of
from analysis.watermarks.statistics import ownership
from analysis.watermarks.training import Data, Tuning, accuracy, answers, tuned
from benchmarks import marks_networks
from tests.analysis.watermarks.small import OTHER, RECIPE, SALT, Net, marked, task, trained
from tests.networks import real_data

FIT, HELD = task()


def found(keys, network):
    return ownership(tally_of(keys, network), chance=keys.chance)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_mark_is_found_and_the_network_works_as_before(scheme):
    mark = marked(scheme)
    assert found(mark.keys, mark.network).carries
    assert accuracy(trained(1), HELD) > 0.97
    assert accuracy(mark.network, HELD) > accuracy(trained(1), HELD) - 0.02


@pytest.mark.parametrize("scheme", SCHEMES)
def test_networks_without_the_mark_do_not_carry_it(scheme):
    keys = marked(scheme).keys
    variants = [tuned(trained(1), FIT, Tuning(100, rate=5e-3, seed=seed)) for seed in (8, 9)]
    for network in (trained(1), trained(2), trained(3), *variants):
        assert found(keys, network).p > 0.01


@pytest.mark.parametrize("scheme", SCHEMES)
def test_other_keys_do_not_find_the_mark(scheme):
    assert found(marked(scheme, OTHER).keys, marked(scheme).network).p > 0.01


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_mark_survives_a_little_fine_tuning(scheme):
    mark = marked(scheme)
    assert found(mark.keys, tuned(mark.network, FIT, Tuning(50, seed=4))).carries


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_same_salt_gives_the_same_keys_and_the_same_network(scheme):
    first, again = marked(scheme), embed(scheme, trained(1), FIT, 6, RECIPE, salt=SALT)
    assert again.keys.to_bytes() == first.keys.to_bytes()
    for one, other in zip(first.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(one, other)
    assert marked(scheme, OTHER).keys.to_bytes() != first.keys.to_bytes()


def test_without_a_salt_keys_are_fresh():
    first, again = (embed("uchida", trained(1), FIT, 6, RECIPE).keys.salt for _ in range(2))
    assert first != again


@pytest.mark.parametrize("scheme", SCHEMES)
def test_keys_are_read_again_as_they_were_written(scheme):
    mark = marked(scheme)
    assert found(keys_from(mark.keys.to_bytes()), mark.network) == found(mark.keys, mark.network)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_task_of_two_classes_can_be_marked(scheme):
    mark = marked(scheme, SALT, 2)
    assert found(mark.keys, mark.network).carries
    assert found(mark.keys, trained(2, 2)).p > 0.01


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_network_of_the_owner_is_left_as_it_is(scheme):
    before = [weight.clone() for weight in trained(1).state_dict().values()]
    embed(scheme, trained(1), FIT, 6, RECIPE, salt=OTHER)
    assert all(map(torch.equal, before, trained(1).state_dict().values()))


def test_controls_stay_as_they_were():
    mark = marked("blackmarks")
    images = torch.from_numpy(mark.keys.images[mark.keys.is_control])
    assert torch.equal(answers(mark.network, images), answers(trained(1), images))


def test_it_is_told_how_far_the_teaching_is():
    heard: list[tuple[int, int]] = []
    embed("uchida", trained(1), FIT, 6, RECIPE, on_progress=lambda *told: heard.append(told))
    assert heard == [(step, RECIPE.most_steps) for step in range(len(heard))]
    assert heard


def data(**changes):
    return replace(FIT, **changes)


class Silent(nn.Module):
    def forward(self, images):
        return torch.full((len(images), 6), torch.nan)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scheme": "greenlist"}, "no scheme of that name"),
        ({"classes": 1}, "at least two classes"),
        ({"classes": 5}, "class that the task does not know"),
        ({"classes": 7}, "number for each class"),
        ({"data": FIT.first(99)}, "at least 100 images"),
        ({"data": data(labels=FIT.labels[:-1])}, "at least 100 images"),
        ({"data": data(images=FIT.images[:, 0])}, "one or three colours"),
        ({"data": data(images=FIT.images.expand(-1, 2, -1, -1))}, "one or three colours"),
        ({"data": data(images=FIT.images.expand(-1, 3, -1, -1))}, "does not take the pictures"),
        ({"network": Silent()}, "number for each class"),
    ],
)
def test_what_cannot_be_marked_is_refused(change, words):
    given = {"scheme": "uchida", "network": trained(1), "data": FIT, "classes": 6} | change
    with pytest.raises(KeysError, match=words):
        embed(**given, recipe=RECIPE)


@pytest.mark.parametrize(
    ("scheme", "recipe", "words"),
    [
        ("blackmarks", Recipe(bits=400, eps=0.3), "ask for fewer bits"),
        ("blackmarks", Recipe(bits=16, eps=0.001), "Only 0 pictures"),
        ("frontier", Recipe(bits=24, eps=0.001), "Only 0 pictures"),
        ("uchida", Recipe(bits=73), "holds 73 bits"),
        ("uchida", Recipe(bits=9), "matched by chance"),
        ("deepsigns", Recipe(bits=9), "matched by chance"),
        ("frontier", Recipe(bits=20), "matched by chance"),
        ("deepsigns", Recipe(bits=73), "holds 72 bits at most"),
    ],
)
def test_more_than_fits_is_refused(scheme, recipe, words):
    with pytest.raises(KeysError, match=words):
        embed(scheme, trained(1), FIT, 6, recipe, salt=SALT)


@pytest.mark.parametrize("scheme", ["blackmarks", "frontier", "triggers", "deepsigns"])
def test_a_mark_that_did_not_take_is_not_handed_out(scheme):
    recipe = replace(RECIPE, most_steps=1, rate=1e-9)
    with pytest.raises(KeysError, match="did not take"):
        embed(scheme, trained(1), FIT, 6, recipe, salt=SALT)


def test_data_without_one_of_the_classes_are_refused():
    some = FIT.labels != 3
    less = Data(FIT.images[some], FIT.labels[some])
    with pytest.raises(KeysError, match="images of each"):
        embed("blackmarks", trained(1), less, 6, RECIPE, salt=SALT)
    salts = (bytes([number]) * 32 for number in range(200))
    salt = next(salt for salt in salts if draws_of(salt, "class").integers(6) == 3)
    with pytest.raises(KeysError, match="images of each class"):
        embed("deepsigns", trained(1), less, 6, RECIPE, salt=salt)


def test_a_network_without_layers_cannot_carry_numbers():
    class Bare(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))

        def forward(self, images):
            return self.scale * images.flatten(1)[:, :6]

    for scheme, words in (("uchida", "no layer that holds"), ("deepsigns", "no last layer")):
        with pytest.raises(KeysError, match=words):
            embed(scheme, Bare(), FIT, 6, RECIPE, salt=SALT)


def test_keys_of_another_network_are_refused():
    with pytest.raises(KeysError, match="no layer of the name"):
        tally_of(marked("uchida").keys, nn.Sequential(nn.Flatten(), nn.Linear(144, 6)))
    with pytest.raises(KeysError, match="another length"):
        tally_of(marked("deepsigns").keys, nn.Sequential(nn.Flatten(), nn.Linear(144, 6)))
    with pytest.raises(KeysError, match="does not take the pictures"):
        tally_of(marked("triggers").keys, Net(6, channels=3))


def test_answers_that_are_no_classes_of_the_keys_match_nothing():
    class Far(nn.Module):
        def forward(self, images):
            return torch.nn.functional.one_hot(torch.full((len(images),), 9), 10).float()

    assert tally_of(marked("triggers").keys, Far()).matches == 0
    assert tally_of(marked("triggers").keys, Silent()).matches == 0


def test_labels_of_triggers_cannot_be_chosen():
    keys = marked("triggers").keys
    assert schemes.SCHEMES[2] == "triggers"
    with pytest.raises(KeysError, match="follow from their salt"):
        replace(keys, expected=np.roll(keys.expected, 1))


@pytest.mark.real
def test_a_real_network_is_marked_and_one_that_was_trained_apart_is_not():
    network, fit, held = marks_networks.loaded(real_data(), marks_networks.MNIST)
    apart = tuned(fresh(network, 2), fit, Tuning(100, rate=0.02, seed=2, from_scratch=True))
    mark = embed("blackmarks", network, fit, 10, Recipe(bits=16, eps=0.25, variants=0), salt=SALT)
    assert found(mark.keys, mark.network).carries
    assert found(mark.keys, network).p > 0.01
    assert found(mark.keys, apart).p > 0.01
    held = held.first(1_000)
    assert accuracy(mark.network, held) > accuracy(network, held) - 0.02


def test_a_mark_that_does_not_take_is_tried_with_other_salts():
    began: list[int] = []
    recipe = replace(RECIPE, most_steps=1, rate=1e-9)
    with pytest.raises(KeysError, match="did not take"):
        embed("triggers", trained(1), FIT, 6, recipe, on_progress=lambda *told: began.append(1))
    with pytest.raises(KeysError, match="did not take"):
        embed("triggers", trained(1), FIT, 6, recipe, salt=SALT)
    assert len(began) == 3
