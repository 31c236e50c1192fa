"""Curves, bars and facts of a finding, whatever numbers they hold."""

import math
import re
from typing import Any

import pytest

from registry.web import drawings
from registry.web.drawings import HEIGHT, MOST_POINTS, WIDTH
from tests import factories

CURVE: dict[str, Any] = {
    "title": "Accuracy against budget",
    "x_label": "eps",
    "y_label": "accuracy",
    "series": [
        {
            "name": "Linf",
            "points": [[0, 0.92, 0.9, 0.94], [0.5, 0.4, 0.35, 0.45], [1, 0.0, 0.0, 0.05]],
        },
        {"name": "L2", "points": [[0, 0.92], [1, 0.7]]},
    ],
}
BARS: dict[str, Any] = {
    "title": "Accuracy by corruption",
    "unit": "",
    "groups": [
        {
            "name": "noise",
            "bars": [
                {"name": "gaussian", "value": 0.5, "low": 0.4, "high": 0.6},
                {"name": "shot", "value": 0.25},
            ],
        },
        {"name": "blur", "bars": [{"name": "zoom", "value": 0.0, "low": 0.0, "high": 0.1}]},
    ],
}
FACTS = [
    {"name": "Calibration", "value": "holds", "sentence": "It broke all that can be broken."},
    {"name": "Gradients are zero", "value": False, "sentence": ""},
]
ODD: list[Any] = [
    math.nan,
    math.inf,
    -math.inf,
    10**400,
    1e300,
    -1e300,
    5e-324,
    None,
    "1",
    True,
    [],
    {},
]


def of(**measure):
    return drawings.of({"measure": measure})


def numbers(text):
    return [float(one) for one in re.findall(r"-?[0-9.]+", text)]


def test_it_works():
    found = of(curves=[CURVE], bars=[BARS], facts=FACTS)
    (curve,) = found.curves
    first, second = curve.series
    assert [one.name for one in curve.series] == ["Linf", "L2"]
    assert first.rows[1] == ("0.5", "0.4", "0.35 to 0.45")
    assert second.rows[1] == ("1", "0.7", "")
    assert curve.has_intervals
    assert [tick.word for tick in curve.y_ticks] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    xs, ys = zip(*first.dots, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)  # lower values stand lower
    assert curve.words.startswith("Accuracy against budget, Linf: 0.92 at eps 0, 0 at eps 1.")
    (bars,) = found.bars
    assert [group.name for group in bars.groups] == ["noise", "blur"]
    gaussian, shot = bars.groups[0].bars
    assert (gaussian.value, gaussian.interval) == ("50.00 %", "40.00–60.00 %")
    assert (shot.value, shot.interval, shot.low) == ("25.00 %", "", None)
    assert gaussian.length == 2 * shot.length
    assert [fact.value for fact in found.facts] == ["holds", "no"]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_numbers_that_are_none_are_left_out_and_nothing_leaves_the_drawing(odd):
    for place in range(4):
        points = [[0.1, 0.5, 0.4, 0.6], [0.2, 0.5, 0.4, 0.6], [0.3, 0.5, 0.4, 0.6]]
        points[1][place] = odd
        for curve in of(
            curves=[{"title": "t", "series": [{"name": "s", "points": points}]}]
        ).curves:
            for series in curve.series:
                marks = numbers(f"{series.line} {series.band}")
                assert all(0 <= mark <= WIDTH for mark in marks)
                assert all(0 <= y <= HEIGHT for _, y in series.dots)
    for name in ("value", "low", "high"):
        bar = {"name": "a", "value": 0.5, "low": 0.4, "high": 0.6} | {name: odd}
        for bars in of(bars=[{"groups": [{"name": "g", "bars": [bar]}]}]).bars:
            assert all(0 <= one.length <= 240 for one in bars.groups[0].bars)
    of(facts=[{"name": "n", "value": odd, "sentence": odd}, {"name": odd}])


@pytest.mark.parametrize("odd", [*ODD, "text", [[]], [{}], [{"series": 5}], [{"groups": [7]}]])
def test_evidence_of_another_shape_draws_nothing(odd):
    assert not drawings.of({"measure": {"curves": odd, "bars": odd, "facts": odd}})
    assert not drawings.of({"measure": odd})


@pytest.mark.parametrize(
    "values", [[0.0], [5.0, 5.0], [1e15, 1e15], [-3.0, 2.0], [1e-12, 2e-12], [1e15, -1e15]]
)
def test_any_range_has_an_axis(values):
    points = [[value, value] for value in values]
    (curve,) = of(curves=[{"series": [{"points": points}]}]).curves
    assert 1 <= len(curve.x_ticks) <= 12
    assert all(56 <= tick.at <= 628 for tick in curve.x_ticks)


def test_ten_thousand_points_are_thinned_and_the_last_stays():
    points = [[n / 10_000, 0.5] for n in range(10_000, -1, -1)]
    (curve,) = of(curves=[{"series": [{"name": "s", "points": points}]}]).curves
    rows = curve.series[0].rows
    assert len(rows) <= MOST_POINTS + 1
    assert (rows[0][0], rows[-1][0]) == ("0", "1")
    assert curve.series[0].dots == []


def test_everything_has_a_bound():
    many = [CURVE | {"title": "x" * 500, "series": CURVE["series"] * 50}] * 100
    bars = [BARS | {"groups": BARS["groups"] * 500}] * 100
    found = of(curves=many, bars=bars, facts=[{"name": "n", "value": "y" * 9999}] * 500)
    assert len(found.curves) == len(found.bars) == 8
    assert len(found.curves[0].title) == 80
    assert len(found.curves[0].series) == 6
    assert len(found.bars[0].groups) == 30
    assert len(found.facts) == 60
    assert len(found.facts[0].value) <= 400


def test_bars_of_another_unit_have_an_axis_of_their_own():
    bars = {"title": "Errors", "unit": "queries", "groups": [{"name": "", "bars": [{"value": 37}]}]}
    (found,) = of(bars=[bars]).bars
    assert (found.axis, found.groups[0].bars[0].value) == ("0 to 50 queries", "37 queries")


@pytest.mark.django_db
def test_the_page_draws_them_and_says_the_same_in_a_table(read):
    evidence = factories.evidence()
    evidence["measure"] |= {"curves": [CURVE], "bars": [BARS], "facts": FACTS}
    page = read(f"/runs/{factories.finding(evidence=evidence).run_id}")
    for words in (
        "Accuracy against budget",
        "0.35 to 0.45",
        "Accuracy by corruption",
        "gaussian",
        "40.00–60.00 %",
        "It broke all that can be broken.",
    ):
        assert words in page.text
    assert "Curves" not in page.text  # not once more among the evidence
    labels = [attrs.get("aria-label") or "" for tag, attrs in page.elements if tag == "svg"]
    assert any(label.startswith("Accuracy against budget, Linf") for label in labels)


@pytest.mark.django_db
def test_hostile_names_stay_text(client):
    attack = "<script>alert(1)</script>\u202e"
    curve = {"title": attack, "x_label": attack, "series": [{"name": attack, "points": [[0, 1]]}]}
    bar = {"name": attack, "value": 1}
    bars = {"title": attack, "unit": attack, "groups": [{"name": attack, "bars": [bar]}]}
    fact = {"name": attack, "value": attack, "sentence": attack}
    evidence = factories.evidence()
    evidence["measure"] |= {"curves": [curve], "bars": [bars], "facts": [fact]}
    body = client.get(f"/runs/{factories.finding(evidence=evidence).run_id}").content.decode()
    assert "<script>alert" not in body
    assert "\u202e" not in body
