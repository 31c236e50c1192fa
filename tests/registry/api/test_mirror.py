"""/api/v1/mirror and /api/v1/syncs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from registry.models import SyncProblem
from tests import factories
from tests.registry.hub.test_status import sync, window

pytestmark = pytest.mark.django_db


def problem(of, name="a/b"):
    return SyncProblem.objects.create(sync=of, repo_name=name, stage="card", reason="r", at=now())


def test_it_works(api):
    one = sync(seen=50, limit=100)
    window()
    told = api.get("/api/v1/mirror").json()
    assert told["running"][0]["id"] == one.pk
    assert told["running"][0]["expected"] == 100
    assert told["budget"][0]["left"] == 390
    assert told["errands"]["total"] == 0
    assert api.get("/api/v1/").json()["mirror"].endswith("/api/v1/mirror")


def test_an_unknown_parameter_is_refused(api):
    assert api.get("/api/v1/mirror", {"x": 1}).status_code == 400
    one = sync()
    assert api.get(f"/api/v1/syncs/{one.pk}/problems", {"x": 1}).status_code == 400
    assert api.get("/api/v1/syncs", {"kind": "none"}).status_code == 400


def test_passes_by_kind_and_state(api):
    full, recent = sync(status="done"), sync(kind="recent")
    found = api.get("/api/v1/syncs").json()["results"]
    assert [row["id"] for row in found] == [recent.pk, full.pk]
    found = api.get("/api/v1/syncs", {"kind": "recent", "status": "running"}).json()["results"]
    assert [row["id"] for row in found] == [recent.pk]
    row = api.get(f"/api/v1/syncs/{full.pk}").json()
    assert (row["hub"], row["status"]) == ("https://hub.example", "done")
    assert "cursor" not in row


def test_problems_of_one_pass_by_pages(api):
    one, other = sync(), sync()
    made = [problem(one).pk for _ in range(5)]
    problem(other)
    factories.repo("alice/secret", is_private=True)
    problem(one, "alice/secret")
    address, found = f"/api/v1/syncs/{one.pk}/problems?limit=2", []
    while address:
        page = api.get(address).json()
        found += [row["id"] for row in page["results"]]
        address = page["next"]
    assert found == made[::-1]
    assert api.get("/api/v1/syncs/999999/problems").status_code == 404


def test_twenty_rows_take_as_many_queries_as_one(api):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert api.get("/api/v1/syncs").json()["results"]
        return len(seen)

    sync()
    one = queries()
    for _ in range(19):
        sync()
    assert queries() == one == 1
