"""/api/v1/findings."""

import pytest

from registry.models import Finding
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/api/v1/findings"


def test_it_works(api):
    finding = factories.finding(envelope={"payloadType": "x"})
    row = api.get(LIST).json()["results"][0]
    assert (row["id"], row["run"], row["verdict"]) == (finding.pk, finding.run_id, "confirmed")
    assert row["check"] == {"id": "claim", "version": factories.CLAIM.version}
    assert row["estimate"] == {"value": 0.9173, "low": 0.9118, "high": 0.9226, "n": 10_000}
    assert "evidence" not in row
    detail = api.get(f"{LIST}/{finding.pk}").json()
    more = {"pictures": [], "evidence": finding.evidence, "envelope": {"payloadType": "x"}}
    assert detail == row | more


def test_filters(api):
    first = factories.finding()
    second = factories.finding(verdict=Finding.Verdict.OVERSTATED)
    for query, found in (
        ({"verdict": "overstated"}, [second.pk]),
        ({"run": first.run_id}, [first.pk]),
        ({"claim": second.run.claim_id}, [second.pk]),
        ({"repo": first.run.revision.repo.name}, [first.pk]),
        ({"revision": second.run.revision.sha}, [second.pk]),
        ({"check": "claim"}, [second.pk, first.pk]),
        ({"sort": "id"}, [first.pk, second.pk]),
    ):
        assert [row["id"] for row in api.get(LIST, query).json()["results"]] == found, query


def test_a_measurement_without_a_finite_value_is_null(api):
    finding = factories.finding(value=float("nan"), low=float("-inf"), high=float("inf"))
    estimate = api.get(f"{LIST}/{finding.pk}").json()["estimate"]
    assert estimate == {"value": None, "low": None, "high": None, "n": 10_000}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_one(alice, method):
    finding = factories.finding()
    for address in (LIST, f"{LIST}/{finding.pk}"):
        answer = getattr(alice, method)(address, {}, format="json")
        assert answer.status_code in {403, 405}
        assert answer["Content-Type"] == "application/problem+json"
    assert Finding.objects.get() == finding


def test_a_finding_names_its_pictures(api):
    finding = factories.finding(verdict="measured")
    first = factories.picture(finding, "first", title="First", group="Sample 1")
    second = factories.picture(finding, "second", kind="trigger")
    assert "pictures" not in api.get(LIST, {"verdict": "measured"}).json()["results"][0]
    shown = api.get(f"{LIST}/{finding.pk}").json()["pictures"]
    assert [one["name"] for one in shown] == ["first", "second"]
    address = f"/findings/{finding.pk}/pictures/first.png"
    assert shown[0] == {
        "name": "first",
        "group": "Sample 1",
        "title": "First",
        "alt": "What first shows.",
        "kind": "clean",
        "width": 28,
        "height": 28,
        "sha256": first.sha256,
        "url": f"http://testserver{address}",
    }
    assert api.get(address).content == bytes(second.data)
