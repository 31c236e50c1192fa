"""Claimed and measured values in one scale."""

from dataclasses import replace

import pytest
from django.template import Context, Template

from analysis.metrics import METRICS
from registry.models import Claim, Finding
from registry.web.claims import compare
from registry.web.figures import PAD, WIDTH, axis_around
from registry.web.interval_drawing import drawn
from registry.web.scales import Scale
from registry.web.states import STATES
from registry.web.templatetags.assay import truncatechars
from tests.registry.web.conftest import Page

CONFIRMED = STATES["confirmed"]


def claim(text, metric="accuracy", **fields):
    return Claim(
        source="model-index", file="README.md", raw="", metric=metric, value_text=text, **fields
    )


def finding(value, low=None, high=None):
    return Finding(verdict="confirmed", value=value, low=low, high=high, n=100)


@pytest.mark.parametrize(
    ("metric", "text", "value", "expected"),
    [
        ("accuracy", "91.7", 0.9173, ("91.7 %", "91.73 %", "+0.03 points")),
        ("accuracy", "0.9264", 0.9173, ("92.64 %", "91.73 %", "−0.91 points")),
        ("accuracy", "91.7 %", 0.917, ("91.7 %", "91.70 %", "0.00 points")),
        ("spearman", "82.03", 0.82032, ("0.8203", "0.8203", "+0.0000")),
        ("perplexity", "18.2", 21.5, ("18.2", "21.5000", "+3.3000")),
    ],
)
def test_values_are_written_in_the_scale_of_the_metric(metric, text, value, expected):
    shown = compare(claim(text, metric), finding(value, value, value), CONFIRMED)
    assert (shown.claimed, shown.measured, shown.difference) == expected


def test_a_claim_that_cannot_be_compared_stays_as_written():
    shown = compare(claim("great", "magic score"), finding(0.91234567), CONFIRMED)
    assert (shown.claimed, shown.measured, shown.figure) == ("great", "0.9123", None)
    assert compare(None, None, CONFIRMED).claimed == ""


def test_the_way_it_was_written_is_kept_only_where_it_differs():
    assert compare(claim("91.7"), None, CONFIRMED).as_written == ""
    assert compare(claim("91.7 %"), None, CONFIRMED).as_written == ""
    assert compare(claim("0.917"), None, CONFIRMED).as_written == "0.917"


@pytest.mark.parametrize("metric", list(METRICS))
def test_every_metric_is_written_without_an_error(metric):
    scale = Scale(METRICS[metric])
    assert scale.write(0.5)
    assert scale.write_interval(0.4, 0.6)
    assert scale.write_difference(-0.1).startswith("−")
    assert scale.span >= 0


def test_the_claim_stands_in_the_middle_and_marks_keep_their_order():
    figure = compare(claim("95"), finding(0.9173, 0.9118, 0.9226), CONFIRMED, 0.005).figure
    assert figure is not None
    assert figure.claim == WIDTH / 2
    assert PAD <= figure.low < figure.value < figure.high < figure.claim
    assert figure.near_start == pytest.approx(WIDTH / 2 - figure.near_width / 2, abs=0.01)


def test_a_small_difference_looks_small_and_a_large_one_fits():
    small = axis_around(0.9, (0.901, 0.899), span=1.0)
    assert abs(small.at(0.901) - WIDTH / 2) < 4
    large = axis_around(0.9, (0.1, 0.1), span=1.0)
    assert PAD < large.at(0.1) < WIDTH / 2
    assert axis_around(0.0, (0.0,), span=0.0).at(0.0) == WIDTH / 2


@pytest.mark.parametrize(
    "tolerance", [None, "0.1", True, -1, {"absolute": 0.01}, {"absolute": "x"}, [0.1], float("nan")]
)
def test_a_tolerance_of_any_form_is_read_or_left_out(tolerance):
    figure = compare(claim("95"), finding(0.9173), CONFIRMED, tolerance).figure
    assert figure is not None
    expected = isinstance(tolerance, dict) and tolerance["absolute"] == 0.01
    assert (figure.near_start is not None) is expected


def test_a_drawing_has_its_marks_its_words_and_where_it_is_large_its_numbers():
    figure = compare(claim("95"), finding(0.9173, 0.9118, 0.9226), CONFIRMED, 0.005).figure
    assert figure is not None
    for is_labelled in (False, True):
        drawing = drawn(figure, is_labelled=is_labelled)
        read = Page(drawing)
        assert f'aria-label="{figure.words}"' in drawing
        marks = [attrs.get("class") for tag, attrs in read.elements if tag not in {"g", "text"}]
        assert marks[1:] == ["base", "near", "span", "bound", "bound", "point", "claim"]
        assert f'cx="{figure.value:g}"' in drawing
        assert ("claimed 95 % 91.73 %" in read.text) is is_labelled
    assert "&lt;b&gt;" in drawn(replace(figure, words="<b>"))


def test_a_text_that_fits_is_left_and_a_longer_one_is_cut_as_django_cuts_it():
    assert truncatechars("four", 4) == "four"
    assert truncatechars("fives", 4) == "fiv…"
    assert (
        Template("{% load assay %}{{ text|truncatechars:9 }}").render(Context({"text": "<b>"}))
        == "&lt;b&gt;"
    )
