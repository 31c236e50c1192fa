"""Events: written beside what causes them, told once to whom they concern."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from analysis import contract
from registry import services
from registry.api import messages
from registry.models import Change, Delivery, Event, Run, ScanExecution, Webhook
from registry.webhooks import outbox
from tests import factories, owners

pytestmark = pytest.mark.django_db


def all_of_it(make):
    return make(*Webhook.On.values)[0]


def test_a_stored_finding_is_told_with_the_end_of_its_run(make, api_row):
    all_of_it(make)
    run = factories.taken()
    verdict = contract.Verdict.INCONCLUSIVE
    assert services.store_finding(run, contract.Finding(verdict, "Too few."), {})
    assert outbox.expand(messages.of) == 2
    ended, created = Event.objects.order_by("pk")
    assert (ended.type, created.type) == ("run.ended", "finding.created")
    body = json.loads(created.body)
    assert body["type"] == "finding.created"
    assert body["data"] == api_row(f"/api/v1/findings/{run.finding.pk}", body["data"])
    assert body["links"]["api"].endswith(f"/api/v1/findings/{run.finding.pk}")
    assert body["links"]["page"].endswith(f"/runs/{run.pk}")
    body = json.loads(ended.body)
    assert body["data"] == api_row(f"/api/v1/runs/{run.pk}", body["data"])
    assert Delivery.objects.count() == 2


@pytest.fixture
def api_row(client):
    """Return what the API says at an address, as far as a message has it."""

    def row(address, told):
        found = client.get(address).json()
        return {name: found[name] for name in told}

    return row


def test_every_way_to_end_is_told_and_nothing_else(make):
    all_of_it(make)
    factories.taken().finish(Run.Status.UNSUPPORTED, code="split", reason="No such split.")
    factories.run(status=Run.Status.RUNNING, faults=3, lease_until=now() - timedelta(hours=1))
    assert services.reap().buried == 1  # one statement for many rows
    assert factories.run().cancel("Not wanted.")  # who cancels it knows
    execution = factories.execution()
    for state in (ScanExecution.State.RUNNING, ScanExecution.State.DONE):
        execution.state = state
        execution.save()
    execution.save()
    owners.match(p=1e-9)
    owners.match(p=0.4)
    head = factories.change(what=Change.What.HEAD)
    factories.change(what=Change.What.TAGS)
    told = list(Event.objects.order_by("pk").values_list("type", "subject"))
    found = [kind for kind, _ in told if kind != "finding.created"]
    assert found == ["run.ended", "run.ended", "scan.ended", "mark.found", "repo.changed"]
    assert told[-1] == ("repo.changed", head.pk)
    outbox.expand(messages.of)
    bodies = [json.loads(event.body) for event in Event.objects.order_by("pk")]
    states = [one["data"]["status"] for one in bodies if one["type"] == "run.ended"]
    assert states == ["unsupported", "dead"]
    assert [one["data"]["state"] for one in bodies if one["type"] == "scan.ended"] == ["done"]
    assert all(one["links"]["page"].startswith("http://127.0.0.1:8000/") for one in bodies)


def test_a_run_that_was_revived_is_told_as_it_ended(make):
    all_of_it(make)
    run = factories.taken()
    run.finish(Run.Status.DEAD, code="memory", reason="Too large.")
    assert services.run_again(run)
    outbox.expand(messages.of)
    data = json.loads(Event.objects.get().body)["data"]
    assert (data["status"], data["code"], data["reason"]) == ("dead", "memory", "Too large.")
    assert data["finished_at"].endswith("Z")


def test_what_is_rolled_back_is_not_told(make):
    all_of_it(make)
    with transaction.atomic():
        factories.finding()
        assert Event.objects.count() == 1
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_nothing_is_written_where_nobody_listens(make):
    webhook = all_of_it(make)
    Webhook.objects.filter(pk=webhook.pk).update(state=Webhook.State.PAUSED)
    make(Webhook.On.SCAN)
    factories.finding()
    assert not Event.objects.exists()


def test_filters_choose(make):
    repo = factories.repo("alice/net", author=factories.author("alice"))
    claim = factories.claim(factories.revision(repo))
    heard = [
        make(repo="alice/net"),
        make(author="alice"),
        make(check="claim"),
        make(repo="alice/net", author="alice", check="claim"),
    ]
    for deaf in ({"repo": "alice/nets"}, {"author": "bob"}, {"check": "files"}):
        make(**deaf)
    make(Webhook.On.RUN)
    factories.finding(claim)
    make()  # it was made afterwards
    outbox.expand(messages.of)
    told = set(Delivery.objects.values_list("webhook", flat=True))
    assert told == {webhook.pk for webhook, _ in heard}


def test_nothing_of_a_private_repo_is_told(make):
    all_of_it(make)
    factories.finding(factories.claim(factories.revision(factories.repo(is_private=True))))
    assert outbox.expand(messages.of) == 1
    assert not Delivery.objects.exists()
    assert Event.objects.get().body == ""
    assert outbox.expand(messages.of) == 0


def test_a_thousand_webhooks_cost_as_many_queries_as_one(make):
    webhook = all_of_it(make)

    def queries():
        factories.finding()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            outbox.expand(messages.of)
        return len(asked)

    one = queries()
    columns = {name: getattr(webhook, name) for name in ("owner", "url", "events", "created_at")}
    Webhook.objects.bulk_create(Webhook(**columns) for _ in range(999))
    assert queries() == one <= 10
    assert Delivery.objects.count() == 1_001


def test_an_event_that_cannot_be_written_costs_only_itself(make, caplog):
    all_of_it(make)
    bad, good = factories.finding(), factories.finding()

    def write(events):
        if any(event.subject == bad.pk for event in events):
            raise ValueError("planted")
        return messages.of(events)

    assert outbox.expand(write) == 2
    assert Delivery.objects.get().event.subject == good.pk
    assert "cannot be told" in caplog.text


def test_old_events_go_with_their_deliveries(make):
    all_of_it(make)
    factories.finding()
    factories.finding()
    outbox.expand(messages.of)
    old = Event.objects.order_by("pk")[0]
    Event.objects.filter(pk=old.pk).update(at=now() - outbox.KEPT - timedelta(minutes=1))
    assert outbox.sweep() == 1
    assert Event.objects.count() == Delivery.objects.count() == 1
