from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.models.functions import Now
from django.db.utils import IntegrityError

from analysis import contract
from registry import services, signing
from registry.celery import app
from registry.models import Finding, Run
from registry.models.runs import MAX_FAULTS
from tests import factories
from tests.conftest import forget_connections

pytestmark = pytest.mark.django_db

FOUND = contract.Finding(
    contract.Verdict.CONFIRMED, "It holds.", contract.Estimate(0.917, 0.911, 0.922, 10_000)
)
EVIDENCE: dict[str, Any] = {
    "subject": {"files": [{"path": "model.safetensors", "sha256": "5b" * 32}]}
}


def on_queue(name):
    with app.connection_for_read() as link:
        return link.default_channel.client.llen(name)  # type: ignore[attr-defined]


def test_a_run_that_is_asked_for_twice_is_one_run():
    claim = factories.claim()
    first, is_new = services.request_run(claim.revision, "claim", claim)
    second, is_second_new = services.request_run(claim.revision, "claim", claim)
    assert (first.pk, is_new, is_second_new) == (second.pk, True, False)


def test_other_options_are_another_run():
    claim = factories.claim()
    first, _ = services.request_run(claim.revision, "claim", claim)
    second, _ = services.request_run(claim.revision, "claim", claim, options={"n": 100})
    assert first.pk != second.pk


@pytest.mark.parametrize("status", [Run.Status.DEAD, Run.Status.UNSUPPORTED])
def test_a_run_that_ended_without_a_finding_is_queued_again(status):
    claim = factories.claim()
    run, _ = services.request_run(claim.revision, "claim", claim)
    Run.objects.update(status=status, faults=3, reason="It was too large.")
    again, is_new = services.request_run(claim.revision, "claim", claim)
    assert (again.pk, is_new) == (run.pk, True)
    assert (again.status, again.faults, again.reason) == ("queued", 0, "")


def test_a_run_with_a_finding_is_not_repeated():
    claim = factories.claim()
    run, _ = services.request_run(claim.revision, "claim", claim)
    assert services.store_finding(factories.taken(run), FOUND, EVIDENCE)
    again, is_new = services.request_run(claim.revision, "claim", claim)
    assert (again.status, is_new) == ("done", False)


def test_what_cannot_be_asked_for_is_refused_in_words():
    claim = factories.claim()
    with pytest.raises(services.RequestRefused, match="no check 'tarot'; there are: claim"):
        services.request_run(claim.revision, "tarot", claim)
    with pytest.raises(services.RequestRefused, match="name one"):
        services.request_run(claim.revision, "claim")
    with pytest.raises(services.RequestRefused, match="another revision"):
        services.request_run(factories.revision(), "claim", claim)


def test_checks_are_asked_for_each_claim():
    revision = factories.revision()
    claims = [factories.claim(revision) for _ in range(3)]
    runs = services.request_checks(revision)
    assert [run.claim for run in runs] == claims


@pytest.mark.django_db(transaction=True)
def test_the_message_goes_out_after_commit(broker):
    claim = factories.claim()
    with transaction.atomic():
        run, _ = services.request_run(claim.revision, "claim", claim)
        assert on_queue("cpu") == 0
    assert on_queue("cpu") == 1
    run.refresh_from_db()
    assert run.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_loses_nothing(broker, settings):
    claim = factories.claim()
    app.conf.update(broker_url="redis+socket:///nowhere/valkey.sock")
    forget_connections()
    try:
        run, is_new = services.request_run(claim.revision, "claim", claim)
        assert is_new
        assert run.sent_at is None
    finally:
        app.conf.update(broker_url=broker)
        forget_connections()
    assert services.reap().sent == 1
    assert on_queue("cpu") == 1


@pytest.mark.django_db(transaction=True)
def test_the_reaper_brings_back_lapsed_runs_and_buries_those_that_kill_their_workers(broker):
    lapsed, poison, healthy = (factories.taken() for _ in range(3))
    past = Now() - timedelta(seconds=1)
    Run.objects.filter(pk=lapsed.pk).update(lease_until=past)
    Run.objects.filter(pk=poison.pk).update(lease_until=past, faults=MAX_FAULTS)
    done = services.reap()
    assert (done.requeued, done.buried, done.sent) == (1, 1, 1)
    states = {run.pk: run for run in Run.objects.all()}
    assert states[lapsed.pk].status == Run.Status.QUEUED
    assert states[healthy.pk].status == Run.Status.RUNNING
    assert states[poison.pk].status == Run.Status.DEAD
    assert states[poison.pk].reason == (
        "The worker died 3 times while it ran this; it is not tried again."
    )


def test_a_message_that_was_lost_is_sent_again_but_not_one_that_is_under_way(broker):
    fresh, lost = factories.run(), factories.run()
    Run.objects.filter(pk=fresh.pk).update(sent_at=Now())
    Run.objects.filter(pk=lost.pk).update(sent_at=Now() - timedelta(minutes=5))
    assert services.reap().sent == 1


def test_a_finding_is_stored_with_a_signature_that_verifies(settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    run = factories.taken()
    assert services.store_finding(run, FOUND, EVIDENCE)
    finding = Finding.objects.get(run=run)
    key = signing.load_key(tmp_path).public_key()
    statement = signing.verify(finding.envelope, key)
    assert statement["predicate"]["verdict"] == finding.verdict == "confirmed"
    assert statement["predicate"]["estimate"]["n"] == finding.n == 10_000
    assert statement["subject"][1] == {
        "name": "model.safetensors",
        "digest": {"sha256": "5b" * 32},
    }


def test_an_attempt_that_was_overtaken_stores_nothing(settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    first = factories.taken(worker="first")
    Run.objects.update(lease_until=Now() - timedelta(seconds=1))
    second = factories.taken(first, "second")
    assert not services.store_finding(first, FOUND, EVIDENCE)
    assert not Finding.objects.exists()
    assert services.store_finding(second, FOUND, EVIDENCE)
    assert not services.store_finding(second, FOUND, EVIDENCE)
    assert Finding.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE registry_finding SET verdict = 'confirmed'", "DELETE FROM registry_finding"],
)
def test_the_database_refuses_to_change_or_delete_a_finding(statement, settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    assert services.store_finding(factories.taken(), FOUND, EVIDENCE)
    with (
        pytest.raises((InternalError, IntegrityError), match="never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
