"""From the words and figures of a claim to a metric and a value in that metric's own scale.

The metrics themselves, and where they come from, stand in ``analysis.metric_table``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from analysis import threats
from analysis.contract import JSON, Claim, ClaimSource, Unsupported
from analysis.metric_table import METRICS, Metric, Shown
from analysis.numerals import Numeral, read_numeral

__all__ = [
    "METRICS", "Label", "Metric", "Shown", "Stated", "find", "identify", "read_label", "state",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """What a metric's name says: the metric, its arguments, the split, a percent sign.

    ``qualifier`` is what else it says (``with LM``, ``PER``): such a value is not the plain
    metric, and whoever measures must not take it for that.
    """

    metric: Metric
    args: Mapping[str, JSON] = field(default_factory=dict)
    split: str = ""
    has_percent_sign: bool = False
    qualifier: str = ""


_SPLITS = {
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("dev", "devel", "val", "valid", "validation"), "validation"),
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("eval", "evaluation"), ""),  # a set that nobody names
}
_AVERAGES = frozenset(("macro", "micro", "weighted"))
_AVERAGING = frozenset(("avg", "average", "averaged"))
_FILLER = frozenset(("score", "scores", "value", "overall", "set", "final"))
_JOINING = frozenset(("on", "the", "of", "in", "for", "a"))
_SIMILARITIES = (
    ("cos sim", "cosine"), ("cosine", "cosine"), ("euclidean", "euclidean"),
    ("manhattan", "manhattan"), ("dot", "dot"),
    ("max", "max"),  # the best of the four, as MTEB and sentence-transformers report it
)  # fmt: skip
_LABEL_LIMIT = 200
_MARKUP = re.compile(r"<[^<>]{0,100}>|\*\*|__|`")
_NOT_A_WORD = re.compile(r"[^a-z0-9²+]+")
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_CUTOFF = re.compile(r"\bat ([0-9]{1,5})\b")


def _words(text: str) -> str:
    """Write a name in lower case, its words parted by single spaces."""
    plain = text.lower().replace("@", " at ").replace("'s", "").replace("’s", "")
    return " ".join(_NOT_A_WORD.sub(" ", plain).split())


_BY_NAME = {
    _words(spelling): metric
    for metric in METRICS.values()
    for spelling in (metric.id, metric.name, *metric.aliases)
}
_OWN_WORDS = {  # what a name may say of a metric without saying more than the metric's own does
    metric.id: {
        *(word for name, entry in _BY_NAME.items() if entry is metric for word in name.split()),
        *_FILLER,
        *_JOINING,
    }
    for metric in METRICS.values()
}


def read_label(text: str) -> Label | None:
    """Read one name: ``Macro F1``, ``eval_accuracy``, ``Test WER (+LM)``, ``ndcg_at_10``.

    None where it is not, as a whole, the name of a known metric. What stands in brackets may say
    anything; what is not understood there becomes the qualifier.
    """
    text, threat = threats.take(_MARKUP.sub(" ", text[:_LABEL_LIMIT]))
    has_percent_sign = "%" in text or " percent" in text.lower()
    bracketed = " ".join(_IN_BRACKETS.findall(text))
    outside = _words(_IN_BRACKETS.sub(" ", text))
    inside = _words(bracketed)
    label = _read_words(f"{outside} {inside}") if inside else None
    qualifier = ""
    if label is None:
        label = _read_words(outside)
        qualifier = "" if inside in ("", "percent", "%") else inside
    if label is None or not threat.keys() <= label.metric.takes:
        return None
    args = {**label.args, **threat}
    return Label(label.metric, args, label.split, has_percent_sign, qualifier)


def _read_words(words: str) -> Label | None:
    args: dict[str, JSON] = {}
    cutoff = _CUTOFF.search(words)
    if words in _BY_NAME:
        return Label(_BY_NAME[words])
    if cutoff:
        args["k"] = int(cutoff[1])
        words = _CUTOFF.sub("at k", words, count=1)
    words = _take_similarity(words, args)
    kept: list[str] = []
    split = ""
    tokens = words.split()
    averages = [token for token in tokens if token in _AVERAGES]
    for token in tokens:
        if token in _SPLITS:
            split = split or _SPLITS[token]
        elif token not in _FILLER and not (averages and token in _AVERAGES | _AVERAGING):
            kept.append(token)
    if averages:
        args["average"] = averages[0]
    name = " ".join(kept)
    metric = _BY_NAME.get(name)
    if metric and "similarity" in args and "similarity" not in metric.takes:
        # The accuracy of a similarity is that of pairs, told apart by a threshold.
        metric = METRICS.get(f"pair_{metric.id}")
    if metric is None or len(averages) > 1:
        return None
    known = metric.takes | ({"k"} if metric.id.endswith("_at_k") else frozenset())
    return Label(metric, args, split) if args.keys() <= known else None


def _take_similarity(words: str, args: dict[str, JSON]) -> str:
    """Take the similarity function off the name, where one stands before or after."""
    for spelling, similarity in _SIMILARITIES:
        for shorter in (words.removeprefix(f"{spelling} "), words.removesuffix(f" {spelling}")):
            if shorter != words:
                args["similarity"] = similarity
                return shorter
    return words


def identify(metric: str, name: str = "") -> Label | None:
    """Read a metric's identifier together with its display name; None where it is unknown.

    The name may make the identifier more precise (``f1`` named "Macro F1", ``accuracy`` named
    "Top-5 accuracy", ``rouge`` named "ROUGE-L"). Where the two contradict each other, neither is
    believed. A name that is not understood becomes the qualifier.
    """
    is_short = len(metric) + len(name) <= _LABEL_LIMIT
    return _known_pair(metric, name) if is_short else _identify(metric, name)


def _identify(metric: str, name: str) -> Label | None:
    by_type, by_name = read_label(metric), read_label(name)
    if by_type is None:
        compact = _words(metric).replace(" ", "")
        is_wider = compact in _words(name).replace(" ", "")
        return by_name if is_wider else None
    if by_name is None:
        return _merge(by_type, _remainder(by_type.metric, name))
    if by_name.metric.family == by_type.metric.id:
        return _merge(Label(by_name.metric, {}, by_type.split), by_name)
    if by_type.metric.family == by_name.metric.id:
        return _merge(by_type, Label(by_type.metric, {}, by_name.split))
    return _merge(by_type, by_name) if by_type.metric is by_name.metric else None


# Authors choose from few names: the same pairs stand at nearly all claims of a page or a card.
_known_pair = lru_cache(maxsize=4_096)(_identify)


def _remainder(metric: Metric, name: str) -> Label:
    """Read a name that is not the metric's own: its split, and what is left as the qualifier."""
    words = _words(name[:_LABEL_LIMIT]).split()
    splits = [_SPLITS[word] for word in words if word in _SPLITS]
    left = [word for word in words if word not in _OWN_WORDS[metric.id] and word not in _SPLITS]
    return Label(metric, {}, splits[0] if splits else "", qualifier=" ".join(left)[:80])


def _merge(first: Label, second: Label) -> Label | None:
    """Put together what two names of the same metric say; None where they contradict."""
    args = {**first.args, **second.args}
    if any(args[key] != value for key, value in first.args.items()):
        return None
    return Label(
        first.metric,
        args,
        first.split or second.split,
        first.has_percent_sign or second.has_percent_sign,
        " ".join(part for part in (first.qualifier, second.qualifier) if part),
    )


def find(metric: str, name: str = "") -> Metric | None:
    """Look a metric up by its identifier and, where given, its display name."""
    label = identify(metric, name)
    return label.metric if label else None


# A fraction "0.9" and a percentage "90" are the same claim; neither allows more than half a point.
_COARSEST_SHARE = Decimal("0.005")
_FINEST_DECIMALS = 12  # what a float prints beyond is noise
_WHOLE_FLOAT = re.compile(r"[-+]?[0-9]+\.0")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a claim states, in the scale of its metric (0 to 1 for shares, however written).

    ``half_unit`` is half a unit of the last digit written, ``spread`` the author's own ± (0 where
    none is given). ``converted`` says in words what was done to the figure, empty for nothing;
    ``args`` are the arguments that are part of the metric (average, k, similarity); ``split`` is
    the one that the metric's name gives. ``qualifier`` is what else the name or the label of the
    claim's row says (``with LM``, ``PER``, another network): a check that does not know what to
    make of it must not compare.
    """

    metric: Metric
    value: float
    half_unit: float
    converted: str = ""
    spread: float = 0.0
    args: Mapping[str, JSON] = field(default_factory=dict)
    split: str = ""
    qualifier: str = ""


def state(claim: Claim) -> Stated:
    """Settle metric, scale, rounding and direction of a claim.

    An error becomes the accuracy that it leaves. The scale follows from the metric's range and
    from a percent sign at the value or in the metric's name. Raises Unsupported: ``missing`` is
    ``metric`` where the metric is unknown, ``value`` where there is no number, where it lies
    outside of the metric's range, or where it can be read in two scales (accuracy "1").

    Digits: "0.9173" and "91.73" state four and are meant to ±0.00005. A whole number that a
    program wrote as a float ("92.0" in YAML) states no tenth. A share is never meant more coarsely
    than to half a point.
    """
    label = identify(claim.metric, claim.metric_name)
    if label is None:
        named = claim.metric_name or claim.metric
        what = f"The metric “{named[:80]}” is not known here" if named else "No metric is named"
        raise Unsupported(f"{what}, so the claim cannot be compared.", missing="metric")
    numeral = read_numeral(_value_text(claim))
    if numeral is None:
        raise Unsupported(
            f"“{claim.value_text[:60]}” does not state one finite number.", missing="value"
        )
    has_sign = numeral.percent or label.has_percent_sign
    divisor = _divisor(label.metric, numeral, has_sign)
    value = numeral.value / divisor
    metric = label.metric
    if not metric.low <= value <= metric.high:
        raise _unclear(metric, numeral, f"lies outside of what {metric.name} can be")
    half_unit = _half_unit(claim, numeral, divisor, metric)
    row = claim.args.get("row")
    row = row if isinstance(row, str) else ""
    steps = []
    if divisor != 1 and not has_sign:
        steps.append(f"{_plain(numeral.value)} is read as {_plain(numeral.value)} %")
    if metric.complement_of:
        other = METRICS[metric.complement_of]
        steps.append(
            f"{_plain(100 * value)} % {metric.name} is {_plain(100 - 100 * value)} % {other.name}"
        )
        metric, value = other, 1 - value
    return Stated(
        metric=metric,
        value=float(value),
        half_unit=float(half_unit),
        converted="; ".join(steps),
        spread=float(numeral.spread / divisor),
        args={**_claimed_args(claim, label.metric), **label.args},
        split=label.split,
        qualifier=" ".join(part for part in (label.qualifier, row) if part),
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _value_text(claim: Claim) -> str:
    if claim.value_text or claim.value is None:
        return claim.value_text
    return repr(claim.value)


def _divisor(metric: Metric, numeral: Numeral, has_sign: bool) -> Decimal:
    """Choose between 1 and 100; raise Unsupported where both can be meant."""
    size = abs(numeral.value)
    if not metric.percent:
        if has_sign:
            raise _unclear(metric, numeral, f"is in percent, which {metric.name} is not")
        return Decimal(1)
    if has_sign:
        if metric.higher_is_better and 0 < size < 1:
            raise _unclear(metric, numeral, "may be a fraction in spite of its percent sign")
        return Decimal(100)
    low, high = metric.unclear or (1, 0)
    is_bare_one = size == 1 and numeral.decimals <= 0
    if is_bare_one or (size != 0 and low <= size <= high):
        raise _unclear(metric, numeral, "may be a fraction or a percentage")
    return Decimal(1) if size <= 1 else Decimal(100)


def _unclear(metric: Metric, numeral: Numeral, why: str) -> Unsupported:
    sign = " %" if numeral.percent else ""
    message = f"The {metric.name} is given as “{_plain(numeral.value)}{sign}”, which {why}."
    return Unsupported(message, missing="value")


def _half_unit(claim: Claim, numeral: Numeral, divisor: Decimal, metric: Metric) -> Decimal:
    decimals = min(numeral.decimals, _FINEST_DECIMALS)
    by_program = claim.source in (ClaimSource.MODEL_INDEX, ClaimSource.EVAL_RESULTS)
    if by_program and _WHOLE_FLOAT.fullmatch(claim.value_text.strip()):
        decimals = 0
    half = Decimal(5).scaleb(-decimals - 1) / divisor
    return min(half, _COARSEST_SHARE) if metric.percent else half


def _claimed_args(claim: Claim, metric: Metric) -> dict[str, JSON]:
    """Take those arguments of a claim that belong to the identity of its metric."""
    given = {key: claim.args.get(key) for key in sorted(metric.takes)}
    return {key: value for key, value in given.items() if value not in (None, "")}
