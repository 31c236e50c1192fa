"""Metrics of likelihoods, by their definitions."""

import math

import numpy as np
import pytest

from analysis.answers import Likelihoods
from analysis.contract import CheckError
from analysis.scoring import Undefined
from tests.analysis.scoring.computing import compute, scorer_of

TEXTS = Likelihoods(
    np.array([10.0, 30.0, 0.5]), np.array([5, 10, 1]), np.array([4, 8, 1]), np.array([20, 41, 3])
)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("loss", 40.5 / 16),
        ("perplexity", math.exp(40.5 / 16)),
        ("word_perplexity", math.exp(40.5 / 13)),
        ("byte_perplexity", math.exp(40.5 / 64)),
        ("bits_per_byte", 40.5 / 64 / math.log(2)),
    ],
)
def test_each_divides_by_its_own_unit(metric, expected):
    assert compute(metric, TEXTS) == pytest.approx(expected, rel=1e-12)


def test_the_perplexity_is_torchs_cross_entropy():
    torch = pytest.importorskip("torch")
    logits = torch.randn(12, 7, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    right = torch.arange(12) % 7
    nats = torch.nn.functional.cross_entropy(logits, right, reduction="none").numpy()
    ones = np.ones(12)
    loss = torch.nn.functional.cross_entropy(logits, right).item()
    answers = Likelihoods(nats, ones, ones, ones)
    assert compute("loss", answers) == pytest.approx(loss, rel=1e-12)
    assert compute("perplexity", answers) == pytest.approx(math.exp(loss), rel=1e-12)


@pytest.mark.parametrize("nats", [1e5, math.inf])
def test_a_text_that_cannot_be_is_infinitely_perplexing(nats):
    scorer = scorer_of("perplexity", Likelihoods)
    one = np.ones(1)
    assert scorer.value(scorer.rows(Likelihoods(np.array([nats]), one, one, one))) == math.inf


def test_what_is_missing_leaves_no_value():
    one = np.ones(1)
    with pytest.raises(CheckError, match="no likelihood to 1 of"):
        compute("perplexity", Likelihoods(np.array([math.nan]), one, one, one))
    with pytest.raises(CheckError, match="no likelihood to 1 of"):
        compute("perplexity", Likelihoods(one, np.array([-1]), one, one))
    with pytest.raises(Undefined):
        compute("perplexity", Likelihoods(one, np.zeros(1), one, one))
