"""From a claim and an estimate to a verdict. Standard library only; pure arithmetic.

The rule (design, section 5): the estimate's interval against claim ± tolerance. Entirely inside is
confirmed; apart is overstated or understated, by the metric's direction; else inconclusive. A run
over the full split has no sampling error: there the value itself is compared, and the interval is
shown only. Everything is in the metric's own scale (see ``analysis.metrics.state``).

Sources: Wilson's interval (Wilson 1927; Brown, Cai and DasGupta 2001), the finite population
correction (Cochran, Sampling Techniques, 1977, 2.6), Fisher's transformation for Pearson's
correlation, with the variance of Bonett and Wright (Psychometrika 2000) for Spearman's.
"""

import math
from statistics import NormalDist
from typing import Literal

from analysis.contract import Claim, Estimate, Tolerance, Verdict
from analysis.metrics import Metric, Shown, Stated, find
from analysis.text import clean_text

CONFIDENCE = 0.95
# How far a sample may lie from a claim and still be it, where nobody set another policy.
SAMPLE_POINTS = 0.02
# A full pass repeats but for samples that sit on the decision boundary of another build.
FLIPPED_SAMPLES = 2

_ROUNDING = 1e-12  # of the comparison itself: 0.9173 + 0.00025 in floats
_MOST_DECIMALS = 6


def wilson(
    successes: float, n: int, confidence: float = CONFIDENCE, population: int | None = None
) -> tuple[float, float]:
    """Give Wilson's interval for a share of which ``successes`` of ``n`` were seen.

    With ``population``, the size of the whole that the ``n`` were drawn from without replacement,
    the finite population correction is applied, and the interval never leaves what is certain
    (what was seen stays in the whole); at n = population it is one point. Raises ValueError on
    counts that cannot be.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError("successes must lie between 0 and n, and n must be at least 1")
    if population is not None and population < n:
        raise ValueError("a population cannot be smaller than a sample of it")
    share = successes / n
    z2 = _quantile(confidence) ** 2 * _correction(n, population)
    scale = 1 + z2 / n
    centre = (share + z2 / (2 * n)) / scale
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * n)) / n) / scale
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    if population is not None:
        low = max(low, successes / population)
        high = min(high, 1 - (n - successes) / population)
    # What was seen lies inside, also where floats say that it does not.
    return min(low, share), max(high, share)


def fisher_interval(
    r: float,
    n: int,
    kind: Literal["spearman", "pearson"] = "spearman",
    confidence: float = CONFIDENCE,
    population: int | None = None,
) -> tuple[float, float]:
    """Give the interval of a correlation ``r`` over ``n`` pairs, by Fisher's transformation.

    The variance of atanh(r) is 1/(n-3) for Pearson's, (1 + r²/2)/(n-3) for Spearman's. Up to three
    pairs say nothing: (-1, 1). Raises ValueError where r is no correlation.
    """
    if not -1 <= r <= 1:
        raise ValueError("a correlation lies between -1 and 1")
    if n <= 3:
        return -1.0, 1.0
    if abs(r) == 1:
        return r, r
    variance = (1 + r * r / 2 if kind == "spearman" else 1.0) / (n - 3)
    half = _quantile(confidence) * math.sqrt(variance * _correction(n, population))
    centre = math.atanh(r)
    return math.tanh(centre - half), math.tanh(centre + half)


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _correction(n: int, population: int | None) -> float:
    """Give the factor by which sampling without replacement reduces a variance."""
    if population is None:
        return 1.0
    return (population - n) / (population - 1) if population > 1 else 0.0


def tolerance_for(
    stated: Stated, n: int, is_full_split: bool, sample_points: float = SAMPLE_POINTS
) -> Tolerance:
    """Say how far a measurement over ``n`` samples may lie from what is stated.

    Always half a unit of the last digit claimed. On a full split two samples more for metrics
    that are a mean of 0/1 scores, the metric's own numerics for others; on a sample
    ``sample_points`` (of the claimed value where the metric is no share). The author's own ± is
    granted up to ``sample_points``, else "95 ± 50" would always be confirmed.
    """
    metric = stated.metric
    unit = 1.0 if metric.percent else abs(stated.value)
    parts = [(stated.half_unit, "half a unit of the last digit claimed")]
    if not is_full_split:
        parts.append((sample_points * unit, "the allowance for a sample"))
    elif metric.mean_type:
        share = min(1.0, FLIPPED_SAMPLES / n) if n > 0 else 1.0
        parts.append((share, f"{FLIPPED_SAMPLES} of {n:,} samples"))
    else:
        parts.append((metric.numerics, f"what two runs of {metric.name} may differ by"))
    if stated.spread:
        parts.append((min(stated.spread, sample_points * unit), "the claim's own ±"))
    reason = " and ".join(f"{why} ({_size(size, metric)})" for size, why in parts)
    return Tolerance(sum(size for size, _ in parts), reason)


def judge(
    stated: Stated, estimate: Estimate, *, is_full_split: bool, tolerance: Tolerance
) -> Verdict:
    """Compare what is stated with what was measured, both in the metric's own scale.

    A value that is not finite (the correlation of constant answers) decides nothing.
    """
    low, high = estimate.low, estimate.high
    if is_full_split:
        low = high = estimate.value
    if not all(map(math.isfinite, (estimate.value, low, high))) or low > high:
        return Verdict.INCONCLUSIVE
    bottom = stated.value - tolerance.absolute - _ROUNDING
    top = stated.value + tolerance.absolute + _ROUNDING
    if bottom <= low and high <= top:
        return Verdict.CONFIRMED
    if low > top:
        return Verdict.UNDERSTATED if stated.metric.higher_is_better else Verdict.OVERSTATED
    if high < bottom:
        return Verdict.OVERSTATED if stated.metric.higher_is_better else Verdict.UNDERSTATED
    return Verdict.INCONCLUSIVE


def sentence(
    stated: Stated,
    claim: Claim,
    estimate: Estimate,
    verdict: Verdict,
    *,
    population: int | None = None,
) -> str:
    """Say a verdict in one plain sentence: claimed, measured, interval, n.

    How figures are written: shares in percent (with the sign; BLEU and ROUGE times 100 without
    it), correlations and others as numbers. The claim is shown exactly, up to six digits after
    the point, without zeros at the end. The measured value has one digit more than the claim, but
    between one and two in percent and between two and four else; where that would show the two as
    equal although the verdict says that they differ, digits are added until they do not. An
    interval of no width is not shown.
    """
    metric = stated.metric
    claimed = _shown(stated.value, metric, _digits_of(stated))
    said = f"Claimed {claimed} {metric.name}"
    stated_as = find(claim.metric, claim.metric_name)
    if stated_as is not None and stated_as.complement_of == metric.id:
        rest = _shown(1 - stated.value, metric, _digits_of(stated))
        said = f"Claimed {rest} {stated_as.name}, which is {claimed} {metric.name}"
    if not math.isfinite(estimate.value):
        return f"{said}; no value could be measured: inconclusive."
    digits = _digits_for(stated, estimate, verdict)
    measured = _shown(estimate.value, metric, digits)
    inside = _interval(estimate, metric, digits) + _samples(estimate.n, population, claim.split)
    ending = _ending(stated, estimate, verdict, digits)
    return f"{said}; measured {measured} ({inside}): {ending}."


def _factor(metric: Metric) -> int:
    return 1 if metric.shown is Shown.NUMBER else 100


def _shown(value: float, metric: Metric, digits: int) -> str:
    sign = " %" if metric.shown is Shown.PERCENT else ""
    return f"{_rounded(value * _factor(metric), digits)}{sign}"


def _size(value: float, metric: Metric) -> str:
    """Write the size of a tolerance: points for shares, three significant digits."""
    unit = "" if metric.shown is Shown.NUMBER else " points"
    return f"{value * _factor(metric):.3g}{unit}"


def _rounded(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _digits_of(stated: Stated) -> int:
    """Count the digits after the point that show the claim exactly, up to six."""
    value = stated.value * _factor(stated.metric)
    exact = (n for n in range(_MOST_DECIMALS) if abs(round(value, n) - value) < 1e-9)
    return next(exact, _MOST_DECIMALS)


def _digits_for(stated: Stated, estimate: Estimate, verdict: Verdict) -> int:
    fewest, most = (2, 4) if stated.metric.shown is Shown.NUMBER else (1, 2)
    digits = max(fewest, min(most, _digits_of(stated) + 1))
    if verdict not in (Verdict.OVERSTATED, Verdict.UNDERSTATED):
        return digits
    factor = _factor(stated.metric)
    gap = abs(stated.value - estimate.value) * factor
    while digits < _MOST_DECIMALS and gap < 10.0**-digits:
        digits += 1
    return digits


def _interval(estimate: Estimate, metric: Metric, digits: int) -> str:
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return ""
    low = _rounded(estimate.low * _factor(metric), digits)
    high = _rounded(estimate.high * _factor(metric), digits)
    if low == high:
        return ""
    # An en dash would read as a minus before a negative bound.
    joined = f"{low} to {high}" if estimate.low < 0 else f"{low}–{high}"
    return f"{joined} %, " if metric.shown is Shown.PERCENT else f"{joined}, "


def _samples(n: int, population: int | None, split: str) -> str:
    where = clean_text(split, 60).strip().replace("\n", " ") or "the split"
    if population is not None and n >= population:
        return f"all {n:,} samples of {where}"
    whole = f" of {population:,}" if population is not None else ""
    return f"{n:,}{whole} samples of {where}"


def _ending(stated: Stated, estimate: Estimate, verdict: Verdict, digits: int) -> str:
    if verdict is Verdict.INCONCLUSIVE:
        return "inconclusive, the interval is too wide to tell"
    if verdict is Verdict.CONFIRMED:
        return "confirmed"
    gap = _rounded(abs(stated.value - estimate.value) * _factor(stated.metric), digits)
    unit = "" if stated.metric.shown is Shown.NUMBER else " point" if gap == "1" else " points"
    return f"{verdict.value} by {gap}{unit}"
