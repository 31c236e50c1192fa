"""How the interval shrank, drawn from stored JSON that anybody's check may have written."""

from typing import Any

import pytest

from analysis.metrics import METRICS
from registry.web.looks import HEIGHT, WIDTH, drawn, read_looks
from registry.web.scales import Scale
from tests import factories

SCALE = Scale(METRICS["accuracy"])


def entry(n: int, estimate: float, half: float, **more: Any) -> dict[str, Any]:
    return {"n": n, "estimate": estimate, "low": estimate - half, "high": estimate + half, **more}


PATH = [entry(10, 0.8, 0.3), entry(100, 0.9, 0.1), entry(1_000, 0.92, 0.02)]


def test_it_works():
    found = drawn(read_looks({"measure": {"looks": PATH}}), 0.95, 0.005, SCALE)
    assert found is not None
    assert [tick.word for tick in found.x_ticks] == ["10", "100", "1,000"]
    assert all(tick.word.endswith(" %") for tick in found.y_ticks)
    assert len(found.y_ticks) >= 2
    assert found.words == (
        "After 10 samples 50.00–110.00 %, after 1,000 90.00–94.00 %; claimed 95.00 %."
    )
    points = [tuple(map(float, point.split(","))) for point in found.line.split()]
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert found.claim < found.last_y  # higher on the page is more
    assert len(found.band.split()) == 2 * len(PATH)


@pytest.mark.parametrize(
    "stored",
    [
        None, "x", 5, [], [1, None, "x"], [{}], [PATH[0]], [PATH[0], PATH[0]],
        [entry(0, 0.5, 0.1), PATH[0]], [entry(-5, 0.5, 0.1)], [{**PATH[0], "n": "10"}, PATH[1]],
        [{**PATH[0], "low": float("nan")}, PATH[1]], [{**PATH[0], "high": float("inf")}],
        [{**PATH[0], "low": True}, PATH[1]], [entry(5, 0.5, -0.1), PATH[1]],
        [{**PATH[0], "estimate": None}, PATH[1]],
    ],
)  # fmt: skip
def test_what_is_no_path_is_not_drawn(stored: Any):
    assert drawn(read_looks({"measure": {"looks": stored}}), 0.9, None, SCALE) is None
    assert read_looks({"measure": stored}) == []


def test_a_flat_path_is_drawn_too():
    flat = [entry(5, 0.0, 0.0), entry(50, 0.0, 0.0)]
    assert drawn(read_looks({"measure": {"looks": flat}}), 0.0, None, SCALE) is not None


@pytest.mark.django_db
def test_the_page_of_a_run_shows_it(read):
    claim = factories.claim(factories.revision(factories.repo("alice/net")))
    finding = factories.finding(claim, evidence={"measure": {"looks": PATH, "tolerance": 0.005}})
    page = read(f"/runs/{finding.run_id}")
    assert "How the interval shrank" in page.text
    drawing = [attrs for tag, attrs in page.elements if attrs.get("role") == "img"]
    assert any("after 1,000 90.00–94.00 %" in attrs["aria-label"] for attrs in drawing)
