"""From answers to a metric: which metric can be computed from which kind of answers, and how.

A scorer turns a piece of the answers into rows, one a sample, which hold all that the sample
contributes; the metric is a function of the rows. So a run can stop in the middle, go on, or be
drawn from again (bootstrap) without the answers themselves.
"""

from collections.abc import Mapping
from importlib import import_module

from analysis.answers import Answers
from analysis.catalog import KINDS
from analysis.contract import Unsupported
from analysis.metrics import Stated
from analysis.scoring.scorer import Form, Make, Scorer, Undefined

__all__ = ["Form", "Make", "Scorer", "Undefined", "can_score", "find", "measurable"]


def measurable(kind: type[Answers]) -> frozenset[str]:
    """List the metrics that can be computed from a kind of answers."""
    return frozenset(
        metric for metrics in KINDS.get(kind.__name__, {}).values() for metric in metrics
    )


def find(stated: Stated, kind: type[Answers]) -> Scorer:
    """Make the scorer of a stated metric; raise Unsupported (metric) where there is none."""
    for module, metrics in KINDS.get(kind.__name__, {}).items():
        if stated.metric.id in metrics:
            makers: Mapping[str, Make] = import_module(f"analysis.scoring.{module}").SCORERS
            return makers[stated.metric.id](stated.args)
    raise Unsupported(
        f"The metric {stated.metric.name} cannot be computed from what networks of this task"
        " answer.",
        "metric",
    )


def can_score(stated: Stated, kind: type[Answers]) -> bool:
    """Say whether ``find`` has a scorer."""
    try:
        find(stated, kind)
    except Unsupported:
        return False
    return True
