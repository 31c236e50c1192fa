"""/api/v1/scans and /api/v1/scan-executions."""

import pytest
from rest_framework.test import APIClient

from registry.models import ApiToken, Finding, Run, Scan, ScanExecution, ScanItem
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/api/v1/scans"
EXECUTIONS = "/api/v1/scan-executions"
BODY = {"name": "weekly", "selection": "q=net", "checks": ["claim"], "schedule": "0 3 * * 1"}


@pytest.fixture
def carol():
    """A client with a token that may make and drive scans."""
    _, secret = factories.token(factories.user("carol"), scopes=[ApiToken.Scope.SCANS])
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def test_it_works(carol):
    answer = carol.post(LIST, BODY | {"max_cost": "9.50", "gpu_hour_price": "2"}, format="json")
    assert answer.status_code == 201, answer.json()
    scan = Scan.objects.get()
    assert answer["Location"] == f"http://testserver{LIST}/{scan.pk}"
    row = carol.get(f"{LIST}/{scan.pk}").json()
    assert row == carol.get(LIST).json()["results"][0] == answer.json()
    assert (row["schedule_words"], row["max_cost"], row["window"]) == (
        "At 03:00, only on Monday, UTC",
        "9.50",
        20,
    )
    assert scan.owner == factories.user("carol")


def test_everybody_reads(api):
    factories.execution()
    assert len(api.get(LIST).json()["results"]) == 1
    assert len(api.get(EXECUTIONS).json()["results"]) == 1


def test_a_scan_is_driven(carol):
    scan = factories.scan()
    begun = carol.post(f"{LIST}/{scan.pk}/run")
    execution = ScanExecution.objects.get()
    assert (begun.status_code, begun["Location"]) == (
        202,
        f"http://testserver{EXECUTIONS}/{execution.pk}",
    )
    assert execution.requested_by == "carol"
    joined = carol.post(f"{LIST}/{scan.pk}/run")
    assert (joined.status_code, joined.json()["id"]) == (200, execution.pk)
    assert carol.post(f"{LIST}/{scan.pk}/pause").json()["state"] == "paused"
    again = carol.post(f"{LIST}/{scan.pk}/pause")
    assert (again.status_code, again.json()["detail"]) == (422, "The scan is paused already.")
    refused = carol.post(f"{LIST}/{scan.pk}/run")
    assert refused.json()["detail"] == "The scan is paused. Resume it first."
    assert carol.post(f"{LIST}/{scan.pk}/resume").json()["state"] == "active"
    assert carol.post(f"{LIST}/{scan.pk}/stop").json()["code"] == "person"
    assert carol.delete(f"{LIST}/{scan.pk}").status_code == 204
    assert carol.get(f"{LIST}/{scan.pk}").status_code == 404
    assert carol.get(EXECUTIONS).json()["results"] == []


def test_only_what_is_named_changes(carol):
    scan = factories.scan("weekly", schedule="0 3 * * 1", selection="q=net")
    answer = carol.patch(f"{LIST}/{scan.pk}", {"max_runs": None, "window": 5}, format="json")
    assert answer.status_code == 200, answer.json()
    scan.refresh_from_db()
    assert (scan.max_runs, scan.window, scan.schedule) == (None, 5, "0 3 * * 1")


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"checks": ["tarot"]}, "/checks", "There is no check “tarot”; there are: "),
        ({"checks": []}, "/checks", "Name at least one check"),
        ({"schedule": "0 0 31 2 *"}, "/schedule", "never occurs"),
        ({"schedule": "* * * * *"}, "/schedule", "the shortest distance is 5 minutes"),
        ({"max_runs": 0}, "/max_runs", "Say a whole number from 1"),
        ({"max_runs": 2**40}, "/max_runs", "Say a whole number from 1"),
        ({"max_bytes": -1}, "/max_bytes", "Say a whole number from 1"),
        ({"max_bytes": 2**63}, "/max_bytes", "Say a whole number from 1"),
        ({"max_cost": "5"}, "/max_cost", "needs the price of a GPU hour"),
        ({"gpu_hour_price": "-2"}, "/gpu_hour_price", "Say a price of 0 or more."),
        ({"window": 201}, "/window", "from 1 to 200"),
        ({"selection": ""}, "/selection", "This selects every model."),
        ({"selection": "licenze=mit"}, "/selection", "A search has no filter “licenze”"),
        ({"selection": "q=a&q=b"}, "/selection", "are given twice"),
        ({"selection": "verdict=good"}, "/selection", "Say one of: confirmed, overstated"),
        ({"name": ""}, "/name", "may not be blank"),
        ({"colour": "red"}, "/colour", "There is no such field."),
    ],
)
def test_what_cannot_be_is_pointed_at(carol, change, pointer, words):
    answer = carol.post(LIST, BODY | change, format="json")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]
    assert not Scan.objects.exists()


@pytest.mark.parametrize("path", ["", "/{}/run", "/{}/pause", "/{}/resume", "/{}/stop"])
def test_a_token_without_the_scope_drives_nothing(api, alice, path):
    address = LIST + path.format(factories.scan().pk)
    assert api.post(address, BODY, format="json").status_code == 401
    answer = alice.post(address, BODY, format="json")
    assert answer.status_code == 403
    assert "scope 'scans'" in answer.json()["detail"]
    assert (Scan.objects.count(), ScanExecution.objects.count()) == (1, 0)


def test_a_token_for_scans_asks_for_no_single_run(carol):
    claim = factories.claim()
    body = {"repo": claim.revision.repo.name, "claim": claim.pk}
    assert carol.post("/api/v1/runs", body, format="json").status_code == 403


def test_an_execution_names_what_was_not_done_and_its_difference(api):
    scan = factories.scan()
    execution = factories.execution(scan)
    run = factories.run(status=Run.Status.UNSUPPORTED, code="split", reason="No such split.")
    factories.scan_item(execution, run, outcome=ScanItem.Outcome.UNSUPPORTED, reason=run.reason)
    hidden = factories.repo("bob/secret", is_private=True)
    finding = factories.finding(verdict=Finding.Verdict.OVERSTATED)
    row = {"kind": "new", "repo_id": hidden.pk, "repo": "bob/secret", "after_run": finding.run_id}
    ScanExecution.objects.update(difference={"against": 1, "counts": {"new": 1}, "rows": [row]})
    told = api.get(f"{EXECUTIONS}/{execution.pk}").json()
    assert told["not_done"] == [
        {"outcome": "unsupported", "code": "split", "example": "No such split.", "count": 1}
    ]
    assert told["difference"] == {"against": 1, "counts": {"new": 1}, "rows": []}
    listed = api.get(EXECUTIONS, {"scan": scan.pk, "state": "planning"}).json()["results"]
    assert [one["id"] for one in listed] == [execution.pk]
    assert "difference" not in listed[0]


def test_lists_take_as_many_queries_for_one_as_for_twenty(api, django_assert_max_num_queries):
    for _ in range(20):
        factories.execution()
    with django_assert_max_num_queries(2):
        assert len(api.get(LIST).json()["results"]) == 20
    with django_assert_max_num_queries(2):
        assert len(api.get(EXECUTIONS).json()["results"]) == 20
