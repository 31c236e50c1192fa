"""The smallest trigger of each class: found where one was built in, the same in any batch."""

from functools import cache

import pytest
import torch

from analysis.backdoors import neural_cleanse
from analysis.backdoors.asking import Asked

SHAPE = (1, 6, 6)
CLASSES = tuple(range(6))
IMAGES = torch.rand(16, *SHAPE, generator=torch.Generator().manual_seed(0))


def network(images):
    """Each class has six pixels of its own; two of class 4 outweigh all others when they glow."""
    scores = images.flatten(1).reshape(-1, 6, 6).sum(2)
    glow = torch.sigmoid(40 * (images[:, 0, 4, :2].amin(1) - 0.9))
    return scores + 30 * glow[:, None] * torch.eye(6)[4]


@cache
def searched(classes: tuple[int, ...] = CLASSES, steps: int = 150, batch: int = 1000):
    asked = Asked(network, IMAGES, 6)
    return neural_cleanse.search(
        asked, IMAGES, torch.tensor(classes), steps=steps, seed=0, batch=batch
    )


def test_a_shortcut_is_found_and_is_the_smallest():
    found = searched()
    assert int(found.norms.argmin()) == 4
    assert found.norms[4] < 0.8 * found.norms[[0, 1, 2, 3, 5]].min()
    mask = found.masks[4, 0]
    assert mask[4, :2].sum() > 0.6 * mask.sum()
    assert (found.patterns[4, 0, 4, :2] > 0.8).all()


def test_triggers_do_what_they_are_said_to_do():
    found = searched()
    for target, mask, pattern, norm, success in zip(
        CLASSES, found.masks, found.patterns, found.norms, found.success, strict=True
    ):
        turned = network(IMAGES * (1 - mask) + mask * pattern).argmax(1) == target
        assert turned.float().mean() == success
        assert success >= 0.98
        assert mask.sum() == pytest.approx(norm.item(), rel=1e-5)


def test_the_batch_changes_nothing():
    whole, alone = searched(steps=12), searched(steps=12, batch=1)
    assert alone.norms.tolist() == pytest.approx(whole.norms.tolist(), rel=1e-3)
    some = searched((4, 1), steps=12)
    assert some.norms.tolist() == pytest.approx(whole.norms[[4, 1]].tolist(), rel=1e-3)


def test_more_steps_find_smaller_triggers():
    assert (searched().norms < searched(steps=40).norms).all()


def test_a_class_that_cannot_be_reached_needs_the_whole_picture():
    def never(images):
        scores = network(images)
        return torch.cat([scores[:, :5], scores[:, :1] - 100], 1)

    asked = Asked(never, IMAGES, 6)
    found = neural_cleanse.search(
        asked, IMAGES, torch.tensor(CLASSES), steps=20, seed=0, batch=1000
    )
    assert found.norms[5] == 36
    assert found.success[5] == 0


def test_of_triggers_that_work_the_smallest_is_kept():
    kept = neural_cleanse.Found(
        torch.tensor([4.0, 4.0]), torch.ones(2), torch.zeros(2, 1, 3, 3), torch.zeros(2, 3, 3, 3)
    )
    mask, pattern = torch.ones(2, 1, 3, 3), torch.ones(2, 3, 3, 3)
    neural_cleanse._keep(
        kept, torch.tensor([6.0, 3.0]), torch.ones(2), mask, pattern, torch.ones(2).bool()
    )
    assert kept.norms.tolist() == [4, 3]
    assert kept.masks.flatten(1).sum(1).tolist() == [0, 9]
    assert kept.patterns.flatten(1).sum(1).tolist() == [0, 27]
