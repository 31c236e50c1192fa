"""What the hub says of authors."""

import logging
import time
from datetime import timedelta

import pytest
from django.utils.timezone import now

from registry.hub import authors
from registry.hub.authors import check, check_one
from registry.hub.client import HubClient
from registry.hub.problems import Broken, Missing
from registry.models import Author
from tests import factories
from tests.registry.hub import stub_hub

pytestmark = pytest.mark.django_db

ORGANISATION = {"name": "acme", "isVerified": True, "numModels": 3, "_id": "5" * 24}


@pytest.fixture
def place(hub):
    return factories.hub(hub.url)


@pytest.fixture
def ask(hub, waits):
    return lambda **more: check(hub.url, client=HubClient(hub.url, sleep=waits.append), **more)


def weighty(place, name, downloads):
    factories.repo(f"{name}/net", hub=place, downloads=downloads)
    return Author.objects.get(hub=place, name=name)


def test_it_works(hub, place, ask):
    acme, bob = weighty(place, "acme", 10), weighty(place, "bob", 5)
    hub.overviews = {"organizations/acme": ORGANISATION, "users/bob": {"user": "bob", "_id": "b"}}
    done = ask()
    assert (done.asked, done.known, done.problems) == (2, 2, [])
    acme.refresh_from_db()
    bob.refresh_from_db()
    assert (acme.kind, acme.is_verified, acme.hub_key) == ("organisation", True, "5" * 24)
    assert (bob.kind, bob.is_verified, bob.hub_key) == ("user", None, "b")
    assert now() - acme.checked_at < timedelta(minutes=1)
    assert ask().asked == 0


def test_the_weightiest_go_first_and_all_their_repos_count(hub, place, ask):
    weighty(place, "small", 10)
    weighty(place, "large", 30)
    for number in range(3):
        factories.repo(f"many/n{number}", hub=place, downloads=20)
    ask(limit=2)
    asked = [path.split("/")[3] for path in hub.asked if "organizations" in path]
    assert asked == ["many", "large"]


def test_an_answer_lasts_for_thirty_days(hub, place, ask):
    acme = weighty(place, "acme", 10)
    hub.overviews = {"organizations/acme": ORGANISATION}
    for age, asked in ((29, 0), (31, 1)):
        Author.objects.filter(pk=acme.pk).update(checked_at=now() - timedelta(days=age))
        assert ask().asked == asked


def test_another_hubs_authors_are_left_alone(hub, place, ask):
    factories.repo("else/net")
    assert ask().asked == 0


def test_one_that_is_gone_is_not_asked_for_again_and_again(hub, place, ask):
    gone = weighty(place, "gone", 1)
    done = ask()
    assert (done.asked, done.known, done.problems) == (1, 0, [])
    gone.refresh_from_db()
    assert (gone.kind, gone.is_verified) == ("unknown", None)
    assert ask().asked == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (stub_hub.value([]), "no object"),
        (stub_hub.value("x" * 5000), "no object"),
        (stub_hub.value(ORGANISATION | {"name": "evil\u202e"}), r"told of evil\u202e"),
        (stub_hub.value(ORGANISATION | {"isVerified": "yes"}), "neither yes nor no"),
        (stub_hub.body(b"\xff\xfe"), "not UTF-8"),
        (stub_hub.body(b" " * (2 << 20)), "sent more than"),
        (stub_hub.status(500), "500"),
        (stub_hub.status(403), "403"),
    ],
)
def test_a_bad_answer_is_named_and_asked_for_tomorrow(hub, place, ask, answer, words, caplog):
    caplog.set_level(logging.CRITICAL)
    acme = weighty(place, "acme", 1)
    hub.spoil("/overview", answer)
    done = ask()
    assert done.known == 0
    (problem,) = done.problems
    assert words in problem
    assert len(problem) < 400
    acme.refresh_from_db()
    assert (acme.kind, acme.hub_key) == ("unknown", "")
    due = acme.checked_at + authors.FRESH
    assert timedelta(hours=23) < due - now() < timedelta(hours=25)
    assert ask().asked == 0


@pytest.mark.parametrize("key", ["x" * 200, "a b", 7, None, ["x"], "\x00"])
def test_a_key_of_no_use_is_left_out(hub, place, ask, key):
    acme = weighty(place, "acme", 1)
    hub.overviews = {"organizations/acme": ORGANISATION | {"_id": key}}
    assert ask().known == 1
    acme.refresh_from_db()
    assert (acme.is_verified, acme.hub_key) == (True, "")


def test_a_name_that_somebody_else_took_is_noticed(hub, place, ask):
    acme = weighty(place, "acme", 1)
    Author.objects.filter(pk=acme.pk).update(hub_key="before")
    hub.overviews = {"organizations/acme": ORGANISATION}
    assert ask().problems == ["The name acme belongs to another author than before."]


def test_a_hub_that_is_away_ends_it_soon(place, hub, waits):
    for number in range(20):
        weighty(place, f"a{number}", number)
    hub.spoil("/overview", stub_hub.status(429))
    done = check(hub.url, client=HubClient(hub.url, sleep=waits.append))
    assert done.asked == authors.OUTAGE_AFTER
    assert not Author.objects.filter(checked_at__isnull=False).exists()


def test_it_ends_in_time(hub, place, ask):
    weighty(place, "acme", 1)
    assert ask(until=time.monotonic()).asked == 0


def test_a_person_asks_at_once(hub, place, waits):
    acme = weighty(place, "acme", 1)
    Author.objects.filter(pk=acme.pk).update(checked_at=now())
    hub.overviews = {"organizations/acme": ORGANISATION}
    found = check_one(hub.url, "acme", client=HubClient(hub.url, sleep=waits.append))
    assert found.is_verified is True
    with pytest.raises(Missing, match="has no author"):
        check_one(hub.url, "nobody")
    hub.spoil("/overview", stub_hub.value([]))
    weighty(place, "bob", 1)
    with pytest.raises(Broken, match="no object"):
        check_one(hub.url, "bob")


def test_a_name_with_a_slash_asks_nothing(hub, place, ask):
    factories.repo("net", hub=place, author=factories.author("x/y", hub=place))
    assert len(ask().problems) == 1
    assert hub.asked == []
