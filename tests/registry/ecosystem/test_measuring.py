"""Taking measures: stored once a day, one at a time, and told plainly where it fails."""

import json
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import now

from registry.celery import app
from registry.ecosystem import measuring
from registry.ecosystem.measures import MEASURES
from registry.models import Change, Measurement
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tasks():
    """Have the tasks registered, as a worker has."""
    app.loader.import_default_modules()


def test_a_day_has_one_row_a_measure():
    factories.repo()
    first = measuring.measure(["models"])[0]
    factories.repo()
    second = measuring.measure(["models"])[0]
    assert (first.pk, first.numerator, second.numerator) == (second.pk, 1, 2)
    assert Measurement.objects.count() == 1


def test_the_command_measures_an_earlier_day():
    factories.sync(started_at=now() - timedelta(days=30))
    repo = factories.repo(licence="mit", hub_created_at=now() - timedelta(days=99))
    Change.objects.create(repo=repo, what="licence", old="gpl-3.0", at=now() - timedelta(days=1))
    out = StringIO()
    day = (now() - timedelta(days=5)).date()
    call_command("measure", "models", "--date", day.isoformat(), "--json", stdout=out)
    (found,) = json.loads(out.getvalue())
    assert (found["measure"], found["date"]) == ("models", day.isoformat())
    licences = {row["label"] for row in found["breakdown"] if row["part"] == "licence"}
    assert licences == {"gpl-3.0"}


def test_the_command_prints_a_line_a_measure():
    out = StringIO()
    call_command("measure", stdout=out)
    assert len(out.getvalue().splitlines()) == sum(one.is_query for one in MEASURES.values())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["nonsense"], "There is no measure 'nonsense'"),
        (["permissions"], "is not counted"),
        (["verified-organisations", "--date", "2026-01-01"], "has no past"),
        (["models", "--date", "2026-01-01"], "nothing has been mirrored yet"),
        (["models", "--date", "2999-01-01"], "has not come yet"),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_sentence(options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("measure", *options)
    assert not Measurement.objects.exists()


def other_session():
    place = connection.get_connection_params()
    known = {name: place[name] for name in ("dbname", "host", "port", "user")}
    return psycopg.connect(**known, password=place.get("password"), autocommit=True)


@pytest.mark.django_db(transaction=True)
def test_two_do_not_measure_at_once():
    with other_session() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [measuring._LOCK])
        with pytest.raises(CommandError, match="Somebody else"):
            call_command("measure", "models")
        app.tasks["workers.measure_ecosystem"]()  # says so in the log, and no more
        assert not Measurement.objects.exists()
        other.execute("SELECT pg_advisory_unlock_all()")
    app.tasks["workers.measure_ecosystem"]()
    assert Measurement.objects.count() == sum(one.is_query for one in MEASURES.values())


@pytest.mark.django_db(transaction=True)
def test_a_query_that_fails_is_named_and_the_others_are_stored():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_commit RENAME COLUMN signature TO mislaid")
    try:
        with pytest.raises(CommandError, match=r"^signed-commits: "):
            call_command("measure", stdout=StringIO())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE registry_commit RENAME COLUMN mislaid TO signature")
    assert Measurement.objects.count() == sum(one.is_query for one in MEASURES.values()) - 1


def test_the_nightly_tasks_are_on_the_schedule_in_their_order():
    schedule = app.conf.beat_schedule
    hours = [next(iter(schedule[one]["schedule"].hour)) for one in ("measure-ecosystem", "export")]
    assert hours == sorted(hours)
    assert {schedule[one]["task"] for one in ("measure-ecosystem", "export")} <= set(app.tasks)
