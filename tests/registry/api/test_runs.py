"""/api/v1/runs: reading runs, and asking for one."""

import pytest
from rest_framework.test import APIClient

from registry.models import ApiToken, Repo, Run
from tests import factories
from tests.plugins import installed  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

LIST = "/api/v1/runs"


def ask(client, of, **fields):
    body = {"repo": of.revision.repo.name, "claim": of.pk} | fields
    return client.post(LIST, body, format="json")


def test_it_works(api):
    run = factories.run(status=Run.Status.RUNNING, progress=3, total=9)
    answer = api.get(f"{LIST}/{run.pk}")
    row = answer.json()
    assert row == api.get(LIST).json()["results"][0]
    assert (row["status"], row["stage"], row["progress"], row["total"]) == (
        "running",
        "measuring",
        3,
        9,
    )
    assert row["check"] == {"id": "claim", "version": factories.CLAIM.version}
    assert row["finding"] is None
    assert answer["Cache-Control"] == "no-cache"
    assert not {"worker", "lease_until", "requested_by", "key"} & set(row)


def test_a_run_that_is_done_names_its_finding(api):
    finding = factories.finding()
    assert api.get(f"{LIST}/{finding.run_id}").json()["finding"] == finding.pk


def test_filters(api):
    waiting = factories.run()
    dead = factories.run(status=Run.Status.DEAD, code="memory", reason="Too big.")
    for query, found in (
        ({"status": "dead"}, [dead.pk]),
        ({"claim": waiting.claim_id}, [waiting.pk]),
        ({"repo": dead.revision.repo.name}, [dead.pk]),
        ({"check": "claim"}, [dead.pk, waiting.pk]),
        ({"check": "other"}, []),
    ):
        assert [row["id"] for row in api.get(LIST, query).json()["results"]] == found, query


def test_a_run_is_asked_for(alice):
    claim = factories.claim()
    answer = ask(alice, claim)
    run = Run.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"http://testserver{LIST}/{run.pk}"
    assert answer.json()["status"] == "queued"
    assert (run.claim, run.revision, run.requested_by) == (claim, claim.revision, "alice")


def test_asked_for_twice_it_is_one_run(alice):
    claim = factories.claim()
    first, second = ask(alice, claim), ask(alice, claim, revision=claim.revision.sha)
    assert first["Location"] == second["Location"]
    assert second.status_code == 202
    assert Run.objects.count() == 1


def test_what_was_measured_already_is_answered_at_once(alice):
    claim = factories.claim()
    ask(alice, claim)
    Run.objects.update(status=Run.Status.DONE, finished_at=factories.NOON)
    factories.finding(Run.objects.get())
    answer = ask(alice, claim)
    assert answer.status_code == 200
    assert answer.json()["finding"] is not None
    assert answer["Location"].endswith(f"/{answer.json()['id']}")


def test_a_commit_may_be_shortened(alice):
    claim = factories.claim()
    assert ask(alice, claim, revision=claim.revision.sha[:10]).status_code == 202
    assert Run.objects.get().revision == claim.revision


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"repo": "nobody/nothing"}, "/repo"),
        ({"repo": ""}, "/repo"),
        ({"repo": ["a"]}, "/repo"),
        ({"repo": "a\0b"}, "/repo"),
        ({"revision": "0" * 40}, "/revision"),
        ({"revision": "main"}, "/revision"),
        ({"claim": 999_999}, "/claim"),
        ({"claim": 10**30}, "/claim"),
        ({"claim": "first"}, "/claim"),
        ({"cheque": "claim"}, "/cheque"),
    ],
)
def test_what_cannot_be_meant_is_pointed_at(alice, change, pointer):
    answer = ask(alice, factories.claim(), **change)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Run.objects.exists()


def test_a_body_that_is_no_object_is_refused(alice):
    assert alice.post(LIST, [1], format="json").status_code == 400


def test_a_run_that_cannot_be_made_says_why(alice):
    claim = factories.claim()
    body = {"repo": claim.revision.repo.name}
    answer = alice.post(LIST, body, format="json")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "The check 'claim' measures a claim; name one."
    assert "no check 'magic'" in ask(alice, claim, check="magic").json()["detail"]
    assert not Run.objects.exists()


@pytest.mark.parametrize("state", [{"is_private": True}, {"state": Repo.State.GONE}])
def test_no_run_on_what_is_not_shown(alice, state):
    claim = factories.claim(factories.revision(factories.repo(**state)))
    assert ask(alice, claim).status_code == 400


def test_without_a_token_nothing_is_asked_for(api):
    answer = ask(api, factories.claim())
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not Run.objects.exists()


def test_a_token_without_the_scope_is_refused():
    _, secret = factories.token(scopes=[])
    client = APIClient(headers={"authorization": f"Bearer {secret}"})
    answer = ask(client, factories.claim())
    assert answer.status_code == 403
    assert "scope 'runs'" in answer.json()["detail"]


@pytest.mark.parametrize("fields", [{"revoked_at": factories.NOON}, {"expires_at": factories.NOON}])
def test_a_token_that_ended_is_refused_also_for_reading(fields):
    _, secret = factories.token(**fields)
    client = APIClient(headers={"authorization": f"Bearer {secret}"})
    assert client.get(LIST).status_code == 401


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer assay_wrong", "Basic YTpi", "assay_x", "Bearer \xe9"]
)
def test_a_header_that_holds_no_token_of_ours_is_refused(header):
    answer = APIClient(headers={"authorization": header}).get(LIST)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_user_who_left_asks_for_nothing(alice):
    user = ApiToken.objects.get().user
    user.is_active = False
    user.save()
    assert ask(alice, factories.claim()).status_code == 401


def test_the_session_of_a_browser_is_no_token(client):
    client.force_login(factories.user("root", is_superuser=True, is_staff=True))
    claim = factories.claim()
    body = {"repo": claim.revision.repo.name, "claim": claim.pk}
    assert client.post(LIST, body, content_type="application/json").status_code == 401


def asked(client, revision, **fields):
    body = {"repo": revision.repo.name, "check": "brightness"} | fields
    return client.post(LIST, body, format="json")


@pytest.mark.usefixtures("installed")
def test_a_check_is_asked_for_with_options(alice, api):
    revision = factories.revision()
    options = {"dataset": "cifar10", "eps": "4/255", "n": 16, "levels": [0.5, 0.25]}
    answer = asked(alice, revision, options=options)
    assert answer.status_code == 202, answer.json()
    assert answer.json()["options"] == {"dataset": "cifar10", "eps": 4 / 255}
    assert asked(alice, revision, options=options)["Location"] == answer["Location"]
    options["eps"] = 0.5
    assert asked(alice, revision, options=options)["Location"] != answer["Location"]
    Run.objects.update(options={"dataset": "d", "fresh": True, "expect": {"files": {}}})
    assert api.get(LIST).json()["results"][0]["options"] == {"dataset": "d"}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("options", "pointers"),
    [
        ({}, {"/options/dataset"}),
        ({"dataset": "d", "eps": 9}, {"/options/eps"}),
        ({"dataset": "d", "colour": 1}, {"/options/colour"}),
        ({"dataset": "d", "seed": 1}, {"/options/seed"}),
        ({"dataset": "d", "limits": {"wall_s": 1e9}}, {"/options/limits"}),
        ({"dataset": {"a": 1}, "n": [1]}, {"/options/dataset", "/options/n"}),
        ([], {"/options"}),
        ("x", {"/options"}),
    ],
)
def test_options_that_are_none_are_pointed_at(alice, options, pointers):
    answer = asked(alice, factories.revision(), options=options)
    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert not Run.objects.exists()


def test_a_run_is_cancelled(alice, api):
    run = factories.run(status=Run.Status.RUNNING, note="Step 1.")
    assert api.get(f"{LIST}/{run.pk}").json()["note"] == "Step 1."
    answer = alice.post(f"{LIST}/{run.pk}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["reason"] == "Cancelled by alice."
    again = alice.post(f"{LIST}/{run.pk}/cancel")
    assert (again.status_code, again.json()["detail"]) == (422, "The run had ended already.")
    found = api.get(LIST, {"status": "cancelled"}).json()["results"]
    assert [row["id"] for row in found] == [run.pk]


def test_a_run_is_not_cancelled_without_the_scope(api, alice):
    run = factories.run()
    assert api.post(f"{LIST}/{run.pk}/cancel").status_code == 401
    _, secret = factories.token(scopes=[ApiToken.Scope.SCANS], name="other")
    other = APIClient(headers={"authorization": f"Bearer {secret}"})
    assert other.post(f"{LIST}/{run.pk}/cancel").status_code == 403
    Repo.objects.update(is_private=True)
    assert alice.post(f"{LIST}/{run.pk}/cancel").status_code == 404
    assert Run.objects.get().status == Run.Status.QUEUED


def test_a_cancelled_run_that_is_asked_for_again_waits_again(alice):
    claim = factories.claim()
    number = ask(alice, claim).json()["id"]
    alice.post(f"{LIST}/{number}/cancel")
    answer = ask(alice, claim)
    assert (answer.status_code, answer.json()["id"]) == (202, number)
    assert answer.json()["status"] == "queued"
