"""Batches that fit."""

import pytest

from analysis.loading.batching import Batches
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
    assert tried[0] == 8
    tried.clear()
    assert sum(found for _, found in batches.each([1] * 8, run)) == 8
    assert max(tried) <= 2


def test_one_item_that_does_not_fit_is_the_end():
    def run(places: list[int]) -> int:
        raise OutOfMemory("too much")

    with pytest.raises(OutOfMemory):
        list(Batches(budget=1, largest=1).each([5], run))
