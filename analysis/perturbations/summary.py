"""What attacks and changes of texts say about a classifier, outside of the sandbox, with labels.

An attack knows no labels: it tries to change the network's own answer. A text that was answered
wrongly from the start is not robust, whatever the attack found in it; one that was answered rightly
is robust where its answer could not be changed. An attack finds what it finds: the accuracy under
it is an upper bound of what a better one would leave.

Sources: Wilson's interval; McNemar's test in its exact form; for the difference of two shares of
the same texts the interval of Bonett and Price (Journal of Educational and Behavioral Statistics
2012), that of Wald with a text added to each of the two ways to differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import JSON, CheckError, Estimate
from analysis.verdicts import CONFIDENCE, wilson

_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Attacked:
    """An attack on ``n`` texts.

    ``clean`` and ``robust`` are accuracies before and under the attack; ``success`` is the share
    of rightly answered texts whose answer changed, None where there are none. ``words_changed``
    is the mean share of words changed where it did. ``queries`` is the mean of all texts, the
    wrong ones too. ``unchangeable`` counts texts in which nothing could be changed: they are
    robust by default, and a reader must know. ``exhausted`` counts unbroken texts where the
    queries ran out.
    """

    clean: Estimate
    robust: Estimate
    success: Estimate | None
    words_changed: float | None
    queries: float
    unchangeable: int
    exhausted: int

    def sentence(self) -> str:
        """Say it to people."""
        n = self.robust.n
        said = (
            f"Of {_texts(n)}, {_percent(self.clean.value)} are answered rightly, and"
            f" {_with_interval(self.robust)} still are under an attack"
        )
        if self.words_changed is None:
            said += ", which changed no right answer."
        else:
            said += (
                f" that changes {_percent(self.words_changed)} of the words of a text it breaks."
            )
        if self.unchangeable:
            said += f" In {_texts(self.unchangeable)} there was nothing that could be changed."
        if self.exhausted:
            said += f" In {_texts(self.exhausted)} the search ended because its queries were spent."
        return said

    def as_json(self) -> dict[str, JSON]:
        """Give the numbers for the evidence."""
        return {
            "clean_accuracy": estimate_json(self.clean),
            "robust_accuracy": estimate_json(self.robust),
            "success_rate": estimate_json(self.success),
            "words_changed": self.words_changed,
            "queries_per_text": self.queries,
            "unchangeable": self.unchangeable,
            "exhausted": self.exhausted,
        }


def summarise_attack(
    right: NumpyArray,
    broken: NumpyArray,
    shares: NumpyArray,
    queries: NumpyArray,
    endings: Sequence[str],
) -> Attacked:
    """Bring labels and what an attack found together; all are as long as there are texts.

    ``right``: was the text as it is answered rightly? ``broken``, ``shares`` of words changed,
    ``queries`` and ``endings`` are those of ``search.Result``. Raises CheckError where they
    contradict each other.
    """
    n = _same_length(right, broken, shares, queries, endings)
    right, broken = right.astype(bool), broken.astype(bool)
    _require(np.isfinite(shares).all() and np.isfinite(queries).all(), "numbers that are none")
    _require(((shares >= 0) & (shares <= 1)).all(), "shares that are none")
    _require((queries >= 1).all(), "texts that were never asked")
    is_told = np.array([ending == "broken" for ending in endings])
    _require((is_told == broken).all() and (shares[broken] > 0).all(), "breaks without a change")
    hits = right & broken
    return Attacked(
        clean=share_of(int(right.sum()), n),
        robust=share_of(int((right & ~broken).sum()), n),
        success=share_of(int(hits.sum()), int(right.sum())) if right.any() else None,
        words_changed=float(shares[hits].mean()) if hits.any() else None,
        queries=float(queries.mean()),
        unchangeable=sum(ending == "unchangeable" for ending in endings),
        exhausted=sum(ending == "queries" for ending in endings),
    )


@dataclass(frozen=True, slots=True)
class Invariance:
    """What one change of texts does, over the ``changed.n`` texts to which it applies.

    ``changed`` is the share of answers that changed. With labels: ``accuracy`` before and after,
    their ``difference`` (after less before) with its interval, and McNemar's ``p_value`` that
    they are the same; else None.
    """

    name: str
    title: str
    keeps_meaning: bool
    changed: Estimate
    accuracy: tuple[Estimate, Estimate] | None = None
    difference: Estimate | None = None
    p_value: float | None = None

    def sentence(self) -> str:
        """Say it to people."""
        said = (
            f"{self.title[:1].upper()}{self.title[1:]}: {_with_interval(self.changed)} of the"
            f" answers to {_texts(self.changed.n)} changed"
        )
        if self.accuracy and self.difference and self.p_value is not None:
            before, after = self.accuracy
            said += (
                f"; accuracy went from {_percent(before.value)} to {_percent(after.value)}"
                f" (p = {self.p_value:.2g})"
            )
        tail = "" if self.keeps_meaning else " This change may alter what a text means."
        return f"{said}.{tail}"

    def as_json(self) -> dict[str, JSON]:
        """Give the numbers for the evidence."""
        before, after = self.accuracy or (None, None)
        return {
            "name": self.name,
            "title": self.title,
            "keeps_meaning": self.keeps_meaning,
            "changed": estimate_json(self.changed),
            "accuracy_before": estimate_json(before),
            "accuracy_after": estimate_json(after),
            "difference": estimate_json(self.difference),
            "p_value": self.p_value,
        }


def summarise_change(
    name: str,
    title: str,
    applies: NumpyArray,
    before: NumpyArray,
    after: NumpyArray,
    *,
    keeps_meaning: bool = True,
    right: NumpyArray | None = None,
) -> Invariance | None:
    """Compare answers before and after a change; None where it applies to no text.

    ``before`` and ``after``: the classes of all texts, -1 for no answer, which is another answer
    than any class, and a wrong one. ``right``: the class of the network that is right, for each
    text, -1 where none is; None without labels.
    """
    _same_length(applies, before, after, *(() if right is None else (right,)))
    chosen = applies.astype(bool)
    n = int(chosen.sum())
    if not n:
        return None
    before, after = before[chosen], after[chosen]
    changed = share_of(int((before != after).sum()), n)
    if right is None:
        return Invariance(name, title, keeps_meaning, changed)
    wanted = right[chosen]
    was, is_now = (before == wanted) & (before >= 0), (after == wanted) & (after >= 0)
    lost, won = int((was & ~is_now).sum()), int((is_now & ~was).sum())
    return Invariance(
        name,
        title,
        keeps_meaning,
        changed,
        accuracy=(share_of(int(was.sum()), n), share_of(int(is_now.sum()), n)),
        difference=paired_difference(won, lost, n),
        p_value=mcnemar(won, lost),
    )


def share_of(count: int, n: int) -> Estimate:
    """Give a share with Wilson's interval."""
    return Estimate(count / n, *wilson(count, n), n)


def paired_difference(won: int, lost: int, n: int) -> Estimate:
    """Give (won - lost) / n of the same n texts with the interval of Bonett and Price."""
    up, down = (won + 1) / (n + 2), (lost + 1) / (n + 2)
    half = _Z * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    value = (won - lost) / n
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return Estimate(value, min(low, value), max(high, value), n)


def mcnemar(won: int, lost: int) -> float:
    """Give the exact two-sided p-value that ``won`` and ``lost`` are equally likely."""
    n, fewer = won + lost, min(won, lost)
    if won == lost:
        return 1.0
    logs = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2)
        for k in range(fewer + 1)
    ]
    return min(1.0, 2 * math.fsum(map(math.exp, logs)))


def estimate_json(estimate: Estimate | None) -> JSON:
    """Give an estimate as JSON."""
    if estimate is None:
        return None
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
    }


def worst(found: Sequence[Invariance]) -> Invariance | None:
    """Choose the change that must not matter and did most often, by the sure part of its share."""
    safe = [one for one in found if one.keeps_meaning]
    return max(safe, key=lambda one: (one.changed.low, one.changed.value), default=None)


def _same_length(*columns: NumpyArray | Sequence[str]) -> int:
    lengths = {len(column) for column in columns}
    _require(len(lengths) == 1, "columns of different lengths")
    _require(lengths != {0}, "no texts")
    return lengths.pop()


def _require(holds: bool | np.bool_, what: str) -> None:
    if not holds:
        raise CheckError(f"What the sandbox sent about the texts has {what}.")


def _texts(n: int) -> str:
    return f"{n:,} text{'' if n == 1 else 's'}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _with_interval(estimate: Estimate) -> str:
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{_percent(estimate.value)} ({low:.1f} to {high:.1f} %)"
