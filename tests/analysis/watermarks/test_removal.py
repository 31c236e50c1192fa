"""What may remove a mark does what it says, and leaves the network that it was given."""

from typing import Any

import pytest
import torch
from torch import nn

from analysis.watermarks.removal import distilled, fresh, pruned, quantised
from analysis.watermarks.training import Tuning, accuracy, answers
from tests.analysis.watermarks.small import task, trained

FIT, HELD = task()


def weights(network: Any) -> list[Any]:
    return [weight for weight in network.parameters() if weight.dim() >= 2]


def flat(network: Any) -> Any:
    return torch.cat([weight.flatten() for weight in weights(network)])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_pruning_takes_the_smallest_weights_of_the_whole_network(share):
    before, after = flat(trained(1)), flat(pruned(trained(1), share))
    gone = after == 0
    assert int(gone.sum()) == round(share * len(before))
    assert torch.equal(after[~gone], before[~gone])
    if share:
        assert before[gone].abs().max() <= before[~gone].abs().min()


def test_pruning_leaves_biases_and_the_network_that_was_given():
    before = [each.clone() for each in trained(1).parameters()]
    found = pruned(trained(1), 0.9)
    assert all(map(torch.equal, before, trained(1).parameters()))
    for one, other in zip(trained(1).parameters(), found.parameters(), strict=True):
        assert one.dim() >= 2 or torch.equal(one, other)


def test_equal_weights_are_pruned_as_many_as_asked_for():
    layer = nn.Linear(10, 10)
    nn.init.ones_(layer.weight)
    found: Any = pruned(layer, 0.3)
    assert int((found.weight == 0).sum()) == 30


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_shares_that_make_no_sense_are_refused(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        pruned(nn.Linear(2, 2), share)


def test_int8_leaves_256_values_an_output_and_little_error():
    found = quantised(trained(1))
    for before, after in zip(weights(trained(1)), weights(found), strict=True):
        for row, rounded in zip(before.flatten(1), after.flatten(1), strict=True):
            scale = row.abs().max() / 127
            whole = rounded / scale
            assert torch.allclose(whole, whole.round(), atol=1e-3)
            assert whole.abs().max() <= 127.001
            assert (row - rounded).abs().max() <= scale * 0.5001
    assert not torch.equal(flat(found), flat(trained(1)))
    assert accuracy(found, HELD) > 0.97


def test_outputs_without_weights_stay_zero():
    layer = nn.Linear(3, 2)
    nn.init.zeros_(layer.weight)
    found: Any = quantised(layer)
    assert torch.equal(found.weight, torch.zeros(2, 3))


def test_a_fresh_network_has_learnt_nothing():
    found: Any = fresh(trained(1), 7)
    assert accuracy(found, HELD) < 0.5
    assert torch.equal(flat(found), flat(fresh(trained(2), 7)))
    assert not torch.equal(flat(found), flat(fresh(trained(1), 8)))
    assert float(found.norm.running_mean.abs().sum()) == 0
    assert weights(found)[1].std() == pytest.approx((2 / (16 * 9)) ** 0.5, rel=0.1)


def test_random_numbers_of_others_are_left_alone():
    network = trained(1)
    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    fresh(network, 7)
    assert torch.equal(torch.rand(1), wanted)


def test_distillation_learns_from_answers_alone():
    tuning = Tuning(120, rate=0.05, seed=5, from_scratch=True)
    shuffled: Any = nn.Sequential(trained(1), nn.Linear(6, 6, bias=False))
    with torch.no_grad():
        shuffled[1].weight.copy_(torch.eye(6).roll(1, 0))
    found = distilled(shuffled.requires_grad_(False), FIT.images, tuning)
    agreed = answers(found, HELD.images) == (HELD.labels + 1) % 6
    assert float(agreed.double().mean()) > 0.9
