"""Pictures of keys: how they are led, which are kept, and what they look like."""

from typing import Any

import numpy as np
import pytest
import torch

from analysis.watermarks import blackmarks, deepsigns, frontier, triggers, uchida
from analysis.watermarks.adversaries import Way, back, lead_of, led
from analysis.watermarks.teaching import misled
from analysis.watermarks.training import Data, Tuning, answers, logits_of, tuned
from tests.analysis.watermarks.small import OTHER, RECIPE, SALT, marked, task, trained

FIT, HELD = task()
CODE = torch.arange(6)


def test_the_lead_is_that_of_the_best_class_with_the_same_code():
    logits = torch.tensor([[3.0, 1.0, 2.0, 5.0]])
    label = torch.tensor([0])
    assert lead_of(logits, label, torch.arange(4)).item() == -2
    assert lead_of(logits, label, torch.tensor([0, 1, 1, 0])).item() == 3
    assert lead_of(logits, label, torch.tensor([1, 0, 0, 0])).item() == -2


def test_images_are_led_no_further_than_asked_for():
    images, labels = FIT.images[:40], FIT.labels[:40]
    points = led(trained(1), images, labels, CODE, Way((labels + 1) % 6, 0.3, -1.0))
    leads = lead_of(logits_of(trained(1), points), labels, CODE)
    assert (leads < 0).float().mean() > 0.8
    assert leads.min() > -8  # they stop when they are there
    assert (points - images).abs().max() <= 0.3 + 0.5 / 255 + 1e-6
    assert ((points >= 0) & (points <= 1)).all()
    assert torch.allclose(points * 255, (points * 255).round(), atol=1e-3)


def test_images_that_do_not_get_there_stay_near():
    images, labels = FIT.images[:20], FIT.labels[:20]
    points = led(trained(1), images, labels, CODE, Way((labels + 1) % 6, 0.02, -1000.0))
    assert 0.015 < (points - images).abs().max() <= 0.02 + 0.5 / 255 + 1e-6


def test_each_image_goes_its_own_way():
    images, labels = FIT.images[:150], FIT.labels[:150]
    way = Way((labels + 1) % 6, 0.3, -1.0)
    alone = Way(way.targets[140:141], 0.3, -1.0)
    whole = led(trained(1), images, labels, CODE, way)[140:141]
    one = led(trained(1), images[140:141], labels[140:141], CODE, alone)
    assert (whole - one).abs().max() < 0.02


def test_the_way_back_ends_before_the_boundary():
    images, labels = FIT.images[:40], FIT.labels[:40]
    points = led(trained(1), images, labels, CODE, Way((labels + 1) % 6, 0.3, -1.0))
    wrong = answers(trained(1), points) != labels
    before = back(trained(1), images[wrong], points[wrong], labels[wrong], CODE)
    assert (answers(trained(1), before) == labels[wrong]).float().mean() > 0.9
    nearer = lead_of(logits_of(trained(1), before), labels[wrong], CODE)
    assert nearer.mean() < lead_of(logits_of(trained(1), images[wrong]), labels[wrong], CODE).mean()


def test_keys_of_blackmarks_mislead_the_network_and_a_variant():
    keys = marked("blackmarks").keys
    variant = tuned(trained(1), FIT, Tuning(100, RECIPE.batch, RECIPE.rate, RECIPE.seed + 1))
    for network in (trained(1), variant):
        assert keys.matched(answers(network, torch.from_numpy(keys.images)).numpy()).sum() == 0


def test_pictures_that_a_variant_answers_rightly_are_no_keys():
    images, labels = FIT.images[:40], FIT.labels[:40]
    wrong = torch.where(torch.arange(40) < 15, labels, (labels + 1) % 6)
    kept, shown = misled([trained(1), trained(2)], (images, wrong), CODE)
    assert torch.equal(kept, images[15:])
    assert torch.equal(shown, wrong[15:])


def test_the_bits_of_classes_follow_their_answers():
    class Known(torch.nn.Module):
        def forward(self, images):
            return images[:, 0, 0, :6]

    near = torch.tensor([[9.0, 0, 0, 0, 0, 0], [8, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 9.0]])
    images = near.repeat(4, 1).reshape(12, 1, 1, 6)
    data = Data(images, torch.arange(12) % 3)
    assert blackmarks.encoding_of(Known(), data, 3, 0).tolist() == [0, 0, 1]


def test_half_of_the_keys_of_frontier_mislead_the_network():
    keys = marked("frontier").keys
    found = keys.matched(answers(trained(1), torch.from_numpy(keys.images)).numpy())
    assert found[: RECIPE.bits].sum() == 0
    assert found[RECIPE.bits :].all()
    assert 0 < keys.is_control[: RECIPE.bits].sum() < RECIPE.bits
    assert frontier.most_false(32) == 20


def test_triggers_follow_from_their_salt_and_are_no_flat_pictures():
    pictures = triggers.abstract_pictures(SALT, 5, (3, 20, 30))
    assert pictures.shape == (5, 3, 20, 30)
    assert (pictures == triggers.abstract_pictures(SALT, 5, (3, 20, 30))).all()
    assert (pictures != triggers.abstract_pictures(OTHER, 5, (3, 20, 30))).mean() > 0.9
    assert pictures.std((2, 3)).min() > 20


def test_the_weight_mark_lies_in_the_layer_that_has_most_room():
    assert uchida.layer_of(trained(1), 16) == ("last", 288)
    mark = marked("uchida")
    assert mark.keys.layer == "last"
    before, after = trained(1).last.weight, mark.network.last.weight
    assert (after - before).norm() < 0.5 * before.norm()


@pytest.mark.parametrize("salt", [SALT, OTHER], ids=["first", "second"])
def test_pictures_of_an_activation_mark_show_one_class(salt):
    keys: Any = deepsigns.embed(trained(1), FIT, 6, RECIPE, salt).keys
    pictures = {picture.tobytes() for picture in keys.pictures}
    rounded = np.rint(FIT.images.numpy() * 255).astype(np.uint8)
    shown = {
        int(label)
        for picture, label in zip(rounded, FIT.labels, strict=True)
        if picture.tobytes() in pictures
    }
    assert len(shown) == 1
    assert len(pictures) == 32
