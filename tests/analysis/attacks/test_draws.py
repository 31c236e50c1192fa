"""Draws: uniform, independent of the batch, and other for any other purpose."""

import numpy as np
import pytest
import torch
from scipy import stats

from analysis.attacks import draws

IDS = torch.arange(400)


@pytest.mark.parametrize("seed", [0, 1, -5, 2**62])
def test_numbers_are_distributed_as_they_should_be(seed):
    found = draws.uniform(seed, IDS, 3, 500)
    assert found.dtype == torch.float32
    assert found.min() >= 0
    assert found.max() < 1
    assert stats.kstest(found.flatten().numpy(), "uniform").pvalue > 1e-4
    found = draws.normal(seed, IDS, 3, 501)
    assert found.shape == (400, 501)
    assert stats.kstest(found.flatten().numpy(), "norm").pvalue > 1e-4


def test_an_image_has_its_numbers_in_any_batch():
    whole = draws.uniform(7, IDS, 5, 20)
    some = torch.tensor([17, 3, 399])
    assert torch.equal(draws.uniform(7, some, 5, 20), whole[some])
    steps = torch.tensor([5, 6, 5])
    mixed = draws.uniform(7, some, steps, 20)
    assert torch.equal(mixed[[0, 2]], whole[some[[0, 2]]])
    assert torch.equal(mixed[1], draws.uniform(7, some, 6, 20)[1])
    assert torch.equal(draws.uniform(7, some, 5, 9), whole[some][:, :9])


def test_seeds_images_steps_places_and_streams_are_independent():
    base = draws.uniform(1, IDS, 1, 500)
    others = {
        "seed": draws.uniform(2, IDS, 1, 500),
        "image": draws.uniform(1, IDS + 1, 1, 500),
        "step": draws.uniform(1, IDS, 2, 500),
        "stream": draws.uniform(1, IDS, 1, 500, stream=1),
        "place": base.roll(1, 1),
    }
    for name, other in others.items():
        together = np.corrcoef(base.flatten().numpy(), other.flatten().numpy())[0, 1]
        assert abs(together) < 4 / base.numel() ** 0.5, (name, together)
    # Neighbouring images share no numbers, though their keys lie side by side.
    shared = np.intersect1d(base[0].numpy(), base[1].numpy())
    assert len(shared) <= 2
    assert abs(np.corrcoef(base[:-1].flatten(), base[1:].flatten())[0, 1]) < 4 / 446
