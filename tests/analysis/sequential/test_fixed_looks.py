"""Metrics that are no means: looks, what they spend, and what a bootstrap says at each."""

import math
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
from scipy import stats

from analysis import sequential
from analysis.contract import CheckError
from analysis.scoring import Form, Undefined
from analysis.scoring.numbers import Correlation
from analysis.sequential import Plan, Standing, bootstrap
from analysis.sequential.betting import Betting
from analysis.sequential.fixed_looks import FRACTIONS, FixedLooks, spent


class Scored:
    """A scorer over rows that are there already."""

    form: ClassVar[Form] = Form.SUMS
    library: ClassVar[str] = "numpy"
    signature = "test"
    bounds = (0.0, 1.0)
    extremes: tuple[tuple[float, float], ...] = ()

    def rows(self, answers):
        return answers

    def value(self, rows):
        return float(self.values(rows.sum(axis=0)[None])[0])

    def values(self, sums):
        raise NotImplementedError

    def interval(self, rows, population, confidence=0.95):
        return None


class Deviation(Scored):
    """The standard deviation of x, from the sums of 1, x and x²."""

    def values(self, sums):
        return np.sqrt(np.maximum(sums[:, 2] / sums[:, 0] - (sums[:, 1] / sums[:, 0]) ** 2, 0))


class Undecided(Deviation):
    def value(self, rows):
        if len(rows) < 1_000:
            raise Undefined("Too few.")
        return super().value(rows)


class Area(Scored):
    """The area under the ROC curve, which no sums give."""

    form: ClassVar[Form] = Form.WHOLE

    def value(self, rows):
        ranks, right = rows[:, 0].argsort().argsort() + 1, rows[:, 1] > 0
        positives, negatives = right.sum(), (~right).sum()
        if not positives or not negatives:
            raise Undefined("One class only.")
        over = ranks[right].sum() - positives * (positives + 1) / 2
        return float(over / (positives * negatives))


def moments(seed: int, n: int) -> np.ndarray:
    x = np.random.default_rng(seed).gamma(4.0, size=n)
    return np.stack([np.ones(n), x, x * x], axis=1)


def ranked(seed: int, n: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    right = generator.random(n) < 0.4
    return np.stack([generator.normal(size=n) + 1.5 * right, right], axis=1)


def plan(claim: float, tolerance: float, population: int, **options) -> Plan:
    low, high = claim - tolerance, claim + tolerance
    return Plan(claim, low, high, options.pop("span", (0.0, 10.0)), population, **options)


def drawn(scorer, rows, population, seed) -> tuple[float, float]:
    ends = bootstrap.interval(scorer, rows, population, 0.05, seed)
    assert ends is not None
    return ends


def test_the_looks_spend_the_level_and_no_more():
    parts = [spent(at, 0.05) for at in (0.0, *FRACTIONS, 1.0)]
    increments = [round(b - a, 4) for a, b in pairwise(parts)]
    assert increments == [0.0041, 0.0038, 0.0068, 0.0114, 0.0133, 0.0105]
    assert parts[-1] == pytest.approx(0.05)


def test_a_look_is_taken_at_its_place_however_the_rows_come():
    rows, found = moments(0, 6_000), []
    for size in (1, 6_000, 256):
        size = max(size, 50)
        looks = FixedLooks(plan(5.0, 0.1, 6_000), Deviation())
        for start in range(0, 6_000, size):
            looks.add(rows[start : start + size])
        found.append((looks.standing, looks.n, looks.looks))
    assert found[0] == found[1] == found[2]
    assert (found[0][0], found[0][1]) == (Standing.BELOW, 300)


@pytest.mark.parametrize(
    ("claim", "tolerance", "standing"),
    [(2.0, 0.15, "inside"), (2.6, 0.15, "below"), (1.4, 0.15, "above"), (2.1, 0.1, "open")],
)
def test_a_claim_is_decided_at_the_look_that_tells(claim, tolerance, standing):
    looks = FixedLooks(plan(claim, tolerance, 6_000), Deviation())
    looks.add(moments(1, 5_999))
    assert str(looks.standing) == standing
    decided = [look for look in looks.looks if look.n == looks.n]
    if standing != "open":
        assert decided == looks.looks[-1:]
        assert looks.n < 5_999


def test_a_run_that_reads_on_looks_but_never_stops():
    looks = FixedLooks(plan(5.0, 0.1, 6_000, may_stop=False), Deviation())
    looks.add(moments(1, 5_000))
    assert (looks.standing, looks.n) == (Standing.OPEN, 5_000)
    assert [look.n for look in looks.looks] == [300, 600, 1_200, 2_400, 4_200]
    low, high = looks.interval()
    assert low < 2.0 < high
    assert looks.looks[-1].n == 5_000


def test_too_few_rows_are_no_look():
    looks = FixedLooks(plan(5.0, 0.1, 500), Deviation())
    looks.add(moments(1, 340))
    assert [look.n for look in looks.looks] == [200]


def test_a_look_without_a_value_decides_nothing_and_later_ones_do():
    looks = FixedLooks(plan(5.0, 0.1, 6_000), Undecided())
    looks.add(moments(1, 5_000))
    assert (looks.standing, looks.n) == (Standing.BELOW, 1_200)


def test_without_any_value_an_interval_is_all_that_can_be():
    looks = FixedLooks(plan(5.0, 0.1, 6_000), Undecided())
    looks.add(moments(1, 900))
    assert looks.interval() == (0.0, 10.0)


@pytest.mark.parametrize("n", [60, 1_000])
def test_the_bootstrap_is_that_of_scipy(n):
    """The same method on the same rows: ends agree within a tenth of the width."""
    rows = moments(2, n)
    low, high = drawn(Deviation(), rows, n, 1)

    def deviation(x, axis):
        return np.std(x, axis=axis)

    reference = stats.bootstrap(
        (rows[:, 1],), deviation, n_resamples=9_999, method="BCa", vectorized=True,
        rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    width = reference.high - reference.low
    assert abs(low - reference.low) < width / 10
    assert abs(high - reference.high) < width / 10


def test_groups_of_rows_vary_as_rows_do():
    """With more rows than groups the width is that of the formula for a variance of the gamma."""
    n = 20_000
    low, high = drawn(Deviation(), moments(3, n), n, 1)
    # Var(s) = (m4 - v²) / (4 v n), with v = 4 and m4 = 3 v² + 6 v of the gamma of shape 4.
    error = math.sqrt((48 + 24 - 16) / (4 * 4 * n))
    assert (high - low) / (2 * 1.96) == pytest.approx(error, rel=0.12)


@pytest.mark.parametrize("form", [Deviation, Area])
def test_the_whole_lies_inside_as_often_as_it_should(form):
    missed, runs, n, population = 0, 60, 300, 1_000
    for seed in range(runs):
        rows = moments(seed, population) if form is Deviation else ranked(seed, population)
        ends = drawn(form(), rows[:n], population, seed)
        missed += not ends[0] <= form().value(rows) <= ends[1]
    assert 1 <= missed <= 0.05 * runs + 2.6 * math.sqrt(0.05 * 0.95 * runs)


def test_the_finite_population_narrows_it():
    rows = moments(4, 1_000)
    whole = drawn(Deviation(), rows, 1_000, 1)
    part = drawn(Deviation(), rows, 2_000, 1)
    assert (part[1] - part[0]) / (whole[1] - whole[0]) == pytest.approx(math.sqrt(0.5), rel=0.01)


def test_the_same_seed_gives_the_same_interval_and_another_one_another():
    one, same, other = (
        bootstrap.interval(Deviation(), moments(5, 500), 500, 0.05, seed) for seed in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.parametrize(
    ("scorer", "rows"),
    [
        (Deviation(), np.zeros((50, 3))),  # nothing over nothing
        (Deviation(), moments(0, 1)),
        (Area(), np.ones((50, 2))),  # one class
        (Area(), np.stack([np.arange(50.0), np.arange(50) == 7], axis=1)),  # draws without it
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_has_no_value_has_no_interval(scorer, rows):
    assert bootstrap.interval(scorer, rows, len(rows), 0.05, 1) is None


def test_constant_rows_have_an_interval_of_no_width():
    rows = np.tile([1.0, 2.0, 4.0], (300, 1))
    assert bootstrap.interval(Deviation(), rows, 300, 0.05, 1) == (0.0, 0.0)


def test_a_formula_is_asked_at_the_level_of_the_look():
    generator = np.random.default_rng(0)
    right = generator.normal(size=4_000)
    rows = np.stack([right + 0.7 * generator.normal(size=4_000), right], axis=1)
    looks = FixedLooks(plan(0.99, 0.005, 4_000, span=(-1.0, 1.0)), Correlation("spearman"))
    looks.add(rows)
    (first,) = looks.looks
    assert first.n == 200
    alpha = spent(0.05, 0.05)
    expected = Correlation("spearman").interval(rows[:200], 4_000, 1 - alpha)
    assert (first.low, first.high) == expected


def test_constant_answers_have_no_correlation_and_do_not_crash():
    rows = np.stack([np.ones(1_000), np.arange(1_000.0)], axis=1)
    looks = FixedLooks(plan(0.8, 0.005, 1_000, span=(-1.0, 1.0)), Correlation("pearson"))
    looks.add(rows)
    assert (looks.standing, looks.looks) == (Standing.OPEN, [])
    with pytest.raises(CheckError):
        Correlation("pearson").value(rows)


@pytest.mark.parametrize(
    ("form", "bounds", "extremes", "kind"),
    [
        (Form.MEAN, (0.0, 1.0), (), Betting),
        (Form.MEAN, (0.0, math.inf), (), FixedLooks),
        (Form.RATIO, (0.0, 1.0), ((0.0, 0.0), (1.0, 1.0)), Betting),
        (Form.RATIO, (0.0, 1.0), (), FixedLooks),
        (Form.SUMS, (0.0, 1.0), (), FixedLooks),
        (Form.WHOLE, (0.0, 1.0), (), FixedLooks),
    ],
)
def test_bounded_means_and_ratios_are_bet_upon(form, bounds, extremes, kind):
    scorer = Scored()
    scorer.form, scorer.bounds, scorer.extremes = form, bounds, extremes  # type: ignore[misc]
    assert type(sequential.begin(scorer, plan(0.5, 0.01, 1_000))) is kind


class Plain(Scored):
    """A mean, or a ratio."""

    def __init__(self, form):
        self.form = form  # type: ignore[misc]

    def value(self, rows):
        return float(rows[:, 0].sum() / (rows[:, 1].sum() if rows.shape[1] > 1 else len(rows)))

    def values(self, sums):
        assert self.form is Form.RATIO, "a mean needs no help"
        return sums[:, 0] / sums[:, 1]


@pytest.mark.parametrize("form", [Form.MEAN, Form.RATIO])
def test_means_and_ratios_are_drawn_again(form):
    x = np.random.default_rng(0).random(500)
    rows = x[:, None] if form is Form.MEAN else np.stack([x, np.full(500, 2.0)], axis=1)
    ends = sequential.fixed_sample(Plain(form), rows, 0)
    factor = 1 if form is Form.MEAN else 2
    half = 1.96 * x.std() / math.sqrt(500) / factor
    centre = x.mean() / factor
    assert ends == pytest.approx((centre - half, centre + half), abs=half / 8)
