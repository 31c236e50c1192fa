"""Processes that fetch errands at the same time: nothing is read twice, nothing forgotten."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter, defaultdict

import pytest
from django.db import connection
from django.utils.timezone import now

from registry.hub.threads import AHEAD
from registry.models import Errand, Repo, Revision, Sync
from tests.registry.hub import budget_worker
from tests.registry.hub.passes import CARD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

REPOS = 300
CHILD = """
import sys, django
django.setup()
from registry.hub import errands
print("ready", flush=True)
sys.stdin.readline()
print(errands.fetch(sys.argv[1]).status)
"""


@pytest.fixture
def listed(hub, go):
    """A hub of which only the listing was read."""
    for number in range(REPOS):
        files = {"README.md": CARD, "w.bin": b"%d" % number}
        hub.add(f"a/n{number:03}", files=files, info={"downloads": number})
    go(details=0)
    return hub


@pytest.fixture
def start(hub):
    """Start processes that fetch when they are told to; none outlives the test."""
    running = []

    def begin():
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": budget_worker.database_url(),
        }
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, hub.url],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(child)
        return child

    yield begin
    for child in running:
        child.kill()
        child.communicate()


def all_go(children):
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()


def times_read(hub):
    return Counter("/".join(p.split("/")[3:5]) for p in hub.asked if "/revision/" in p)


def everything_is_read():
    return (
        not Errand.objects.exists()
        and Revision.objects.count() == REPOS
        and all(repo.read_sha == repo.head_sha for repo in Repo.objects.all())
    )


def test_two_at_once_share_the_work(listed, start):
    children = [start(), start()]
    all_go(children)
    assert [child.communicate(timeout=90)[0].strip() for child in children] == ["done", "done"]
    assert everything_is_read()
    assert set(times_read(listed).values()) == {1}
    shares = [sync.seen for sync in Sync.objects.filter(kind="named")]
    assert sum(shares) == REPOS
    assert min(shares) >= AHEAD  # both did some of it


def test_one_is_killed_in_the_middle_and_the_other_ends_its_work(listed, start):
    children = [start(), start()]
    leased, dead = defaultdict(set), threading.Event()

    def kill(handler):
        if len(times_read(listed)) < REPOS // 3 or dead.is_set():
            return handler.right()
        dead.set()
        os.kill(children[0].pid, signal.SIGKILL)
        children[0].wait(20)
        for worker, name in Errand.objects.filter(lease_until__gt=now()).values_list(
            "worker", "repo__name"
        ):
            leased[worker].add(name)
        connection.close()
        return handler.right()

    listed.spoil("/revision/", kill)
    all_go(children)
    assert children[1].communicate(timeout=90)[0].strip() == "done"
    assert children[0].returncode == -signal.SIGKILL
    if Errand.objects.exists():  # the other had found nothing free in the moment before
        last = start()
        all_go([last])
        assert last.communicate(timeout=90)[0].strip() == "done"
    assert everything_is_read()
    twice = {name for name, times in times_read(listed).items() if times > 1}
    assert max(times_read(listed).values()) <= 2
    # Only what the killed one had under way was read again.
    assert any(twice <= names for names in leased.values()) or not twice
