"""From a claim and an estimate to a verdict. Standard library only; pure arithmetic.

The rule (design, section 5): the estimate's interval against claim ± tolerance. Entirely inside is
confirmed; apart is overstated or understated, by the metric's direction; else inconclusive. A run
over the full split has no sampling error: there the value itself is compared, and the interval is
shown only. The tolerance is one and the same, however much of the split was read, so that an early
verdict says of the full split what the full split would say of itself. Everything is in the
metric's own scale (see ``analysis.metrics.state``).

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
# A full pass repeats but for samples that sit on the decision boundary of another build.
FLIPPED_SAMPLES = 2

_ROUNDING = 1e-12  # of the comparison itself: 0.9173 + 0.00025 in floats
_MOST_DECIMALS = 6
_LONGEST_NAME = 60


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


def tolerance_for(stated: Stated, population: int, allowed: float | None = None) -> Tolerance:
    """Say how far the metric of a whole split may lie from what is stated.

    Half a unit of the last digit claimed, and what two runs may differ by (two of the split's
    ``population`` samples for metrics that are a mean of 0/1 scores, the metric's own numerics for
    others) or the allowance, whichever is more. ``allowed`` takes the place of the metric's own
    allowance. The author's own ± is granted up to the allowance, else "95 ± 50" would always be
    confirmed.
    """
    metric = stated.metric
    if allowed is None:
        allowed, why = metric.allowance.of(stated.value), metric.allowance.reason
    else:
        why = "the tolerance that was asked for"
    numerics = metric.numerics
    if metric.mean_type:
        numerics = min(1.0, FLIPPED_SAMPLES / population) if population > 0 else 1.0
    parts = [(stated.half_unit, "half a unit of the last digit claimed")]
    if allowed >= numerics:
        parts.append((allowed, why))
    elif metric.mean_type:
        parts.append((numerics, f"{FLIPPED_SAMPLES} of {population:,} samples"))
    else:
        parts.append((numerics, f"what two runs of {metric.name} may differ by"))
    if stated.spread and allowed:
        parts.append((min(stated.spread, allowed), "the claim's own ±"))
    reason = " and ".join(f"{why} ({_size(size, metric)})" for size, why in parts)
    return Tolerance(sum(size for size, _ in parts), reason)


def ends(stated: Stated, tolerance: Tolerance) -> tuple[float, float]:
    """Give the claim with its tolerance: between these it holds."""
    away = tolerance.absolute + _ROUNDING
    return stated.value - away, stated.value + away


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
    bottom, top = ends(stated, tolerance)
    if bottom <= low and high <= top:
        return Verdict.CONFIRMED
    if low > top:
        return missed(stated, is_lower=False)
    return missed(stated, is_lower=True) if high < bottom else Verdict.INCONCLUSIVE


def missed(stated: Stated, *, is_lower: bool) -> Verdict:
    """Name the verdict where the metric lies below, or above, of what is stated.

    More than is stated decides nothing where what is measured is an upper bound.
    """
    if stated.metric.at_most and not is_lower:
        return Verdict.INCONCLUSIVE
    is_worse = is_lower is stated.metric.higher_is_better
    return Verdict.OVERSTATED if is_worse else Verdict.UNDERSTATED


def sentence(
    stated: Stated,
    claim: Claim,
    estimate: Estimate,
    verdict: Verdict,
    *,
    population: int | None = None,
) -> str:
    """Say a verdict in one plain sentence: claimed, on what, measured, interval, n.

    A verdict over a part of the split, where ``population`` says how large it is, was early.

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
    said = f"{said}{_where(stated, claim)}"
    if not math.isfinite(estimate.value):
        return f"{said}; no value could be measured: inconclusive."
    digits = _digits_for(stated, estimate, verdict)
    measured = _shown(estimate.value, metric, digits)
    inside = _interval(estimate, metric, digits) + _samples(estimate.n, population, verdict)
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


def _where(stated: Stated, claim: Claim) -> str:
    """Name dataset and split: `` on cifar10 test``, as far as they are known."""
    names = (claim.dataset.rpartition("/")[2], claim.split or stated.split)
    shown = (clean_text(name, _LONGEST_NAME).strip().replace("\n", " ") for name in names)
    known = " ".join(name for name in shown if name)
    return f" on {known}" if known else ""


def _samples(n: int, population: int | None, verdict: Verdict) -> str:
    if population is not None and n >= population:
        return f"all {n:,} samples"
    whole = f" of {population:,}" if population is not None else ""
    is_early = population is not None and verdict is not Verdict.INCONCLUSIVE
    return f"{n:,}{whole} samples{' were enough' if is_early else ''}"


def _ending(stated: Stated, estimate: Estimate, verdict: Verdict, digits: int) -> str:
    if verdict is Verdict.INCONCLUSIVE and stated.metric.at_most and estimate.low > stated.value:
        return "inconclusive, for another attack may break what this one left"
    if verdict is Verdict.INCONCLUSIVE:
        return "inconclusive, the interval is too wide to tell"
    if verdict is Verdict.CONFIRMED:
        return "confirmed"
    gap = _rounded(abs(stated.value - estimate.value) * _factor(stated.metric), digits)
    unit = "" if stated.metric.shown is Shown.NUMBER else " point" if gap == "1" else " points"
    return f"{verdict.value} by {gap}{unit}"
