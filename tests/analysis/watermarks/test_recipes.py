"""What follows from the salt, and the coin."""

from collections import Counter
from math import comb

import pytest
from scipy import stats

from analysis.watermarks.envelope import KeysError
from analysis.watermarks.recipes import Recipe, drawn_order, is_control
from tests.analysis.watermarks.small import OTHER, SALT


def test_half_of_the_keys_are_controls():
    found = is_control(SALT, 20)
    assert found.sum() == 10
    assert found.tolist() == is_control(SALT, 20).tolist()
    assert found.tolist() != is_control(OTHER, 20).tolist()


def test_any_half_is_as_likely_as_another():
    """Of keys of two kinds too: Fisher's test is exact for no other coin."""
    salts = [bytes([n // 256, n % 256]) * 16 for n in range(3_500)]
    found = Counter(tuple(is_control(salt, 8).tolist()) for salt in salts)
    assert len(found) == comb(8, 4)
    assert stats.chisquare(list(found.values())).pvalue > 1e-4


def test_sources_are_all_looked_at_in_an_order_of_the_salt():
    assert sorted(drawn_order(SALT, 50).tolist()) == list(range(50))
    assert drawn_order(SALT, 50).tolist() != drawn_order(OTHER, 50).tolist()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bits": 7}, "between 8 and 4,096"),
        ({"bits": 4_097}, "between 8 and 4,096"),
        ({"eps": 0}, "makes no sense"),
        ({"eps": float("nan")}, "makes no sense"),
        ({"rate": 2}, "makes no sense"),
        ({"weight": -1}, "makes no sense"),
        ({"weight": float("inf")}, "makes no sense"),
        ({"most_steps": 0}, "makes no sense"),
        ({"batch": 0}, "makes no sense"),
        ({"variants": 11}, "makes no sense"),
    ],
)
def test_recipes_that_make_no_sense_are_refused(change, words):
    with pytest.raises(KeysError, match=words):
        Recipe(**change)
