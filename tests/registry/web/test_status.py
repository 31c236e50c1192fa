"""Whether the server works, as a page says it."""

import socket
import time
from datetime import timedelta

import pytest
from celery import Celery
from django.core.cache import cache
from django.db import DatabaseError
from django.utils.timezone import now
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from registry.celery import app
from registry.web import standing
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()
    yield
    cache.clear()


def ticked(ago):
    every = IntervalSchedule.objects.create(every=5, period="seconds")
    PeriodicTask.objects.create(name="x", task="x", interval=every, last_run_at=now() - ago)


def test_what_waits_and_how_old_things_are(read, broker):
    factories.run()
    factories.run(status="running", queue="gpu")
    factories.sync()
    factories.execution(factories.scan("Nightly"))
    ticked(timedelta(seconds=20))
    page = read("/status")
    for words in (
        "Database Up Answers.",
        "Broker Up Answers.",
        "Workers Away None answered in time.",
        "Schedule Up Began something on",
        "cpu 1 0",
        "gpu 0 1",
        "20 Nov 2026",
        "Nightly",
        "Not every part of this server answers.",
        "Assay 0.1.0",
    ):
        assert words in page.text


def test_a_schedule_that_stopped_is_away(read, broker):
    ticked(timedelta(hours=2))
    assert "Schedule Away Last began something on" in read("/status").text


def test_a_schedule_that_is_new_is_not_called_away(read, broker):
    every = IntervalSchedule.objects.create(every=5, period="seconds")
    entry = PeriodicTask.objects.create(name="x", task="x", interval=every)
    assert "Schedule Not known Has not begun anything yet." in read("/status").text
    PeriodicTask.objects.filter(pk=entry.pk).update(date_changed=now() - timedelta(minutes=5))
    assert "Schedule Away Has not begun anything yet." in read("/status").text


def test_the_first_sentence_follows_the_parts():
    def said(*states):
        parts = [standing.Part("x", state, "y") for state in states]
        return standing.Standing(parts, [], {}, now()).said

    assert said(True, True) == "Every part of this server answers."
    assert said(True, None).startswith("Nothing is known to be away")
    assert said(True, None, False) == "Not every part of this server answers."


def test_a_broker_that_is_not_there_costs_a_second_at_most():
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, says nothing
        port = silent.getsockname()[1]
        begun = time.monotonic()
        away = Celery("away", broker=f"redis://secret:word@127.0.0.1:{port}/0")
        parts = {part.name: part for part in standing.standing(away).parts}
        assert time.monotonic() - begun < standing.LIMIT_S + 1
        assert parts["Broker"].is_up is False
        assert parts["Workers"].is_up is None
        assert "secret" not in str(parts)
        begun = time.monotonic()
        assert standing.served(away) is None  # kept for a moment, and nobody is asked twice
        assert time.monotonic() - begun < 0.1


def test_without_a_database_the_page_says_so(client, monkeypatch, broker):
    def away(*_):
        raise DatabaseError("host db.internal is gone")

    monkeypatch.setattr(standing, "standing", away)
    answer = client.get("/status")
    assert answer.status_code == 503
    text = answer.content.decode()
    assert "Does not answer" in text
    assert "db.internal" not in text


def test_neither_hosts_nor_addresses_are_told(client, broker):
    factories.run(status="running", worker="host-of-a-worker")
    text = client.get("/status").content.decode()
    for secret in ("host-of-a-worker", socket.gethostname(), app.conf.broker_url, "redis"):
        assert secret not in text
