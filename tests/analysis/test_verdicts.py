"""From claim and estimate to verdict, intervals and sentences."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, stats

from analysis.contract import Claim, ClaimSource, Estimate, Place, Tolerance, Verdict
from analysis.metrics import METRICS, Stated, state
from analysis.verdicts import fisher_interval, judge, sentence, tolerance_for, wilson

CONFIRMED, OVERSTATED = Verdict.CONFIRMED, Verdict.OVERSTATED
UNDERSTATED, INCONCLUSIVE = Verdict.UNDERSTATED, Verdict.INCONCLUSIVE


def claim(metric: str, value_text: str, split: str = "test") -> Claim:
    return Claim(ClaimSource.TABLE, Place("README.md"), "", metric, value_text, None, split=split)


def verdict_of(metric: str, value_text: str, estimate: Estimate, population: int) -> Verdict:
    stated = state(claim(metric, value_text))
    is_full_split = estimate.n == population
    tolerance = tolerance_for(stated, population)
    return judge(stated, estimate, is_full_split=is_full_split, tolerance=tolerance)


FULL = Estimate(0.9173, *wilson(9173, 10_000), 10_000)
SPEARMAN = Estimate(0.82032462, *fisher_interval(0.82032462, 1379), 1379)


@pytest.mark.parametrize(
    ("metric", "value_text", "estimate", "population", "expected"),
    [
        ("accuracy", "0.9173", FULL, 10_000, CONFIRMED),
        ("accuracy", "91.73", FULL, 10_000, CONFIRMED),
        ("error", "8.27 %", FULL, 10_000, CONFIRMED),
        ("accuracy", "92.23", FULL, 10_000, CONFIRMED),  # half a point and the rounding
        ("accuracy", "92.24", FULL, 10_000, OVERSTATED),
        ("accuracy", "91.22", FULL, 10_000, UNDERSTATED),
        ("accuracy", "92 %", FULL, 10_000, CONFIRMED),  # rounded by the author
        ("accuracy", "95 %", FULL, 10_000, OVERSTATED),
        ("error", "5 %", FULL, 10_000, OVERSTATED),
        ("error", "12 %", FULL, 10_000, UNDERSTATED),
        ("cos_sim_spearman", "0.82032473", SPEARMAN, 1379, CONFIRMED),
        ("cos_sim_spearman", "82.03", SPEARMAN, 1379, CONFIRMED),
        ("cos_sim_spearman", "0.83", SPEARMAN, 1379, CONFIRMED),  # rounded by the author
        ("cos_sim_spearman", "0.826", SPEARMAN, 1379, OVERSTATED),
        ("wer", "12.3 %", Estimate(0.20, 0.19, 0.21, 100), 100, OVERSTATED),
        ("wer", "12.3 %", Estimate(0.10, 0.09, 0.11, 100), 100, UNDERSTATED),
        ("wer", "12.3 %", Estimate(0.125, 0.11, 0.13, 100), 100, CONFIRMED),
        ("accuracy", "0.90", Estimate(0.9, 0.891, 0.909, 3458), 10_000, CONFIRMED),
        ("accuracy", "0.90", Estimate(0.9, 0.86, 0.94, 200), 10_000, INCONCLUSIVE),
        ("accuracy", "0.90", Estimate(0.8, 0.75, 0.85, 200), 10_000, OVERSTATED),
        ("accuracy", "0.90", Estimate(0.98, 0.95, 0.99, 200), 10_000, UNDERSTATED),
        ("accuracy", "0.90", Estimate(0.88, 0.86, 0.90, 900), 10_000, INCONCLUSIVE),
        ("accuracy", "20.0 ± 1.2", Estimate(0.2099, 0.20, 0.22, 10_000), 10_000, CONFIRMED),
        ("accuracy", "90 ± 50", Estimate(0.85, 0.85, 0.85, 10_000), 10_000, OVERSTATED),
        ("spearman", "0.5", Estimate(math.nan, math.nan, math.nan, 50), 50, INCONCLUSIVE),
        ("perplexity", "20.5", Estimate(25.0, 25.0, 25.0, 50), 50, OVERSTATED),
        ("loss", "0.31", Estimate(0.3146, 0.3, 0.33, 50), 50, CONFIRMED),
    ],
)  # fmt: skip
def test_verdicts(metric, value_text, estimate, population, expected):
    assert verdict_of(metric, value_text, estimate, population) is expected


def stated_accuracy(value: float, half_unit: float = 0.0) -> Stated:
    return Stated(METRICS["accuracy"], value, half_unit)


shares = st.floats(0, 1)
halves = st.floats(0, 0.2)


@given(shares, shares, halves, halves)
def test_mirroring_claim_and_measurement_swaps_over_and_understated(claimed, value, half, allowed):
    """What is true of accuracy upwards is true of the error rate downwards."""
    tolerance = Tolerance(allowed, "")
    estimate = Estimate(value, value - half, value + half, 10)
    mirrored = Estimate(1 - value, 1 - value - half, 1 - value + half, 10)
    up = judge(stated_accuracy(claimed), estimate, is_full_split=False, tolerance=tolerance)
    error = Stated(METRICS["error_rate"], 1 - claimed, 0.0)
    down = judge(error, mirrored, is_full_split=False, tolerance=tolerance)
    edges = (value - half - claimed - allowed, value + half - claimed + allowed,
             value + half - claimed - allowed, value - half - claimed + allowed)  # fmt: skip
    assume(all(abs(edge) > 1e-9 for edge in edges))  # floats do not mirror to the last bit
    assert up is down


ORDER = {OVERSTATED: 0, INCONCLUSIVE: 1, CONFIRMED: 1, UNDERSTATED: 2}


@given(shares, shares, shares, halves, halves)
def test_a_better_measurement_never_gives_a_worse_verdict(claimed, one, other, half, allowed):
    worse, better = (
        judge(
            stated_accuracy(claimed),
            Estimate(value, value - half, value + half, 10),
            is_full_split=False,
            tolerance=Tolerance(allowed, ""),
        )
        for value in sorted((one, other))
    )
    assert ORDER[worse] <= ORDER[better]


@given(shares, shares, halves, halves, halves)
def test_more_tolerance_never_turns_confirmed_into_something_else(
    claimed, value, half, allowed, more
):
    estimate = Estimate(value, value - half, value + half, 10)

    def with_tolerance(size: float) -> Verdict:
        return judge(
            stated_accuracy(claimed), estimate, is_full_split=False, tolerance=Tolerance(size, "")
        )

    if with_tolerance(allowed) is CONFIRMED:
        assert with_tolerance(allowed + more) is CONFIRMED
    if with_tolerance(allowed + more) in (OVERSTATED, UNDERSTATED):
        assert with_tolerance(allowed) is with_tolerance(allowed + more)


@given(shares, shares, halves)
def test_a_full_split_is_always_decided(claimed, value, allowed):
    verdict = judge(
        stated_accuracy(claimed),
        Estimate(value, 0.0, 1.0, 10),
        is_full_split=True,
        tolerance=Tolerance(allowed, ""),
    )
    assert verdict is not INCONCLUSIVE


def test_tolerances_say_their_reason():
    usual = tolerance_for(stated_accuracy(0.9173, 0.00005), 10_000)
    assert "half a unit of the last digit claimed (0.005 points)" in usual.reason
    assert METRICS["accuracy"].allowance.reason in usual.reason
    few = tolerance_for(stated_accuracy(0.9173, 0.00005), 100)
    assert "2 of 100 samples (2 points)" in few.reason
    asked = tolerance_for(stated_accuracy(0.9173, 0.00005), 10_000, 0.03)
    assert "asked for (3 points)" in asked.reason


@pytest.mark.parametrize(
    ("metric", "value", "population", "allowed", "expected"),
    [
        ("accuracy", 0.9, 10_000, None, 0.005),
        ("accuracy", 0.9, 100, None, 0.02),  # two samples are more
        ("accuracy", 0.9, 1, None, 1.0),
        ("accuracy", 0.9, 10_000, 0.0, 0.0002),
        ("accuracy", 0.9, 10_000, 0.03, 0.03),
        ("f1", 0.9, 100, None, 0.005),
        ("spearman", 0.82, 1_379, None, 0.005),
        ("spearman", 0.82, 1_379, 0.0, 0.0005),
        ("bleu", 0.3, 100, None, 0.01),
        ("rougelsum", 0.3, 100, None, 0.01),
        ("chrf", 0.5, 100, None, 0.01),
        ("wer", 0.1, 100, None, 0.005),
        ("cer", 0.1, 100, None, 0.005),
        ("perplexity", 20.0, 100, None, 0.2),
        ("mse", 0.02, 100, None, 0.001),  # numerics are more than one per cent
        ("loss", -3.0, 100, None, 0.03),
    ],
)
def test_the_tolerance_of_a_run(metric, value, population, allowed, expected):
    """One for all of a run: how much of the split is read does not come into it."""
    stated = Stated(METRICS[metric], value, 0.0)
    assert tolerance_for(stated, population, allowed).absolute == pytest.approx(expected)


def test_the_authors_own_spread_is_granted_up_to_the_allowance():
    for spread, expected in ((0.002, 0.007), (0.5, 0.01)):
        stated = Stated(METRICS["accuracy"], 0.9, 0.0, spread=spread)
        assert tolerance_for(stated, 10_000).absolute == pytest.approx(expected)


@given(st.integers(1, 3_000), st.floats(0, 1))
def test_wilson_solves_the_equation_of_the_score_test(n, part):
    """The ends are the shares p at which |seen - p| is 1.96 standard errors of p itself."""
    successes = round(part * n)
    low, high = wilson(successes, n)
    z = stats.norm.ppf(0.975)
    for end in (low, high):
        if 0 < end < 1 and end != successes / n:
            assert abs(successes / n - end) == pytest.approx(
                z * math.sqrt(end * (1 - end) / n), rel=1e-6, abs=1e-9
            )
    reference = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((reference.low, reference.high), abs=1e-12)


@pytest.mark.parametrize(
    ("share", "population", "half", "expected"),
    [  # sample sizes of the design's table: 95 % half-width, with and without correction
        (0.90, None, 0.01, 3_458), (0.90, None, 0.02, 865), (0.50, None, 0.01, 9_604),
        (0.90, 10_000, 0.01, 2_570), (0.76, 10_000, 0.02, 1_491), (0.50, 10_000, 0.01, 4_899),
    ],
)  # fmt: skip
def test_wilson_gives_the_known_sample_sizes(share, population, half, expected):
    low, high = wilson(share * expected, expected, population=population)
    assert (high - low) / 2 == pytest.approx(half, rel=0.01)


@given(st.integers(1, 400), st.floats(0, 1), st.floats(0, 1))
def test_wilson_of_a_finite_population_holds_what_is_certain(population, part, share):
    n = max(1, round(part * population))
    successes = round(share * n)
    low, high = wilson(successes, n, population=population)
    wide_low, wide_high = wilson(successes, n)
    assert wide_low - 1e-12 <= low <= successes / n <= high <= wide_high + 1e-12
    assert low >= successes / population - 1e-12
    assert high <= 1 - (n - successes) / population + 1e-12
    if n == population:
        assert (low, high) == pytest.approx((successes / n, successes / n))


def test_the_finite_population_correction_is_that_of_the_variance_of_a_sample_mean():
    """Five of ten drawn: the variance shrinks by (N - n)/(N - 1) = 5/9, as if n were 9."""
    low, high = wilson(2, 5, population=10)
    wide_low, wide_high = wilson(2 / 5 * 9, 9)
    assert (low, high) == pytest.approx((max(wide_low, 0.2), min(wide_high, 0.7)))


def test_wilson_of_a_finite_population_covers_as_often_as_it_says():
    population, good, n = 500, 420, 100
    seen = range(max(0, n - population + good), min(n, good) + 1)
    chance = stats.hypergeom(population, good, n).pmf
    covered = sum(
        chance(successes)
        for successes in seen
        if wilson(successes, n, population=population)[0]
        <= good / population
        <= wilson(successes, n, population=population)[1]
    )
    assert 0.93 <= covered <= 0.98


@pytest.mark.parametrize(
    ("successes", "n", "population"), [(-1, 5, None), (6, 5, None), (0, 0, None), (1, 5, 4)]
)
def test_wilson_refuses_counts_that_cannot_be(successes, n, population):
    with pytest.raises(ValueError, match=r"successes|population"):
        wilson(successes, n, population=population)


def test_fisher_interval_agrees_with_scipy_for_pearson():
    x = [float(i) for i in range(60)]
    y = [value + 25 * math.sin(7 * value) for value in x]
    result = stats.pearsonr(x, y)
    reference = result.confidence_interval(0.95)
    assert fisher_interval(result.statistic, 60, "pearson") == pytest.approx(
        (reference.low, reference.high), abs=1e-9
    )


def test_fisher_interval_of_spearman_is_wider_and_has_its_limits():
    pearson, spearman = (fisher_interval(0.8, 100, kind) for kind in ("pearson", "spearman"))
    assert spearman[0] < pearson[0] < 0.8 < pearson[1] < spearman[1]
    # The end is where atanh has moved by 1.96 standard errors.
    deviation = stats.norm.ppf(0.975) * math.sqrt((1 + 0.8**2 / 2) / 97)
    end = optimize.brentq(lambda r: math.atanh(r) - math.atanh(0.8) - deviation, 0.8, 0.9999)
    assert spearman[1] == pytest.approx(end)
    assert fisher_interval(0.5, 3) == (-1.0, 1.0)
    assert fisher_interval(1.0, 50) == (1.0, 1.0)
    assert fisher_interval(0.5, 50, population=50) == pytest.approx((0.5, 0.5))
    with pytest.raises(ValueError, match="correlation"):
        fisher_interval(math.nan, 50)


@pytest.mark.parametrize(
    ("metric", "value_text", "estimate", "population", "expected"),
    [
        (
            "accuracy", "95 %", FULL, 10_000,
            "Claimed 95 % accuracy on test; measured 91.7 % (91.2–92.3 %, all 10,000 samples): "
            "overstated by 3.3 points.",
        ),
        (
            "error", "8.27 %", FULL, 10_000,
            "Claimed 8.27 % error, which is 91.73 % accuracy on test; measured 91.73 % "
            "(91.17–92.25 %, all 10,000 samples): confirmed.",
        ),
        (
            "cos_sim_spearman", "82.03", SPEARMAN, 1379,
            "Claimed 0.8203 Spearman correlation on test; measured 0.8203 (0.7993–0.8393, "
            "all 1,379 samples): confirmed.",
        ),
        (
            "accuracy", "0.90", Estimate(0.9, 0.86, 0.94, 200), 10_000,
            "Claimed 90 % accuracy on test; measured 90.0 % (86.0–94.0 %, 200 of 10,000 samples): "
            "inconclusive, the interval is too wide to tell.",
        ),
        (
            "wer", "12.3 %", Estimate(0.2, 0.2, 0.2, 100), 100,
            "Claimed 12.3 % word error rate on test; measured 20.00 % (all 100 samples): "
            "overstated by 7.70 points.",
        ),
        (
            "bleu", "27.3", Estimate(0.3, 0.29, 0.31, 100), 100,
            "Claimed 27.3 BLEU on test; measured 30.00 (29.00–31.00, all 100 samples): "
            "understated by 2.70 points.",
        ),
        (
            "mcc", "-0.1", Estimate(0.02, -0.1, 0.1, 10), 50,
            "Claimed -0.1 Matthews correlation on test; measured 0.02 (-0.10 to 0.10, "
            "10 of 50 samples): inconclusive, the interval is too wide to tell.",
        ),
        (
            "spearman", "0.2", Estimate(math.nan, math.nan, math.nan, 9), 9,
            "Claimed 0.2 Spearman correlation on test; no value could be measured: inconclusive.",
        ),
    ],
)  # fmt: skip
def test_sentences(metric, value_text, estimate, population, expected):
    made = claim(metric, value_text)
    verdict = verdict_of(metric, value_text, estimate, population)
    assert sentence(state(made), made, estimate, verdict, population=population) == expected


@pytest.mark.parametrize(
    ("estimate", "verdict", "expected"),
    [
        (
            Estimate(0.917, 0.912, 0.922, 2_400), OVERSTATED,
            "Claimed 95 % accuracy on cifar10 test; measured 91.7 % (91.2–92.2 %, 2,400 of 10,000 "
            "samples were enough): overstated by 3.3 points.",
        ),
        (
            Estimate(0.951, 0.947, 0.954, 7_900), CONFIRMED,
            "Claimed 95 % accuracy on cifar10 test; measured 95.1 % (94.7–95.4 %, 7,900 of 10,000 "
            "samples were enough): confirmed.",
        ),
        (
            Estimate(0.951, 0.91, 0.97, 300), INCONCLUSIVE,
            "Claimed 95 % accuracy on cifar10 test; measured 95.1 % (91.0–97.0 %, 300 of 10,000 "
            "samples): inconclusive, the interval is too wide to tell.",
        ),
    ],
)  # fmt: skip
def test_a_sentence_names_the_dataset_and_says_that_it_was_early(estimate, verdict, expected):
    made = replace(claim("accuracy", "95 %"), dataset="uoft-cs/cifar10")
    assert sentence(state(made), made, estimate, verdict, population=10_000) == expected


def test_a_sentence_never_shows_equal_figures_as_different():
    made = claim("accuracy", "91.7301")
    text = sentence(state(made), made, Estimate(0.9173, 0.9173, 0.9173, 10**7), OVERSTATED)
    assert "overstated by 0.0001 points" in text


def test_a_split_with_controls_does_not_break_the_sentence():
    made = replace(
        claim("accuracy", "0.9", split="te\x00st\n" + "x" * 1_000), dataset="\x00\n" + "y" * 1_000
    )
    text = sentence(state(made), made, FULL, CONFIRMED)
    assert "\x00" not in text
    assert "\n" not in text
    assert len(text) < 320


@given(
    st.sampled_from(sorted(METRICS)), st.floats(-2, 200), st.floats(), st.floats(), st.floats(),
    st.integers(1, 10**6), st.sampled_from([CONFIRMED, OVERSTATED, UNDERSTATED, INCONCLUSIVE]),
)  # fmt: skip
def test_a_sentence_is_made_of_anything(metric, value, measured, low, high, n, verdict):
    made = claim(metric, str(value))
    text = sentence(
        Stated(METRICS[metric], value, 0.0), made, Estimate(measured, low, high, n), verdict
    )
    assert text.startswith("Claimed ")
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("value_text", "expected", "words"),
    [
        ("44.0 %", CONFIRMED, "confirmed"),
        ("50 %", OVERSTATED, "overstated by 6.0 points"),
        # An attack finds what it finds: what it leaves may be broken by a better one.
        ("30 %", INCONCLUSIVE, "another attack may break what this one left"),
    ],
)
def test_an_upper_bound_understates_nothing(value_text, expected, words):
    stated = state(claim("robust accuracy (Linf, 8/255)", value_text))
    estimate = Estimate(0.44, *wilson(4_400, 10_000), 10_000)
    tolerance = tolerance_for(stated, 10_000)
    for is_full_split in (True, False):
        verdict = judge(stated, estimate, is_full_split=is_full_split, tolerance=tolerance)
        if is_full_split or expected is not CONFIRMED:  # the interval is wider than the tolerance
            assert verdict is expected
    verdict = judge(stated, estimate, is_full_split=True, tolerance=tolerance)
    said = claim("robust accuracy (Linf, 8/255)", value_text)
    assert words in sentence(stated, said, estimate, verdict, population=10_000)
