"""Measures and exports in the API."""

from datetime import timedelta

import pytest

from registry.ecosystem.exports import making
from registry.ecosystem.measures import MEASURES
from registry.models import Measurement
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def stored(measure="overstatement", **fields):
    defaults = {
        "version": 1,
        "date": NOON.date(),
        "at": NOON,
        "numerator": 1,
        "denominator": 4,
        "unknown": 2,
        "seconds": 0.25,
        "breakdown": [
            {"part": "task", "label": "", "numerator": 1, "denominator": 4, "unknown": 2}
        ],
    }
    return Measurement.objects.create(measure=measure, **(defaults | fields))


def test_measures_are_listed_with_definition_and_newest_answer(api, django_assert_num_queries):
    stored(date=NOON.date() - timedelta(days=1), numerator=3)
    stored()
    with django_assert_num_queries(1):
        answer = api.get("/api/v1/measures").json()
    assert [one["id"] for one in answer["results"]] == list(MEASURES)
    first = answer["results"][0]
    assert first["newest"]["numerator"] == 1
    assert "breakdown" not in first["newest"]
    assert first["interval"]["low"] == pytest.approx(0.0456, abs=1e-4)
    assert answer["results"][1]["newest"] is None


def test_a_measure_has_its_breakdown_and_the_figures_of_2022(api):
    stored("claims")
    answer = api.get("/api/v1/measures/claims").json()
    assert answer["newest"]["share"] == 0.25
    assert answer["newest"]["breakdown"][0]["part"] == "task"
    assert answer["interval"] is None  # all models were counted
    assert answer["earlier"]["doubts"]
    whole = next(one for one in answer["earlier"]["figures"] if not one["part"])
    assert (whole["numerator"], whole["denominator"]) == (2_594, 62_467)


def test_unknown_names_and_parameters_are_refused(api):
    assert api.get("/api/v1/measures/nonsense").status_code == 404
    assert api.get("/api/v1/measures?sort=id").status_code == 400
    assert api.get("/api/v1/measurements?measure=nonsense").status_code == 400
    assert api.get("/api/v1/exports/latest").status_code == 404
    assert api.get("/api/v1/exports/..").status_code == 404


def test_a_series_is_a_list_by_keyset(api):
    for n in range(5):
        stored(date=NOON.date() - timedelta(days=n), numerator=n)
    stored("claims")
    page = api.get("/api/v1/measurements?measure=overstatement&limit=3").json()
    assert [row["numerator"] for row in page["results"]] == [0, 1, 2]
    rest = api.get(page["next"]).json()["results"]
    assert [row["numerator"] for row in rest] == [3, 4]
    one = api.get(f"/api/v1/measurements/{rest[0]['id']}").json()
    assert one["breakdown"][0]["unknown"] == 2
    oldest = api.get("/api/v1/measurements?measure=overstatement&sort=date&limit=1").json()
    assert oldest["results"][0]["numerator"] == 4


def test_exports_are_listed_with_addresses(api, tmp_path, settings, transactional_db):
    settings.ASSAY_EXPORTS = str(tmp_path)
    factories.repo()
    making.make(at=NOON)
    (found,) = api.get("/api/v1/exports").json()["results"]
    assert found == api.get("/api/v1/exports/latest").json()
    repos = next(one for one in found["files"] if one["table"] == "repos")
    assert repos["rows"] == 1
    answer = api.get(repos["url"])
    assert len(answer.getvalue()) == repos["bytes"]
