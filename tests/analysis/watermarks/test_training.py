"""Training is the same each time, leaves what it was given, and learns what it should."""

from typing import Any

import torch

from analysis.watermarks.removal import fresh
from analysis.watermarks.training import Data, Tuning, accuracy, answers, logits_of, tuned
from tests.analysis.watermarks.small import task, trained

FIT, HELD = task()


def state(network):
    return [each.clone() for each in network.state_dict().values()]


def same(one, other):
    return all(map(torch.equal, one, other))


def test_a_seed_gives_the_same_network_and_another_seed_another():
    first, again, other = (tuned(trained(1), FIT, Tuning(5, seed=seed)) for seed in (1, 1, 2))
    assert same(state(first), state(again))
    assert not same(state(first), state(other))


def test_the_network_that_was_given_stays():
    before = state(trained(1))
    found = tuned(trained(1), FIT, Tuning(5, rate=0.1))
    assert same(before, state(trained(1)))
    assert not same(before, state(found))
    assert not any(weight.requires_grad for weight in found.parameters())


def test_statistics_are_learnt_from_scratch_only():
    before = trained(1).norm.running_mean.clone()
    kept: Any = tuned(trained(1), FIT, Tuning(5))
    assert torch.equal(kept.norm.running_mean, before)
    found: Any = tuned(fresh(trained(1), 1), FIT, Tuning(5, from_scratch=True))
    assert float(found.norm.running_mean.abs().sum()) > 0
    assert not found.training


def test_it_learns_from_classes_and_from_probabilities():
    tuning = Tuning(120, rate=0.05, seed=2, from_scratch=True)
    soft = Data(FIT.images, torch.nn.functional.one_hot(FIT.labels, 6).float())
    assert accuracy(tuned(fresh(trained(1), 2), FIT, tuning), HELD) > 0.97
    assert accuracy(tuned(fresh(trained(1), 2), soft, tuning), HELD) > 0.97


def test_it_ends_when_it_is_done_and_changes_after_each_step():
    steps: list[int] = []
    changes: list[Any] = []

    def is_done(_: object, step: int) -> bool:
        steps.append(step)
        return step == 3

    tuned(trained(1), FIT, Tuning(50), after=changes.append, is_done=is_done)
    assert steps == [0, 1, 2, 3]
    assert len(changes) == 3


def test_another_loss_is_added():
    def small(network):
        return 10 * network.last.weight.square().sum()

    plain: Any
    less: Any
    plain, less = (tuned(trained(1), FIT, Tuning(10), more=more) for more in (None, small))
    assert less.last.weight.norm() < 0.97 * plain.last.weight.norm()


def test_each_round_shows_each_image_once_in_a_new_order():
    data = Data(torch.arange(10.0).reshape(10, 1, 1, 1), torch.arange(10))
    batches = data.batches(4, 0)
    rounds = [torch.cat([next(batches)[1] for _ in range(3)]).tolist() for _ in range(2)]
    assert sorted(rounds[0]) == sorted(rounds[1]) == list(range(10))
    assert rounds[0] != rounds[1]


def test_an_answer_that_is_no_number_is_none():
    class Broken(torch.nn.Module):
        def forward(self, images):
            found = torch.eye(3)[torch.arange(len(images)) % 3]
            found[1] = torch.nan
            return found

    assert answers(Broken(), FIT.images[:4]).tolist() == [0, -1, 2, 0]


def test_batches_do_not_change_answers():
    whole = logits_of(trained(1), HELD.images)
    assert torch.allclose(whole, logits_of(trained(1), HELD.images, 7), atol=1e-5)
