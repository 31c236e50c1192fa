"""Batches that fit."""

from itertools import count
from typing import Any

import numpy as np
import pytest
import torch

from analysis.contract import CheckError
from analysis.loading.batching import Batches, is_alike
from analysis.loading.foreign import OutOfMemory


def test_each_place_comes_once_and_the_longest_first():
    seen = list(Batches(budget=10, largest=3).each([1, 9, 2, 2, 4], lambda places: len(places)))
    assert seen == [([1], 1), ([4, 2], 2), ([3, 0], 2)]


def test_what_does_not_fit_is_tried_with_less_and_that_is_remembered():
    tried: list[int] = []

    def run(places: list[int]) -> int:
        tried.append(len(places))
        if len(places) > 2:
            raise OutOfMemory("too much")
        return len(places)

    batches = Batches(budget=100, largest=8)
    assert sum(found for _, found in batches.each([1] * 8, run)) == 8
    assert 8 in tried
    tried.clear()
    assert sum(found for _, found in batches.each([1] * 8, run)) == 8
    assert max(tried) <= 2


def test_one_item_that_does_not_fit_is_the_end():
    def run(places: list[int]) -> int:
        raise OutOfMemory("too much")

    with pytest.raises(OutOfMemory):
        list(Batches(budget=1, largest=1).each([5], run))


def test_a_network_that_answers_otherwise_the_second_time_is_not_measured():
    calls = count()
    batches = Batches(budget=100, largest=8)
    with pytest.raises(CheckError, match="asked the same thing twice"):
        list(batches.each([1, 2, 3], lambda places: np.full(len(places), float(next(calls)))))


def test_only_the_first_items_are_asked_for_twice():
    asked: list[int] = []
    batches = Batches(budget=100, largest=8)
    for _ in range(2):
        list(batches.each([1] * 20, lambda places: asked.extend(places)))
    assert len(asked) == 48


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ([1.0, 2.0], [1.0, 2.000001], True),
        ([1.0, 2.0], [1.0, 2.5], False),
        (torch.ones(3), torch.ones(3), True),
        (torch.ones(3), torch.ones(4), False),
        (np.array([np.nan]), np.array([np.nan]), True),
        (np.array([1, 2]), np.array([1, 3]), False),
        (["a", None], ["a", None], True),
        (["a"], ["b"], False),
        ({"x": (1.0, "a")}, {"x": (1.0, "a")}, True),
        ({"x": 1.0}, {"y": 1.0}, False),
    ],
)
def test_what_is_alike(first: Any, second: Any, alike: bool):
    assert is_alike(first, second) is alike
