"""Computes a metric from answers as a run does, and holds each scorer to what its form promises."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from analysis import scoring
from analysis.answers import Answers
from analysis.metrics import METRICS, Stated
from analysis.scoring import Form, Scorer


def scorer_of(metric: str, kind: type[Answers], **args: Any) -> Scorer:
    return scoring.find(Stated(METRICS[metric], 0.5, 0.0, args=args), kind)


def compute(metric: str, answers: Answers | Sequence[Answers], **args: Any) -> float:
    """Compute a metric of one piece of answers, or of several."""
    pieces = answers if isinstance(answers, list | tuple) else [answers]
    scorer = scorer_of(metric, type(pieces[0]), **args)
    rows = np.concatenate([scorer.rows(piece) for piece in pieces])
    assert len(rows) == sum(map(len, pieces))
    value = scorer.value(rows)
    check_form(scorer, rows, value)
    # A bootstrap draws rows again, in any order.
    assert scorer.value(rows[::-1]) == pytest.approx(value, rel=1e-9, nan_ok=True)
    scorer.value(np.concatenate([rows, rows[:1]]))
    return value


def check_form(scorer: Scorer, rows: Any, value: float) -> None:
    assert scorer.library
    assert scorer.signature
    if scorer.form is Form.MEAN:
        assert rows.shape[1] == 1
        low, high = scorer.bounds
        assert ((low <= rows) & (rows <= high)).all()
        assert value == pytest.approx(rows.mean())
    elif scorer.form is not Form.WHOLE:
        sums = np.stack([rows.sum(0, dtype=float), 2 * rows.sum(0, dtype=float)])
        expected = scorer.values(sums)[0]
        assert value == pytest.approx(expected)
    if scorer.form is Form.RATIO:
        assert rows.shape[1] == 2
        if value not in (0, 1):
            ratio = rows[:, 0].sum() / rows[:, 1].sum()
            assert scorer.to_ratio(value) == pytest.approx(ratio)  # type: ignore[attr-defined]
        for at in (0.1, 0.5, 0.9):
            corners = [first - at * second for first, second in scorer.extremes]
            assert not corners or (rows[:, 0] - at * rows[:, 1] >= min(corners) - 1e-9).all()
            assert not corners or (rows[:, 0] - at * rows[:, 1] <= max(corners) + 1e-9).all()
