"""Idempotency-Key."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from registry.models import IdempotencyKey, Run, Scan
from tests import factories, owners

pytestmark = pytest.mark.django_db

SCAN = {"name": "weekly", "checks": ["claim"], "max_runs": 5}


def client(owner=None):
    _, secret = factories.token(owner, scopes=["runs", "scans", "marks"])
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def renamed():
    """Make the name of the scan free: done again, the request would be fulfilled again."""
    for scan in Scan.objects.all():
        Scan.objects.filter(pk=scan.pk).update(name=f"scan {scan.pk}")


def post(by, body=None, key="one", address="/api/v1/scans", **more):
    return by.post(address, body or SCAN, headers={"idempotency-key": key}, format="json", **more)


def test_sent_again_it_is_answered_again_and_not_done_again():
    alice = client()
    first = post(alice)
    renamed()
    again = post(alice, dict(reversed(SCAN.items())))  # the same body, written otherwise
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Scan.objects.count() == 1
    assert post(alice, key="two").status_code == 201
    renamed()
    assert post(client()).status_code == 201  # another token's key is another key
    assert Scan.objects.count() == 3


def test_a_key_is_for_one_request():
    alice = client()
    post(alice)
    other = post(alice, SCAN | {"name": "monthly"})
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    assert post(alice, address="/api/v1/runs").status_code == 422
    assert Scan.objects.count() == 1


def test_one_that_is_under_way_is_waited_for_and_given_up_in_time():
    alice = client()
    post(alice)
    IdempotencyKey.objects.update(status=None)
    waits = post(alice)
    assert waits.status_code == 409
    assert waits.json()["type"] == "/problems#under-way"
    IdempotencyKey.objects.update(created_at=now() - timedelta(minutes=6))
    renamed()
    assert post(alice).status_code == 201
    assert Scan.objects.count() == 2


def test_a_day_later_the_key_is_free_and_old_rows_are_gone():
    alice = client()
    post(alice)
    renamed()
    post(alice, key="old")
    renamed()
    IdempotencyKey.objects.update(created_at=now() - timedelta(hours=25))
    assert post(alice).status_code == 201
    assert Scan.objects.count() == 3
    assert IdempotencyKey.objects.count() == 1


def test_an_error_is_not_kept():
    alice = client()
    assert post(alice, SCAN | {"checks": ["none"]}).status_code == 400
    assert IdempotencyKey.objects.count() == 0
    assert post(alice).status_code == 201


def test_a_fault_of_ours_leaves_no_key(monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError

    alice = client()
    alice.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("registry.scans.control.create", broken)
        assert post(alice).status_code == 500
    assert post(alice).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "tab\tbed"])
def test_a_key_that_is_none(key):
    answer = post(client(), key=key)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/Idempotency-Key"


def test_the_key_itself_is_not_stored():
    post(client(), key="something-private")
    assert "something-private" not in str(IdempotencyKey.objects.values().get())


def test_runs_and_executions_and_marks(broker):
    alice = client()
    revision = factories.claim().revision
    body = {"repo": revision.repo.name, "claim": revision.claims.get().pk}
    first, again = (post(alice, body, key="run", address="/api/v1/runs") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert again["Location"] == first["Location"]
    Run.objects.update(status="dead")
    assert post(alice, body, key="run", address="/api/v1/runs").json()["status"] == "queued"
    scan = factories.scan()
    begun = [post(alice, {}, key="go", address=f"/api/v1/scans/{scan.pk}/run") for _ in range(2)]
    assert [one.status_code for one in begun] == [202, 202]
    mark = owners.mark()
    asked = {"repo": revision.repo.name}
    looked = [post(alice, asked, "v", f"/api/v1/marks/{mark.pk}/verify") for _ in range(2)]
    assert looked[0].status_code == looked[1].status_code
    assert looked[0].json() == looked[1].json()
