"""The work list: who goes first, who takes what, and what becomes of what fails."""

import random
import time
from datetime import timedelta

import pytest
from django.utils.timezone import now

from registry.hub import errands, transport
from registry.hub.client import HubClient
from registry.models import Card, Claim, Errand, Repo, Revision, Sync
from tests.registry.hub import stub_hub
from tests.registry.hub.passes import CARD, reasons

pytestmark = pytest.mark.django_db

READ_TIMEOUT_S = 0.4


def fetch(hub, **options):
    return errands.fetch(hub.url, client=HubClient(hub.url, sleep=lambda _: None), **options)


def read_first(hub):
    """Names in the order in which their details were asked for."""
    return [path.split("/")[4] for path in hub.asked if "/revision/" in path]


@pytest.fixture
def three(hub, go):
    """Three repos of which only the listing was read."""
    for name, downloads in (("few", 3), ("many", 90_000), ("none", 0)):
        hub.add(f"a/{name}", info={"downloads": downloads})
    go(details=0)
    return hub


def test_the_popular_go_first_and_those_asked_for_before_them(three):
    errands.ask(Repo.objects.get(name="a/none"))
    for _ in range(3):
        fetch(three, limit=1)
    assert read_first(three) == ["none", "many", "few"]
    assert not Errand.objects.exists()
    assert set(Repo.objects.values_list("name", flat=True)) == {"a/few", "a/many", "a/none"}
    assert all(repo.read_sha == repo.head_sha and repo.read_at for repo in Repo.objects.all())


def test_a_changed_repo_goes_before_a_new_one_of_the_same_size(hub, go):
    hub.add("a/old", info={"downloads": 5})
    go()
    hub.repos["a/old"].files = {"README.md": CARD}
    hub.add("a/new", info={"downloads": 6})
    go(details=0)
    order = Errand.objects.order_by("-priority").values_list("repo__name", "reason")
    assert list(order) == [("a/old", "changed"), ("a/new", "new")]


def test_a_limit_of_details_is_kept(hub, go):
    for number in range(5):
        hub.add(f"a/n{number}")
    go(details=2)
    assert (hub.calls("/revision/"), Errand.objects.count()) == (2, 3)


def test_until_ends_the_work(three):
    assert fetch(three, until=now() - timedelta(seconds=1)).seen == 0
    assert Errand.objects.count() == 3


def test_what_fails_is_put_off_longer_each_time(three):
    three.spoil("/revision/", stub_hub.status(500))
    fetch(three)
    first = Errand.objects.get(repo__name="a/many")
    assert (first.reason, first.attempts, first.worker) == ("again", 1, "")
    assert first.not_before is not None
    calls = len(three.asked)
    assert fetch(three).seen == 0  # nobody's turn yet
    assert len(three.asked) == calls
    Errand.objects.update(not_before=None)
    fetch(three)
    second = Errand.objects.get(repo__name="a/many")
    assert second.not_before is not None
    assert second.not_before - now() > timedelta(minutes=3)


def test_a_repo_that_moves_is_tried_at_once(three, go):
    three.spoil("a/few/revision/", stub_hub.status(500))
    go(details=1)
    fetch(three)
    assert Errand.objects.get().not_before is not None
    three.repos["a/few"].files = {"README.md": CARD}
    go(details=0)
    assert Errand.objects.get().not_before is None


def test_asked_again_while_it_is_read_it_is_read_again(three):
    repo = Repo.objects.get(name="a/many")

    # As if somebody asked in this moment: the clock of the errand runs ahead.
    Errand.objects.filter(repo=repo).update(wanted_at=now() + timedelta(seconds=5))
    fetch(three, limit=1)
    errand = Errand.objects.get(repo=repo)
    assert (errand.worker, errand.lease_until) == ("", None)
    assert Repo.objects.get(pk=repo.pk).read_sha


def test_what_a_dead_worker_had_is_free_and_what_a_living_one_has_is_not(three):
    lease = now() + timedelta(hours=1)
    Errand.objects.update(worker="123456", lease_until=lease)
    assert fetch(three, limit=1).seen == 1  # nobody holds the lock of 123456
    Errand.objects.update(worker="somebody", lease_until=lease)
    assert fetch(three).seen == 0
    Errand.objects.update(lease_until=now() - timedelta(seconds=1))
    assert fetch(three).seen == 2


def test_what_the_hub_says_of_security_is_kept(hub, go):
    status = {"scansDone": True, "filesWithIssues": [{"path": "w.bin", "level": "unsafe"}]}
    hub.add("a/net", files={"w.bin": b"1"}, info={"securityRepoStatus": status})
    go()
    assert Revision.objects.get().security == status
    assert hub.calls("securityStatus=true") == 1
    entry = {"type": "file", "path": "w.bin", "size": 1, "oid": "a" * 40}
    scans = {"status": "unsafe", "avScan": {}, "pickleImportScan": {}}
    hub.spoil("/tree/.*expand=true", stub_hub.value([entry | {"securityFileStatus": scans}]))
    errands.ask(Repo.objects.get())
    fetch(hub, file_security=True)
    assert Revision.objects.get().files.get().security == scans


def test_a_name_that_answers_with_another_id_replaces_the_repo(hub, go):
    hub.add("a/net", key="1" * 24)
    go(details=0)
    hub.add("a/net", key="2" * 24, files={"README.md": b"by a stranger"})
    fetch(hub)
    states = dict(Repo.objects.values_list("hub_key", "state"))
    assert states == {"1" * 24: "replaced", "2" * 24: "present"}


def spoilt_at_random(hub, share, seed):
    """Break answers at random; each request that is repeated gets another chance."""
    chance = random.Random(seed)  # noqa: S311
    kinds = (
        stub_hub.status(500),
        stub_hub.cut(b'[{"id": "a/'),
        stub_hub.value({"error": "no"}),
        stub_hub.body(b'["\xff\xfe"]'),
        stub_hub.body(b"{}", {"Content-Encoding": "br"}),
        stub_hub.status(504),
        lambda handler: stall(handler),
    )
    broken = []

    def perhaps(handler):
        if chance.random() < share:
            broken.append(handler.path)
            chance.choice(kinds)(handler)
        else:
            handler.right()

    # Listings, details, branches, and cards, which no form but their own digest protects.
    hub.spoil("/api/|/resolve/", perhaps)
    return broken


def stall(handler):
    """Say nothing until the client has given up."""
    time.sleep(2 * READ_TIMEOUT_S)
    handler.close_connection = True


def test_answers_that_break_at_random_lose_no_good_record(hub, go, monkeypatch):
    monkeypatch.setattr(transport, "READ_TIMEOUT_S", READ_TIMEOUT_S)
    hub.page = 20
    for number in range(300):
        hub.add(f"a/n{number:03}", files={"README.md": CARD, "w.bin": b"%d" % number})
    hub.listed = lambda records: [
        {"id": r["id"], "sha": 7} if r["id"].endswith("77") else r for r in records
    ]
    broken = spoilt_at_random(hub, 0.05, 1)
    sync = go()
    assert sync.status == "done"
    assert len(broken) > 20
    assert Repo.objects.count() == 297
    named = {name for name, stage, _ in reasons(sync) if stage == "list" and name}
    assert named == {"a/n077", "a/n177", "a/n277"}
    unread = set(Repo.objects.filter(read_sha="").values_list("name", flat=True))
    told = {name for name, stage, _ in reasons(sync) if stage != "list"}
    assert unread <= told
    cards = Card.objects.filter(revision__repo__read_sha__gt="")
    assert set(cards.values_list("text", flat=True)) == {CARD.decode()}
    Errand.objects.update(not_before=None)
    hub.heal()
    fetch(hub)
    assert set(Card.objects.values_list("text", flat=True)) == {CARD.decode()}
    assert Card.objects.count() == Claim.objects.count() == 297
    assert not Repo.objects.filter(read_sha="").exists()
    assert Sync.objects.count() == 2
