"""Bets on means and ratios: the formulas, the table of what they cost, what always holds."""

import math
import os
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.contract import CheckError
from analysis.sequential.betting import OUTCOMES, Betting
from analysis.sequential.capitals import Capitals
from analysis.sequential.plan import Plan, Standing
from benchmarks import simulated_claims
from tests.analysis.sequential import slowly

COIN = ((0.0, 1.0), (1.0, 1.0))
EDGE = 1e-12


def shuffled(right: int, size: int, seed: int = 0) -> np.ndarray:
    scores = np.zeros(size)
    scores[:right] = 1
    return np.random.default_rng(seed).permutation(scores)


def plan(claim: float, tolerance: float, population: int, **options) -> Plan:
    low, high = claim - tolerance - EDGE, claim + tolerance + EDGE
    return Plan(claim, low, high, options.pop("span", (0.0, 1.0)), population, **options)


def judged(scores, asked: Plan, corners=COIN, pieces=(64,)) -> Betting:
    rows = scores[:, None] if scores.ndim == 1 else scores
    bets = Betting(asked, corners)
    at = turn = 0
    while at < len(rows):
        size = pieces[turn % len(pieces)]
        bets.add(rows[at : at + size])
        at, turn = at + size, turn + 1
    return bets


unit = st.floats(0, 1, allow_subnormal=False).map(lambda value: round(value, 9))
some_scores = st.one_of(
    st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60),
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=60),
)


@given(some_scores, unit, unit, st.sampled_from([20.0, 1000.0]), st.integers(0, 30))
def test_capitals_are_those_of_the_formulas(scores, null, expected, weight, more):
    population = len(scores) + more
    slow = slowly.log_capitals(scores, null, expected, weight, population)
    fast = Capitals(np.array([null]), np.array([weight]), population)
    path = []
    for at in range(0, len(scores), 7):
        path += fast.add(np.array([scores[at : at + 7]]), np.array([[expected]]))[0].tolist()
    # Nearer to a certain bound than floats can tell, neither is right or wrong.
    left = [population - t for t in range(len(scores))]
    rest = [population * null - sum(scores[:t]) for t in range(len(scores))]
    if all(abs(part) > 1e-6 and abs(part - whole) > 1e-6 for part, whole in zip(rest, left)):  # noqa: B905
        assert path == pytest.approx(slow, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(
    ("scores", "null", "expected"),
    [
        # One item, p = m + 0.1: the bet is 0.1 / (0.5 * 0.5) = 0.4, the capital 1 + 0.4 * 0.5.
        ([1.0], 0.5, math.log(1.2)),
        ([0.0], 0.5, math.log(0.8)),
        ([1.0], 0.7, 0.0),  # expects less than the value that it bets against: nothing is bet
        ([1.0] * 6, 0.5, math.inf),  # six of ten are there, the mean is above one half
    ],
)  # fmt: skip
def test_capitals_by_hand(scores, null, expected):
    bets = Capitals(np.array([null]), np.array([1e9]), 10)
    path = bets.add(np.array([scores]), np.array([[0.6]]))
    assert path[0, -1] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("truth", "claim", "tolerance", "size", "standing", "median"),
    [
        (0.90, 0.90, 0.02, 2_000, "inside", 1_065), (0.90, 0.90, 0.02, 10_000, "inside", 1_891),
        (0.90, 0.90, 0.01, 10_000, "inside", 5_030), (0.76, 0.76, 0.02, 10_000, "inside", 3_276),
        (0.89, 0.92, 0.02, 10_000, "below", 4_550), (0.87, 0.92, 0.02, 10_000, "below", 872),
        (0.85, 0.92, 0.02, 10_000, "below", 347), (0.80, 0.92, 0.02, 10_000, "below", 108),
        (0.60, 0.92, 0.02, 10_000, "below", 24),
    ],
)  # fmt: skip
def test_it_costs_what_is_known_of_these_bets(truth, claim, tolerance, size, standing, median):
    claims = simulated_claims.Claims(np.full(100, truth), np.full(100, claim), tolerance)
    scores = simulated_claims.ones(claims.means, size, np.random.default_rng(1))
    outcome, taken = simulated_claims.judge(scores, claims)
    assert np.median(taken) == pytest.approx(median, rel=0.2)
    names = [OUTCOMES[one] for one in outcome]
    assert names.count(Standing(standing)) >= 95


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 400),
    st.integers(0, 2**32),
    st.floats(0, 1),
    st.sampled_from([0.00513, 0.0207, 0.1013]),
)
def test_one_claim_is_judged_as_the_formulas_and_the_simulation_say(right, seed, claim, tolerance):
    scores = shuffled(right, 400, seed)
    asked = plan(claim, tolerance, 400)
    bets = judged(scores, asked)
    assert (str(bets.standing), bets.n) == slowly.verdict(
        scores.tolist(), claim, asked.low, asked.high, 400
    )
    claims = simulated_claims.Claims(np.array([right / 400]), np.array([claim]), tolerance)
    outcome, taken = simulated_claims.judge(scores[None], claims)
    assert taken[0] == bets.n
    if bets.standing is not Standing.OPEN:
        assert OUTCOMES[outcome[0]] is bets.standing


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 300), st.integers(0, 2**32), unit,
    st.lists(st.integers(1, 90), min_size=1, max_size=5),
)  # fmt: skip
def test_how_rows_are_cut_into_batches_changes_nothing(right, seed, claim, pieces):
    scores = shuffled(right, 300, seed)
    one, other = (judged(scores, plan(claim, 0.02, 300), pieces=way) for way in ((300,), pieces))
    assert (one.standing, one.n, one.looks) == (other.standing, other.n, other.looks)
    assert one.interval() == other.interval()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=5, max_size=200), st.integers(0, 2**32), unit
)  # fmt: skip
def test_at_the_end_of_a_split_the_interval_is_its_mean(scores, seed, claim):
    """Nearly: the interval is read from a grid, whose steps are 0.001, and rounded outwards."""
    drawn = np.random.default_rng(seed).permutation(np.array(scores))
    bets = judged(drawn, plan(claim, 0.01, len(drawn), may_stop=False))
    low, high = bets.interval()
    certain = drawn.mean()
    # What the level allows for may happen on the way, but what is certain at the end is certain.
    if bets.looks and all(look.low <= certain <= look.high for look in bets.looks):
        assert low - 1e-9 <= certain <= high + 1e-9
        assert high - low <= 0.0021


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=80), unit, st.integers(0, 40))
def test_an_interval_never_leaves_what_is_possible_and_never_grows(scores, claim, more):
    population = len(scores) + more
    bets = judged(np.array(scores), plan(claim, 0.02, population, may_stop=False), pieces=(5,))
    low, high = bets.interval()
    assert 0 <= low <= high <= 1
    ends = [(look.low, look.high) for look in bets.looks]
    for (low, high), (next_low, next_high) in pairwise(ends):
        assert low <= next_low <= next_high <= high


@pytest.mark.parametrize("truth", [0.5, 0.95])
def test_an_interval_holds_the_mean_at_every_look_as_often_as_it_says(truth):
    missed, runs, size = 0, 500 if os.environ.get("ASSAY_LONG") else 30, 200
    for seed in range(runs):
        scores = shuffled(round(truth * size), size, seed)
        looks = judged(scores, plan(truth - 0.03, 0.005, size, may_stop=False)).looks
        missed += any(not look.low <= truth <= look.high for look in looks)
    assert missed <= 0.05 * runs + 2.33 * math.sqrt(0.05 * 0.95 * runs)


def test_scores_of_any_range_are_brought_to_one():
    scores = shuffled(160, 200)
    plain = judged(scores, plan(0.5, 0.02, 200))
    span = (-3.0, 5.0)
    asked = plan(-3 + 8 * 0.5, 8 * 0.02, 200, span=span)
    wide = judged(-3 + 8 * scores, asked, ((-3.0, 1.0), (5.0, 1.0)))
    assert (wide.standing, wide.n) == (plain.standing, plain.n)
    assert wide.interval() == pytest.approx([-3 + 8 * end for end in plain.interval()], abs=0.01)


@pytest.mark.parametrize("broken", [math.nan, -0.1, 1.1, math.inf])
def test_a_score_that_cannot_be_is_no_verdict(broken):
    with pytest.raises(CheckError, match="more or less than"):
        judged(np.array([0.0, 1.0, broken]), plan(0.9, 0.02, 10))


# -- ratios of sums --------------------------------------------------------------------------------

F1_CORNERS = ((0.0, 0.0), (2.0, 2.0), (0.0, 1.0))  # (2 TP, 2 TP + FP + FN) of one sample


def f1_rows(seed: int, size: int = 2_000, errors: float = 0.1) -> np.ndarray:
    """Thirty per cent positives, each answer wrong with a probability."""
    generator = np.random.default_rng(seed)
    right = generator.random(size) < 0.3
    given_ = right ^ (generator.random(size) < errors)
    hits = 2.0 * (right & given_)
    return np.stack([hits, hits + (right ^ given_)], axis=1)


@pytest.mark.parametrize(
    ("off", "standing"), [(0.0, "inside"), (0.25, "below"), (-0.25, "above")]
)  # fmt: skip
def test_a_ratio_is_judged_exactly(off, standing):
    found = []
    for seed in range(10):
        rows = f1_rows(seed)
        truth = rows[:, 0].sum() / rows[:, 1].sum()
        bets = judged(rows, plan(truth + off, 0.03, len(rows)), F1_CORNERS)
        found.append(str(bets.standing))
        low, high = bets.interval()
        assert low <= truth + 1e-9
        assert truth <= high + 1e-9
        if off:
            assert bets.n < len(rows) / 2
    assert found.count(standing) >= 9


def test_a_ratio_on_the_very_edge_is_rarely_taken_for_what_it_is_not():
    wrong, runs = 0, 500 if os.environ.get("ASSAY_LONG") else 40
    for seed in range(runs):
        rows = f1_rows(seed, 300)
        truth = rows[:, 0].sum() / rows[:, 1].sum()
        # The truth lies just outside of what the claim holds for.
        bets = judged(rows, plan(truth - 0.05 - 1e-9, 0.05, 300), F1_CORNERS)
        wrong += bets.standing in (Standing.INSIDE, Standing.BELOW)
    assert wrong <= runs * 0.05 + 2.33 * math.sqrt(runs * 0.05 * 0.95)


def test_the_ratio_of_a_mean_is_the_mean():
    scores = shuffled(160, 200)
    rows = np.stack([scores, np.ones(200)], axis=1)
    one = judged(scores, plan(0.5, 0.02, 200))
    other = judged(rows, plan(0.5, 0.02, 200), COIN)
    assert (one.standing, one.n, one.interval()) == (other.standing, other.n, other.interval())


def test_an_error_rate_without_an_upper_bound_is_judged_around_its_claim():
    generator = np.random.default_rng(3)
    words = generator.integers(5, 20, 3_000).astype(float)
    errors = generator.binomial(words.astype(int), 0.4).astype(float)
    rows = np.stack([errors, words], axis=1)
    corners = ((0.0, 5.0), (0.0, 20.0), (20.0, 20.0), (5.0, 5.0))
    bets = judged(rows, plan(0.1, 0.005, 3_000, span=(0.0, math.inf)), corners)
    assert bets.standing is Standing.ABOVE
    assert bets.n < 300
