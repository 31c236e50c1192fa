"""Ranks with ties."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rankings import Measured, are_apart, newcombe, ranked

VALUES = st.floats(0, 1).map(lambda value: round(value, 3))
ENTRIES = st.lists(
    st.builds(
        lambda value, wide, n: (value, max(0, value - wide), min(1, value + wide), n),
        VALUES, st.floats(0, 0.2), st.integers(20, 20_000) | st.none(),
    ),
    max_size=12,
).map(lambda rows: [Measured(key, *row) for key, row in enumerate(rows)])  # fmt: skip
METRICS = st.sampled_from(["accuracy", "f1"])


def words(entries, **options):
    return [one.words for one in ranked(entries, **options)]


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        ((56, 70), (48, 80), [0.0524, 0.3339]),
        ((9, 10), (3, 10), [0.1705, 0.8090]),
        ((6, 7), (2, 7), [0.0582, 0.8062]),
        ((5, 56), (0, 29), [-0.0381, 0.1926]),
        ((0, 10), (0, 20), [-0.1611, 0.2775]),
        ((0, 10), (0, 10), [-0.2775, 0.2775]),
        ((10, 10), (0, 20), [0.6791, 1.0]),
        ((10, 10), (0, 10), [0.6075, 1.0]),
    ],
    ids="abcdefgh",
)
def test_newcombe_gives_the_figures_of_the_paper(first, second, ends):
    """Table II, method 10, examples (a) to (h)."""
    found = newcombe(first[0] / first[1], first[1], second[0] / second[1], second[1])
    assert [round(end, 4) for end in found] == ends


def test_shares_of_few_samples_tie_and_those_of_many_do_not():
    few = [Measured(1, 0.92, n=200), Measured(2, 0.90, n=200), Measured(3, 0.5, n=200)]
    assert words(few, metric="accuracy") == ["1–2", "1–2", "3"]
    many = [Measured(1, 0.92, n=20_000), Measured(2, 0.90, n=20_000)]
    assert words(many, metric="accuracy") == ["1", "2"]


def test_a_tie_is_no_group_where_the_ends_are_apart():
    chain = [Measured(1, 0.9, 0.86, 0.94), Measured(2, 0.85, 0.81, 0.89)]
    chain.append(Measured(3, 0.8, 0.76, 0.84))
    assert words(chain, metric="f1") == ["1–2", "1–3", "2–3"]


def test_less_is_better_where_the_metric_says_so():
    found = ranked(
        [Measured(1, 12.0, 11.5, 12.5), Measured(2, 4.0, 3.9, 4.1)],
        metric="perplexity",
        higher_is_better=False,
    )
    assert [(one.measured.key, one.words) for one in found] == [(2, "1"), (1, "2")]


def test_what_is_no_number_has_no_rank():
    assert words([Measured(1, math.nan), Measured(2, 0.5)]) == ["1"]


def test_the_best_is_held_against_each_of_the_others():
    best = Measured(1, 0.92, n=200)
    others = [Measured(2, 0.90, n=200), Measured(3, 0.5, n=200)]
    assert are_apart(best, others, metric="accuracy", higher_is_better=True) == [False, True]


@given(ENTRIES, METRICS)
def test_a_rank_is_possible_and_its_range_holds_its_place(entries, metric):
    found = ranked(entries, metric=metric)
    for place, one in enumerate(found, 1):
        assert 1 <= one.first <= place <= one.last <= len(found)


@given(ENTRIES, METRICS)
def test_ranks_turn_round_with_the_direction(entries, metric):
    upwards = {one.measured.key: one for one in ranked(entries, metric=metric)}
    downwards = ranked(entries, metric=metric, higher_is_better=False)
    for one in downwards:
        other = upwards[one.measured.key]
        assert (one.first, one.last) == (
            len(entries) + 1 - other.last,
            len(entries) + 1 - other.first,
        )


@given(st.floats(0, 1), st.integers(1, 10_000), st.floats(0, 1), st.integers(1, 10_000))
def test_the_interval_of_a_difference_holds_it_and_turns_with_it(p1, n1, p2, n2):
    low, high = newcombe(p1, n1, p2, n2)
    assert -1.0000001 <= low <= p1 - p2 <= high <= 1.0000001
    turned = newcombe(p2, n2, p1, n1)
    assert math.isclose(turned[0], -high, abs_tol=1e-9)
    assert math.isclose(turned[1], -low, abs_tol=1e-9)
