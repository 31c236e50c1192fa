"""A pass that is cut at any point goes on and ends as one that was not."""

import os
import random
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from registry.hub import batches
from registry.hub import sync as sync_module
from registry.hub.client import HubClient
from registry.hub.sync import RESUME_WITHIN, mirror
from registry.models import (
    Author,
    Card,
    Claim,
    Edge,
    Errand,
    File,
    Repo,
    Revision,
    Sync,
    SyncProblem,
)
from tests.registry.hub import stub_hub
from tests.registry.hub.passes import CARD

CHILD = """
import sys, django
django.setup()
from registry.hub.sync import mirror
mirror(sys.argv[1])
"""


class Killed(BaseException):
    """As sudden as a signal."""


@pytest.fixture
def full(hub, monkeypatch):
    """A hub of six pages with everything in it: good, bad, vanishing, renamed, gone."""
    monkeypatch.setattr(batches, "REPOS", 3)
    hub.page = 5
    for number in range(30):
        hub.add(f"a/n{number:02}", files={"README.md": CARD, "w.bin": b"%d" % number})
    hub.add("a/base")
    hub.spoil("a/n07/revision", stub_hub.status(404, {"X-Error-Code": "RepoNotFound"}))
    hub.spoil("a/n11/refs", stub_hub.status(403))
    hub.repos["a/n13"].key = "not an id!"
    hub.add("..")
    return hub


def go(hub, **options):
    return mirror(hub.url, client=HubClient(hub.url, sleep=lambda _: None), **options)


def state():
    """Everything that is stored, without numbers and times of our own."""
    skipped = {
        "id",
        "synced_at",
        "first_seen_at",
        "seen_at",
        "created_at",
        "read_at",
        "sync",
        "hub",
    }
    rows: list[list[Any]] = []
    for table in (Repo, Revision, Card, File, Claim, Edge, Author):
        columns = [f.name for f in table._meta.fields if f.name not in skipped]
        named = [_NAMES.get((table, column), column) for column in columns]
        rows.append(sorted(map(repr, table.objects.values_list(*named))))
    problems = SyncProblem.objects.values_list("repo_name", "stage", "reason")
    rows.append(sorted(problems, key=repr))
    return rows


_NAMES: dict[Any, str] = {
    (Repo, "author"): "author__name",
    (Revision, "repo"): "repo__name",
    (Edge, "parent"): "parent__name",
    **{(table, "revision"): "revision__repo__name" for table in (Card, File, Claim)},
    (Edge, "child"): "child__repo__name",
}


def totals(sync):
    return (sync.status, sync.seen, sync.created, sync.changed, sync.unchanged, sync.failed)


def forget():
    for table in (Edge, Claim, File, Card, Revision, Repo, Author, SyncProblem, Sync):
        table.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
def test_killed_at_random_and_resumed_it_ends_the_same(full, seed):
    whole = go(full)
    expected, counted = state(), totals(whole)
    forget()
    chance = random.Random(seed)  # noqa: S311
    sync = None
    for _ in range(20):
        left = [chance.randrange(1, 30)]

        def kill(_sync, left=left):
            left[0] -= 1
            if not left[0]:
                raise Killed

        try:
            sync = go(full, on_progress=kill)
            break
        except Killed:
            if chance.random() < 0.5:  # kill -9 leaves no time to say goodbye
                Sync.objects.update(status=Sync.Status.RUNNING, reason="", finished_at=None)
    assert sync is not None
    # What was read before the first cursor was stored belongs to a pass that was given up.
    if Sync.objects.count() == 1:
        assert totals(sync) == counted
    assert state()[:-1] == expected[:-1]
    assert set(state()[-1]) == set(expected[-1])


@pytest.mark.django_db
def test_killed_while_a_batch_is_stored(full, monkeypatch):
    whole = go(full)
    expected, counted = state(), totals(whole)
    forget()
    real, left = batches.Batches._count, [9]

    def dies(self, *args):
        left[0] -= 1
        if not left[0]:
            raise Killed
        return real(self, *args)

    monkeypatch.setattr(batches.Batches, "_count", dies)
    with pytest.raises(Killed):
        go(full)
    monkeypatch.undo()
    sync = go(full)
    assert Sync.objects.count() == 1
    assert (state(), totals(sync)) == (expected, counted)


@pytest.mark.django_db
def test_a_stopped_pass_goes_on_with_the_page_that_failed(full):
    full.spoil("cursor=15", stub_hub.status(500))
    stopped = go(full)
    assert (stopped.status, stopped.seen) == ("stopped", 15)
    assert "cursor=15" in stopped.cursor
    full.heal()
    asked = len(full.asked)
    done = go(full)
    assert (done.pk, done.status, done.reason, done.cursor) == (stopped.pk, "done", "", "")
    assert done.seen == 32
    assert "cursor=15" in full.asked[asked]


@pytest.mark.django_db
def test_what_was_listed_before_the_cut_is_not_gone_after_it(full):
    go(full)
    full.spoil("cursor=15", stub_hub.status(500))
    go(full)
    full.heal()
    go(full)
    assert not Repo.objects.filter(state="gone").exclude(name="a/n07").exists()


@pytest.mark.django_db
def test_fresh_begins_from_the_top(full):
    full.spoil("cursor=15", stub_hub.status(500))
    stopped = go(full)
    full.heal()
    done = go(full, fresh=True)
    stopped.refresh_from_db()
    assert done.pk != stopped.pk
    assert (stopped.status, stopped.cursor) == ("stopped", "")
    assert done.seen == 32


@pytest.mark.django_db
def test_an_old_cut_is_not_resumed(full):
    full.spoil("cursor=15", stub_hub.status(500))
    stopped = go(full)
    Sync.objects.update(started_at=now() - RESUME_WITHIN - timedelta(minutes=1))
    full.heal()
    assert go(full).pk != stopped.pk


@pytest.mark.django_db
def test_a_cursor_that_the_hub_forgot_is_given_up(full):
    full.spoil("cursor=15", stub_hub.status(500))
    assert go(full).status == "stopped"
    full.heal()
    full.spoil("cursor=15", stub_hub.status(400))
    sync = go(full)
    assert (sync.status, sync.cursor) == ("stopped", "")
    assert "not known any more" in sync.reason
    full.heal()
    assert go(full).status == "done"


@pytest.mark.django_db
def test_no_working_table_is_left(full):
    full.spoil("cursor=15", stub_hub.status(500))
    go(full)
    full.heal()
    go(full, fresh=True)
    left = [name for name in connection.introspection.table_names() if name.endswith("_met")]
    assert left == []


@pytest.mark.django_db
def test_a_new_pass_does_not_walk_through_all_that_were_stopped_before(
    hub, django_assert_max_num_queries
):
    hub.add("a/one")
    of = go(hub).hub
    Sync.objects.bulk_create(
        [
            Sync(hub=of, kind="full", status="stopped", reason="It broke.", started_at=now())
            for _ in range(500)
        ]
    )
    go(hub)  # drops what the pass before may have left
    with django_assert_max_num_queries(60):
        assert go(hub, details=0).status == "done"


@pytest.mark.django_db
def test_a_pass_that_stopped_for_good_leaves_no_table_to_the_next(full):
    full.spoil("cursor=15", stub_hub.status(500))
    go(full)
    full.heal()
    full.spoil("cursor=15", stub_hub.status(400))
    stopped = go(full)
    assert (stopped.status, stopped.cursor) == ("stopped", "")
    full.heal()
    assert go(full).status == "done"
    stopped.refresh_from_db()
    assert (stopped.status, "not known any more" in stopped.reason) == ("stopped", True)
    left = [name for name in connection.introspection.table_names() if name.endswith("_met")]
    assert left == []


@pytest.mark.django_db(transaction=True)
def test_a_second_pass_at_the_same_time_is_not_begun(hub, monkeypatch):
    monkeypatch.setattr(sync_module, "LOCK_WAIT_S", 0.1)
    hub.add("a/one")
    inside, go_on = threading.Event(), threading.Event()

    def wait(handler):
        inside.set()
        go_on.wait(20)
        handler.right()

    hub.spoil("/api/models", wait, times=1)
    first = []

    def run():
        try:
            first.append(mirror(hub.url))
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert inside.wait(20)
        second = mirror(hub.url)
    finally:
        go_on.set()
        thread.join()
    assert second.status == "stopped"
    assert "under way" in second.reason
    assert first[0].status == "done"


def killed_at(hub, number, **options):
    """Mirror in a process of its own, which is killed in the middle of its request ``number``."""
    place = settings.DATABASES["default"]
    name = connection.settings_dict["NAME"]
    url = f"postgresql://{place['USER']}@/{name}?host={place['HOST']}&port={place['PORT']}"
    child: list[subprocess.Popen[bytes]] = []

    def kill(handler):
        os.kill(child[0].pid, signal.SIGKILL)
        handler.close_connection = True

    hub.spoil_number(len(hub.asked) + number, kill)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or url,
    }
    child.append(subprocess.Popen([sys.executable, "-c", CHILD, hub.url], env=environment))
    return child[0].wait(60)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_kill_minus_nine_at_random_points_and_resume(full):
    whole = mirror(full.url, client=HubClient(full.url, sleep=lambda _: None))
    assert whole.status == "done"
    calls = len(full.asked)
    expected = state()
    forget()
    chance = random.Random(20)  # noqa: S311
    kills, most = 0, 20 if os.environ.get("ASSAY_LONG") else 3
    while kills < most:
        # In the listing, which has 7 pages, as often as in the details behind it.
        number = chance.randrange(1, 7) if chance.random() < 0.5 else chance.randrange(7, calls)
        ended = killed_at(full, number)
        full.heal_number()
        kills += ended == -signal.SIGKILL
        assert ended in {0, -signal.SIGKILL}
        if ended == 0:  # it came to the end before its request: from the top again
            as_if_never_killed(expected)
            forget()
    sync = mirror(full.url, client=HubClient(full.url, sleep=lambda _: None))
    assert sync.status == "done"
    as_if_never_killed(expected)


def as_if_never_killed(expected):
    assert state()[:-1] == expected[:-1]
    assert {reason for *_, reason in state()[-1]} == {reason for *_, reason in expected[-1]}
    assert not Errand.objects.exclude(reason="again").exists()
