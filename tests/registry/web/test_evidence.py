"""Evidence laid out for reading."""

import pytest

from registry.web.evidence import MOST_FACTS, MOST_ROWS, assumptions, files_read, laid_out
from tests import factories


def facts(evidence):
    return {name: value for section in laid_out(evidence) for name, value in section.facts}


def test_it_works():
    sections = laid_out(factories.evidence())
    assert [section.title for section in sections] == [
        "How it was measured",
        "Data",
        "Sandbox and machine",
        "Record",
    ]
    found = facts(factories.evidence())
    assert found["Order · Seed"] == "20230514"
    assert found["Peak memory"] == "698 MiB"
    assert found["Whole split"] == "yes"
    assert sections[0].tables[0].rows[0] == ("64", "0.8906", "0.7401", "0.9712")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("n", 10_000, "10,000"),
        ("start_ms", 12, "12 ms"),
        ("wall_s", 3.9131276, "3.91 s"),
        ("cpu_s", 12345.6, "12,346 s"),
        ("peak_bytes", 2048, "2.00 KiB"),
        ("value", 0.123456789, "0.123457"),
        ("flag", False, "no"),
        ("empty", None, "–"),
        ("blank", "", "–"),
        ("list", ["a", 1, None], "a, 1, –"),
        ("long", "x" * 601, "x" * 600 + " …"),
    ],
)
def test_values_are_written_with_their_units(key, value, expected):
    assert list(facts({"measure": {key: value}}).values()) == [expected]


def test_what_nobody_foresaw_is_shown_too():
    found = facts({"novel": {"deep": {"er": 1}}, "loose": "text"})
    assert found == {"Deep · Er": "1", "Loose": "text"}


def test_a_flood_is_cut():
    nested: dict[str, object] = {}
    for _ in range(50):
        nested = {"a": nested}
    flood = {
        "measure": {str(n): n for n in range(5_000)},
        "data": {"rows": [{"n": n} for n in range(5_000)]},
        "deep": nested,
    }
    measure, data, *_ = laid_out(flood)
    assert len(measure.facts) == MOST_FACTS
    assert (len(data.tables[0].rows), data.tables[0].left_out) == (MOST_ROWS, 5_000 - MOST_ROWS)


def test_assumptions_of_measure_and_data_stand_together_once():
    evidence = {"measure": {"assumptions": ["a", "b"]}, "data": {"assumptions": ["b", "c"]}}
    assert assumptions(evidence) == ["a", "b", "c"]
    assert assumptions({"measure": {"assumptions": "text"}, "data": 3}) == []


def test_files_of_another_shape_are_left_out():
    assert files_read({"subject": {"files": [{"path": "a"}, "b", {"size": 1}]}}) == [{"path": "a"}]
    assert files_read({"subject": None}) == []
