"""The table of ``docs/metrics.md``, from the registry and the scorers.

``python -m analysis.scoring.table`` prints it.
"""

import sys
from collections.abc import Iterator, Mapping
from math import isinf

from analysis import answers, scoring
from analysis.answers import Answers
from analysis.catalog import KINDS
from analysis.contract import JSON, CheckError
from analysis.metrics import METRICS, Metric, Stated
from analysis.scoring.scorer import Form, Scorer

_WAYS = ("", "binary", "macro", "micro", "weighted", "samples")
_CUTOFF = 50  # one that rankings and boxes both have
_HEAD = """\
| metric | id | other names | better | range | computed from (by): early stopping | parameters |
|---|---|---|---|---|---|---|"""


def table() -> str:
    """Write the table, one line a metric, in the order of the registry."""
    return "\n".join([_HEAD, *map(_line, METRICS.values())])


def is_exact(scorer: Scorer) -> bool:
    """Say whether a run may stop early without an approximation, from what is known before it."""
    return scorer.form is Form.MEAN or (scorer.form is Form.RATIO and bool(scorer.extremes))


def _line(metric: Metric) -> str:
    other = METRICS.get(metric.complement_of)
    computed = f"as 1 - {other.name}" if other else "; ".join(_computed(metric)) or "not computed"
    low, high = (f"{end:g}".replace("inf", "∞") for end in (metric.low, metric.high))
    closing = ")" if isinf(metric.high) else "]"
    parameters = sorted(metric.takes | ({"k"} if metric.id.endswith("_at_k") else frozenset()))
    cells = (
        metric.name,
        f"`{metric.id}`",
        ", ".join(metric.aliases),
        "higher" if metric.higher_is_better else "lower",
        f"{'(' if isinf(metric.low) else '['}{low}, {high}{closing}",
        computed,
        ", ".join(f"`{name}`" for name in parameters),
    )
    return f"| {' | '.join(cells)} |"


def _computed(metric: Metric) -> Iterator[str]:
    for name in KINDS:
        kind: type[Answers] = getattr(answers, name)
        made = dict(_scorers(metric, kind))
        if not made:
            continue
        exact = [way for way, scorer in made.items() if is_exact(scorer)]
        stopping = "exact" if len(exact) == len(made) else "approximate"
        if 0 < len(exact) < len(made):
            named = [way for way in exact if way]
            stopping = f"exact for {', '.join(named)}; else approximate"
        library = next(iter(made.values())).library
        by = "own code" if library == "numpy" else library
        yield f"{_WORDS[name]} ({by}): {stopping}"


def _scorers(metric: Metric, kind: type[Answers]) -> Iterator[tuple[str, Scorer]]:
    """Make the scorer of each way of averaging that the metric has over a kind of answers."""
    for way in _WAYS if "average" in metric.takes else ("",):
        args: Mapping[str, JSON] = {
            **({"average": way} if way else {}),
            **({"k": _CUTOFF} if metric.id.endswith("_at_k") else {}),
            **({"norm": "Linf", "eps": 0.03} if "eps" in metric.takes else {}),
        }
        try:
            scorer = scoring.find(Stated(metric, 0.5, 0.0, args=args), kind)
        except CheckError:
            continue
        yield way, scorer


_WORDS = {
    "Classes": "one class",
    "LabelSets": "sets of classes",
    "Numbers": "numbers",
    "Texts": "texts",
    "Tags": "tags",
    "Rankings": "rankings",
    "Likelihoods": "likelihoods",
    "Boxes": "boxes",
}


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
