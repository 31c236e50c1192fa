from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.models.functions import Now
from django.db.utils import IntegrityError

from analysis import contract
from registry import services, signing
from registry.celery import app
from registry.models import Finding, FindingPicture, Run
from registry.models.leased import MAX_FAULTS
from tests import factories
from tests.conftest import forget_connections
from tests.plugins import installed  # noqa: F401 - a fixture

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
    with pytest.raises(services.RequestRefused, match="no check 'tarot'; there are: adversarial, "):
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


def picture(name, place=0):
    return FindingPicture(
        place=place,
        name=name,
        title=name,
        alt="Noise.",
        kind="clean",
        width=1,
        height=1,
        sha256="0" * 64,
        data=b"png",
    )


def test_pictures_are_stored_with_their_finding_or_not_at_all(settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    run = factories.taken()
    twice = [picture("a"), picture("a", 1)]
    with pytest.raises(IntegrityError), transaction.atomic():
        services.store_finding(run, FOUND, EVIDENCE, twice)
    run.refresh_from_db()
    assert (run.status, Finding.objects.count()) == ("running", 0)
    assert services.store_finding(run, FOUND, EVIDENCE, [picture("a"), picture("b", 1)])
    stored = Finding.objects.get(run=run).pictures.described()
    assert [one.name for one in stored] == ["a", "b"]


def test_the_database_refuses_to_change_a_picture(settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    assert services.store_finding(factories.taken(), FOUND, EVIDENCE, [picture("a")])
    with (
        pytest.raises((InternalError, IntegrityError), match="never changed"),
        transaction.atomic(),
    ):
        FindingPicture.objects.update(title="other")


def test_lists_of_pictures_leave_the_bytes_where_they_are(
    settings, tmp_path, django_assert_num_queries
):
    settings.ASSAY_HOME = tmp_path
    assert services.store_finding(factories.taken(), FOUND, EVIDENCE, [picture("a")])
    with django_assert_num_queries(1) as seen:
        assert [one.sha256 for one in FindingPicture.objects.described()]
    assert '"data"' not in seen.captured_queries[0]["sql"]


@pytest.mark.parametrize("status", [Run.Status.QUEUED, Run.Status.RUNNING])
def test_a_run_that_is_live_can_be_cancelled_and_asked_for_again(status):
    run = factories.run(status=status)
    held = Run.objects.get(pk=run.pk)
    assert services.cancel_run(run, "alice")
    run.refresh_from_db()
    assert (run.status, run.code, run.reason) == ("cancelled", "cancelled", "Cancelled by alice.")
    assert (run.lease_until, run.finished_at is None) == (None, False)
    assert not held.beat()
    assert not held.finish(Run.Status.DONE)
    assert Run.take(run.pk, "worker") is None
    assert not services.cancel_run(run, "alice")
    assert services.run_again(run)
    run.refresh_from_db()
    assert (run.status, run.reason, run.finished_at) == ("queued", "", None)
    assert not held.beat()  # a worker that had it does not have it again


@pytest.mark.parametrize("status", Run.ENDED)
def test_a_run_that_has_ended_is_not_cancelled(status):
    run = factories.run(status=status)
    assert not services.cancel_run(run, "alice")
    assert Run.objects.get(pk=run.pk).status == status


def test_a_run_with_a_finding_or_under_way_is_not_queued_again():
    for run in (factories.finding().run, factories.run(), factories.run(status="running")):
        assert not services.run_again(run)


@pytest.mark.usefixtures("installed")
def test_options_are_part_of_what_makes_a_run_one_run():
    revision = factories.revision()

    def ask(**asked):
        return services.request_run(revision, "brightness", asked={"dataset": "d"} | asked)[0]

    assert ask() == ask(eps="8/255") == ask(n=16, norm="Linf")
    assert ask(eps=0.5) == ask(eps="0.5")
    assert len({ask().pk, ask(eps=0.5).pk, ask(norm="L2").pk, ask(n=3).pk}) == 4


@pytest.mark.usefixtures("installed")
def test_options_that_are_none_are_refused_each_in_a_sentence():
    with pytest.raises(services.RequestRefused, match="'brightness'") as caught:
        services.request_run(factories.revision(), "brightness", asked={"eps": 7, "colour": "red"})
    assert set(caught.value.errors) == {"eps", "colour", "dataset"}
    claim = factories.claim()
    with pytest.raises(services.RequestRefused, match="there are: none"):
        services.request_run(claim.revision, "claim", claim, asked={"n": 5})
    assert not Run.objects.exists()


@pytest.mark.usefixtures("installed")
def test_a_check_that_is_not_usual_is_asked_for_by_name_only():
    revision = factories.claim().revision
    assert [run.check_id for run in services.request_checks(revision)] == ["claim"]
    asked = services.request_checks(revision, ["brightness"], asked={"dataset": "d"})
    assert [run.check_id for run in asked] == ["brightness"]
