"""Metrics of rankings, against pytrec_eval and by hand."""

import numpy as np
import pytest
import pytrec_eval

from analysis.answers import Rankings
from analysis.contract import Unsupported
from analysis.scoring import Form
from tests.analysis.scoring.computing import compute, scorer_of

ORACLES = {
    "ndcg_at_k": "ndcg_cut_{k}",
    "map_at_k": "map_cut_{k}",
    "recall_at_k": "recall_{k}",
    "precision_at_k": "P_{k}",
    "hit_rate_at_k": "success_{k}",
    "ndcg": "ndcg",
    "map": "map",
    "mrr": "recip_rank",
}


def drawn(queries: int = 40) -> Rankings:
    draw = np.random.default_rng(8)
    right, given_ = [], []
    for _ in range(queries):
        documents = [f"d{number}" for number in range(30)]
        right.append({d: int(draw.integers(0, 3)) for d in documents if draw.random() < 0.3})
        # With ties, and with documents that nobody judged.
        given_.append({d: round(float(draw.random()), 1) for d in documents})
    return Rankings(right, given_)


@pytest.mark.parametrize("metric", ORACLES)
@pytest.mark.parametrize("k", [1, 5, 10, 1000])
def test_metrics_are_those_of_trec_eval(metric, k):
    answers = drawn()
    key = ORACLES[metric].format(k=k)
    measure = key.replace(f"_{k}", f".{k}") if "{k}" in ORACLES[metric] else key
    names = [f"q{number}" for number in range(len(answers))]
    evaluator = pytrec_eval.RelevanceEvaluator(
        dict(zip(names, answers.right, strict=True)), {measure}
    )
    found = evaluator.evaluate(dict(zip(names, answers.given, strict=True)))
    args = {"k": k} if metric.endswith("_at_k") else {}
    pieces = [
        Rankings(answers.right[:9], answers.given[:9]),
        Rankings(answers.right[9:], answers.given[9:]),
    ]
    expected = np.mean([found[name][key] for name in names])
    assert compute(metric, pieces, **args) == pytest.approx(expected, abs=1e-9)


RELEVANT = [{"a": 1}]


@pytest.mark.parametrize(
    ("given_", "k", "expected"),
    [
        ({"a": 3, "b": 2, "c": 1}, 1, 1),
        ({"a": 2, "b": 3, "c": 1}, 1, 0),
        ({"a": 2, "b": 3, "c": 1}, 2, 1 / 2),
        ({"a": 1, "b": 3, "c": 2}, 2, 0),
        ({"a": 1, "b": 3, "c": 2}, 3, 1 / 3),
        ({"a": 1, "b": 1}, 2, 1 / 2),  # of equal ones the later name comes first
        ({"a": 1e300, "b": 1e299}, 1, 1),  # 32 bits hold neither
        ({"a": 1 + 1e-12, "b": 1}, 1, 1),
        ({"a": float("nan"), "b": 1}, 5, 0),
        ({}, 5, 0),
    ],
)
def test_the_reciprocal_rank_is_cut(given_, k, expected):
    assert compute("mrr_at_k", Rankings(RELEVANT, [given_]), k=k) == pytest.approx(expected)


def test_a_query_without_anything_relevant_counts_as_0():
    answers = Rankings([{"a": 1}, {}, {"a": 0}], [{"a": 1.0}, {"a": 1.0}, {"a": 1.0}])
    for metric in ("ndcg", "map", "mrr"):
        assert compute(metric, answers) == pytest.approx(1 / 3)


@pytest.mark.parametrize("k", [None, 0, -1, "10", True, 10**9])
def test_a_cutoff_is_a_positive_whole_number(k):
    with pytest.raises(Unsupported, match="argument k"):
        scorer_of("ndcg_at_k", Rankings, k=k)


def test_each_is_a_mean():
    assert all(
        scorer_of(metric, Rankings, **({"k": 3} if "_k" in metric else {})).form is Form.MEAN
        for metric in ORACLES
    )
