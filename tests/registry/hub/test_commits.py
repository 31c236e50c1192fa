"""The commits of a repo as the hub's API tells them."""

import pytest

from registry.hub import commits
from registry.hub.client import HubClient
from registry.hub.problems import Broken, Missing
from registry.models import Commit
from tests import factories
from tests.registry.hub import stub_hub

pytestmark = pytest.mark.django_db


@pytest.fixture
def repo(hub):
    hub.add("alice/net")
    return factories.repo("alice/net", hub=factories.hub(hub.url))


@pytest.fixture
def fetch(hub, repo, waits):
    return lambda **more: commits.fetch(repo, client=HubClient(hub.url, sleep=waits.append), **more)


def told(count):
    return [
        {
            "id": f"{number:040x}",
            "title": f"Commit {number}",
            "date": "2024-05-01T10:00:00.000Z",
            "authors": [{"user": "alice"}, {"user": "bob"}],
        }
        for number in range(count)
    ]


def test_it_works(hub, repo, fetch):
    hub.history["alice/net"] = told(120)
    history = fetch()
    assert (history.stored, history.is_whole, history.problems) == (120, True, [])
    row = Commit.objects.get(repo=repo, sha=f"{7:040x}")
    assert (row.title, row.authors, row.signature) == ("Commit 7", ["alice", "bob"], "unknown")
    assert str(row.committed_at).startswith("2024-05-01 10:00")
    assert hub.calls("/commits/main") == 3


def test_again_changes_nothing_and_keeps_signatures(hub, repo, fetch):
    hub.history["alice/net"] = told(3)
    fetch()
    Commit.objects.update(signature=Commit.Signature.VERIFIED, key="k")
    fetch()
    assert Commit.objects.filter(signature="verified", key="k").count() == 3


def test_it_is_bounded(hub, repo, fetch):
    hub.history["alice/net"] = told(500)
    history = fetch(most=60)
    assert (history.stored, history.is_whole) == (60, False)
    assert hub.calls("/commits/") == 2


def test_bad_commits_are_named_and_the_others_stay(hub, repo, fetch):
    hub.history["alice/net"] = [
        {"id": "x" * 40},
        {"title": "none"},
        7,
        {"id": "b" * 40, "title": 7, "date": "never", "authors": "alice"},
        {"id": "c" * 40, "title": "\x00t" * 1000, "authors": [{"user": "u" * 999}, 7] * 50},
    ]
    history = fetch()
    assert (history.stored, len(history.problems)) == (2, 3)
    assert all(len(problem) < 200 for problem in history.problems)
    long = Commit.objects.get(sha="c" * 40)
    assert len(long.title) <= 300
    assert len(long.authors) <= commits.AUTHORS
    assert Commit.objects.get(sha="b" * 40).committed_at is None


def test_one_commit_twice_is_stored_once(hub, repo, fetch):
    hub.history["alice/net"] = told(2) + told(2)
    assert fetch().stored == 2


def test_a_history_in_a_circle_ends(hub, repo, fetch):
    hub.history["alice/net"] = told(50) * 40
    with pytest.raises(Broken, match="nothing new"):
        fetch()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (stub_hub.value({"id": 1}), Broken),
        (stub_hub.body(b"<html>"), Broken),
        (stub_hub.status(404), Missing),
    ],
)
def test_an_answer_that_is_none_is_a_problem(hub, repo, fetch, answer, kind):
    hub.spoil("/commits/", answer)
    with pytest.raises(kind):
        fetch()
    assert not Commit.objects.exists()
