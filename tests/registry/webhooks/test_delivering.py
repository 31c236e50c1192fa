"""Deliveries: signed, tried again, never lost, bounded, and told to stop."""

import logging
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils.timezone import now

from registry.api import messages
from registry.models import Delivery, Webhook, WebhookSecret
from registry.webhooks import delivering, outbox, registering, sending, signing
from tests import factories
from tests.receivers import status, trickle

pytestmark = pytest.mark.django_db(transaction=True)


def later():
    """Let all waits be over."""
    Delivery.objects.update(next_at=now())
    Webhook.objects.update(quiet_until=None)


def waits():
    """Return for how many seconds the only delivery waits."""
    return (Delivery.objects.get().next_at - now()).total_seconds()


def test_it_works(make, send, receiver):
    webhook, secret = make()
    finding = factories.finding()
    receiver.answers = [status(200, b"thank \x00\xffyou \x1b[31m")]
    assert send() == 1
    message = receiver.verified(secret)
    assert (message["type"], message["data"]["id"]) == ("finding.created", finding.pk)
    path, headers, _ = receiver.got[0]
    assert path == "/hook"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["content-type"] == "application/json"
    sent = Delivery.objects.select_related("event").get()
    assert headers["webhook-id"] == sent.event.message_id
    assert (sent.state, sent.status_code, sent.attempt, sent.error) == ("delivered", 200, 1, "")
    assert sent.excerpt == "thank \ufffd\ufffdyou \ufffd[31m"
    webhook.refresh_from_db()
    assert webhook.delivered_at
    assert send() == 0
    assert len(receiver.got) == 1


def test_failures_are_tried_again_with_growing_waits_and_one_id(make, send, receiver):
    webhook, secret = make()
    factories.finding()
    receiver.answers = [status(500)] * len(delivering.WAITS_S)
    for wait in delivering.WAITS_S:
        assert send() == 0
        assert wait * 0.89 - 1 < waits() < wait * 1.11
        assert send() == 0  # not before its time
        later()
    webhook.refresh_from_db()
    assert webhook.failing_since
    sent = Delivery.objects.get()
    assert (sent.state, sent.status_code) == ("waiting", 500)
    assert sent.error == "The receiver answered 500."
    assert send() == 1
    assert {headers["webhook-id"] for _, headers, _ in receiver.got} == {
        Delivery.objects.get().event.message_id
    }
    assert len({body for _, _, body in receiver.got}) == 1
    assert receiver.verified(secret)
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.quiet_until) == (None, None)


def test_after_the_last_attempt_it_is_given_up_and_the_webhook_after_days(make, send, receiver):
    webhook, _ = make()
    factories.finding()
    Delivery.objects.update(tries=0)
    receiver.answers = [status(500)] * 3
    send()
    Delivery.objects.update(tries=len(delivering.WAITS_S))
    later()
    send()
    assert Delivery.objects.get().state == "failed"
    webhook.refresh_from_db()
    assert webhook.state == "active"
    Webhook.objects.update(failing_since=now() - timedelta(days=5, minutes=1))
    factories.finding()
    later()
    send()
    webhook.refresh_from_db()
    assert webhook.state == "disabled"
    assert webhook.reason == ("Nothing could be delivered for 5 days. The receiver answered 500.")
    later()
    assert send() == 0
    registering.resume(webhook)
    assert send() == 1


def test_a_receiver_that_is_gone_is_told_no_more(make, send, receiver):
    webhook, _ = make()
    factories.finding()
    factories.finding()
    receiver.answers = [status(410)]
    send()
    later()
    send()
    assert len(receiver.got) == 1
    webhook.refresh_from_db()
    assert (webhook.state, "410" in webhook.reason) == ("disabled", True)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["failed", "waiting"]


@pytest.mark.parametrize(
    ("code", "told", "least", "most"),
    [
        (429, "120", 118, 120),
        (503, "99999999999", 86_398, 86_400),
        (503, "0", -1, 1),
        (503, "Wed, 21 Oct 2015 07:28:00 GMT", -1, 1),
        (503, "soon", 3, 6),
        (500, "120", 3, 6),  # says nothing of waiting
    ],
)
def test_a_receiver_says_when_to_come_again(make, send, receiver, code, told, least, most):
    make()
    factories.finding()
    receiver.answers = [status(code, Retry_After=told)]
    send()
    assert least <= waits() <= most


def test_a_sender_that_is_killed_after_sending_loses_nothing(make, send, receiver, settings):
    webhook, secret = make()
    factories.finding()
    outbox.expand(messages.of)
    database = connection.settings_dict["NAME"]
    command = [sys.executable, "-m", "tests.registry.webhooks.sender", database]
    command += [str(settings.ASSAY_HOME), str(webhook.pk)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    sender = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    receiver.answers = [lambda _: sender.kill()]  # it has the message, and its sender no answer
    assert sender.wait(60) == -signal.SIGKILL
    left = Delivery.objects.get()
    assert (left.state, left.attempt, len(receiver.got)) == ("sending", 1, 1)
    assert send() == 0  # not while the lease may still be somebody's
    Delivery.objects.update(lease_until=now() - timedelta(seconds=1))
    assert outbox.hint() == 1
    assert send() == 1
    assert receiver.got[0][1]["webhook-id"] == receiver.got[1][1]["webhook-id"]
    assert receiver.verified(secret, 0) == receiver.verified(secret, 1)


def test_a_sender_that_is_slow_is_followed_by_another_with_the_same_id(make, send, receiver):
    webhook, _ = make()
    factories.finding()
    outbox.expand(messages.of)
    slow = Delivery.take(webhook.pk)
    assert slow
    delivering.attempt(slow)  # sent, but never noted
    assert Delivery.take(webhook.pk) is None  # held
    Delivery.objects.update(lease_until=now() - timedelta(seconds=1))
    other = Delivery.take(webhook.pk)
    assert other
    outcome = delivering.Outcome(None, "too late", 1)
    assert not delivering.settle(slow, outcome)  # it is not its own any more
    assert Delivery.objects.get().error == ""
    assert delivering.settle(other, delivering.attempt(other))
    first, second = (headers["webhook-id"] for _, headers, _ in receiver.got)
    assert first == second
    assert Delivery.objects.get().state == "delivered"


def test_a_fault_of_our_own_is_an_attempt_that_failed(make, send, monkeypatch, caplog):
    make()
    factories.finding()

    def broken(*_):
        raise KeyError("planted")

    monkeypatch.setattr(sending, "post", broken)
    assert send() == 0
    left = Delivery.objects.get()
    assert (left.state, left.tries, "fault of Assay" in left.error) == ("waiting", 1, True)
    assert "planted" in caplog.text


def test_a_secret_is_rotated_and_both_sign_for_a_day(make, send, receiver):
    webhook, old = make()
    new = registering.rotate(webhook)
    factories.finding()
    assert send() == 1
    assert len(receiver.got[0][1]["webhook-signature"].split(" ")) == 2
    assert receiver.verified(old) == receiver.verified(new)
    WebhookSecret.objects.exclude(expires_at=None).update(expires_at=now())
    factories.finding()
    assert send() == 1
    assert receiver.verified(new)
    with pytest.raises(Exception, match="No matching signature"):
        receiver.verified(old)
    for _ in range(5):
        registering.rotate(webhook)
    assert WebhookSecret.objects.count() == signing.MOST


def test_a_replay_comes_with_the_same_id_and_body(make, send, receiver):
    webhook, secret = make()
    factories.finding()
    assert send() == 1
    registering.replay(Delivery.objects.select_related("webhook").get())
    assert send() == 1
    (_, first, body), (_, second, again) = receiver.got
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert receiver.verified(secret)
    assert Delivery.objects.get().attempt == 2
    registering.test(webhook)
    assert send() == 1
    assert receiver.verified(secret)["type"] == registering.TEST
    registering.pause(webhook)
    with pytest.raises(registering.NotNow, match="is paused"):
        registering.test(webhook)


def test_a_redirect_is_not_followed(make, send, receiver):
    make()
    factories.finding()
    receiver.answers = [status(307, Location=receiver.url)]
    assert send() == 0
    assert len(receiver.got) == 1
    assert Delivery.objects.get().status_code == 307


def test_answers_are_bounded_in_bytes_and_time(make, send, receiver, monkeypatch):
    make()
    factories.finding()
    receiver.answers = [status(200, b"\xff" * (16 << 20))]
    assert send() == 1
    assert receiver.cut.wait(10)  # nobody reads the rest
    assert len(Delivery.objects.get().excerpt) == sending.EXCERPT
    monkeypatch.setattr(sending, "EXCHANGE_S", 0.5)
    factories.finding()
    receiver.answers = [trickle]
    begun = time.monotonic()
    assert send() == 0
    assert time.monotonic() - begun < 3
    late = Delivery.objects.get(state="waiting")
    assert (late.status_code, late.error) == (None, "There was no answer within 0.5 seconds.")


def test_what_cannot_be_reached_or_opened_is_said_in_a_sentence(make, send, receiver, settings):
    make()
    factories.finding()
    key = settings.ASSAY_HOME / "keys" / signing.KEY_FILE
    kept = key.read_bytes()
    key.unlink()
    send()
    assert "this machine has no webhooks.key" in Delivery.objects.get().error
    key.write_bytes(kept)
    Webhook.objects.update(url="http://127.0.0.1:1/hook")
    later()
    send()
    assert "port 80 or 443" in Delivery.objects.get().error  # rules are asked again
    Webhook.objects.update(url="http://nothing.invalid/hook")
    later()
    send()
    assert "has no address" in Delivery.objects.get().error
    settings.ASSAY_WEBHOOK_PRIVATE = False
    Webhook.objects.update(url=f"https://127.0.0.1:{receiver.port}/hook")
    later()
    send()
    assert "private network" in Delivery.objects.get().error
    assert not receiver.got


def test_the_tick_asks_a_worker_once_and_again_when_it_is_lost(make, broker, receiver):
    from celery.contrib.testing.worker import start_worker

    from registry.celery import app

    webhook, secret = make()
    factories.finding()
    outbox.tick(messages.of)
    webhook.refresh_from_db()
    assert webhook.sent_at
    assert outbox.hint() == 0
    Webhook.objects.update(sent_at=now() - timedelta(seconds=61))
    assert outbox.hint() == 1
    level = logging.root.level  # its own one, ERROR, would outlive it
    with start_worker(app, loglevel=level, perform_ping_check=False, queues=["io"]):
        until = time.monotonic() + 20
        while not Delivery.objects.filter(state="delivered").exists():
            assert time.monotonic() < until
            time.sleep(0.05)
    assert receiver.verified(secret)["type"] == "finding.created"
    assert len(receiver.got) == 1
    assert Delivery.objects.filter(attempt=F("tries")).count() == 1
