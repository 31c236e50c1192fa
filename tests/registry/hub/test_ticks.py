"""What the clock asks of the mirror."""

import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils.timezone import now

from registry.hub import ticks
from registry.hub.budget import FREE, Key, origin_text
from registry.hub.budget_shared import SharedBudget
from registry.hub.budget_windows import Told
from registry.hub.problems import Unreachable
from registry.models import Author, Errand, Sync
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted(settings, hub):
    settings.ASSAY_MIRROR = True
    settings.ASSAY_HUB = hub.url
    settings.ASSAY_HUB_TOKEN = "hf_own"
    waiting = factories.repo("acme/waits", hub=factories.hub(hub.url))
    Errand.objects.create(repo=waiting, reason="new", wanted_at=now())
    return hub


class Recorder:
    """Stands where the mirror is called."""

    def __init__(self, problem=None):
        self.calls = []
        self.problem = problem

    def __call__(self, hub, **named):
        self.calls.append((hub, named))
        if self.problem is not None:
            raise self.problem


def whole(hub, hours, **fields):
    """A whole pass that ended so many hours ago."""
    at = now() - timedelta(hours=hours)
    defaults = {"kind": "full", "status": "done", "started_at": at, "finished_at": at}
    return Sync.objects.create(hub=factories.hub(hub.url), **(defaults | fields))


def test_nothing_is_done_unless_the_operator_wants_it(settings, hub):
    settings.ASSAY_HUB = hub.url
    told = Recorder()
    assert ticks.read_listing(told) == ""
    assert ticks.read_errands(told) is False
    assert ticks.read_authors().asked == 0
    assert told.calls == []
    assert hub.asked == []


def test_the_first_pass_is_whole(wanted):
    told = Recorder()
    assert ticks.read_listing(told) == "full"
    assert told.calls == [(wanted.url, {"recent": False, "details": 0, "token": "hf_own"})]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"hours": 23}, "recent"),
        ({"hours": 25}, "full"),
        ({"hours": 1, "status": "stopped"}, "full"),
        ({"hours": 1, "kind": "recent"}, "full"),
        ({"hours": 1, "limit": 10}, "full"),
    ],
)
def test_the_whole_listing_is_read_once_a_day(wanted, fields, kind):
    whole(wanted, **fields)
    assert ticks.read_listing(Recorder()) == kind


@pytest.mark.parametrize("status", ["done", "stopped"])
@pytest.mark.parametrize("kind", ["full", "recent"])
def test_the_clock_looks_often_and_a_pass_begins_ten_minutes_after_the_last(wanted, kind, status):
    sync = whole(wanted, hours=0, kind=kind, status=status)
    told = Recorder()
    assert ticks.read_listing(told) == ""
    assert told.calls == []
    Sync.objects.filter(pk=sync.pk).update(finished_at=now() - ticks.RECENT_EVERY)
    assert ticks.read_listing(told) in {"full", "recent"}


def test_errands_and_passes_that_were_cut_do_not_put_a_pass_off(wanted):
    whole(wanted, hours=0, kind="named")
    whole(wanted, hours=0, limit=5)
    whole(wanted, hours=0, status="running", finished_at=None)
    assert ticks.read_listing(Recorder()) == "full"


def test_errands_are_read_for_a_minute(wanted):
    told = Recorder()
    assert ticks.read_errands(told) is True
    ((hub, named),) = told.calls
    assert hub == wanted.url
    assert timedelta(seconds=50) < named["until"] - now() <= ticks.SLICE
    assert named["limit"] == ticks.ERRANDS


def test_nothing_is_begun_where_nothing_waits(wanted):
    Errand.objects.all().delete()
    assert ticks.read_errands(Recorder()) is False


def test_old_slices_are_forgotten_unless_they_had_a_problem(wanted):
    quiet = whole(wanted, hours=200, kind="named")
    spoke = whole(wanted, hours=200, kind="named")
    factories.sync_problem(spoke)
    young, listing = whole(wanted, hours=2, kind="named"), whole(wanted, hours=200)
    lost = whole(wanted, hours=30, kind="named", status="running", finished_at=None)
    ticks.read_errands(Recorder())
    assert set(Sync.objects.all()) == {spoke, young, listing, lost}
    assert not Sync.objects.filter(pk=quiet.pk).exists()
    lost.refresh_from_db()
    assert (lost.status, lost.reason) == ("stopped", "Its worker was lost.")


def test_authors_are_read(wanted):
    factories.repo("acme/net", hub=factories.hub(wanted.url))
    wanted.overviews = {"organizations/acme": {"name": "acme", "isVerified": True}}
    assert ticks.read_authors().known == 1
    assert Author.objects.get(name="acme").is_verified is True


def test_a_problem_with_the_hub_ends_the_tick_and_no_more(wanted):
    assert ticks.read_errands(Recorder(Unreachable("away"))) is True
    assert ticks.read_errands(Recorder()) is True  # the lock is free again


def test_a_tick_does_not_sit_out_a_window(wanted, transactional_db):
    budget = SharedBudget()
    key = Key(origin_text(urlsplit(wanted.url)), "anonymous", "api")
    from registry.hub.budget import identity_of

    own = Key(key.origin, identity_of("hf_own"), "api")
    try:
        budget.hear(key, FREE, 429, Told(retry_s=100), 0.0)
        assert ticks.read_errands(Recorder()) is True  # another identity
        budget.hear(own, FREE, 429, Told(retry_s=100), 0.0)
        assert ticks.read_errands(Recorder()) is False
        assert ticks.read_authors().asked == 0
    finally:
        budget.close()


def test_one_at_a_time_and_kinds_apart(wanted, transactional_db):
    inside, leave = threading.Event(), threading.Event()
    done = []

    def slow(hub, **named):
        inside.set()
        leave.wait(10)

    def work():
        try:
            done.append(ticks.read_errands(slow))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(10)
    second = Recorder()
    assert ticks.read_errands(second) is False
    assert second.calls == []
    assert ticks.read_listing(Recorder()) == "full"
    leave.set()
    thread.join()
    assert done == [True]
    assert ticks.read_errands(Recorder()) is True


def test_the_clock_knows_the_tasks():
    from registry.celery import app

    app.loader.import_default_modules()
    entries = {name: one for name, one in app.conf.beat_schedule.items() if "mirror" in name}
    assert set(entries) == {"mirror-listing", "mirror-errands", "mirror-authors"}
    for one in entries.values():
        assert one["task"] in app.tasks
        assert one["options"]["queue"] == "io"
        assert one["options"]["expire_seconds"] <= one["schedule"]


def test_the_tasks_do_what_they_are_for(wanted):
    from workers import tasks

    factories.repo("acme/net", hub=factories.hub(wanted.url))
    tasks.mirror_authors()
    assert Author.objects.get(name="acme").checked_at is not None
