"""Saved searches: whose they are, what is new in them, and that a page of them costs little."""

import pytest
from django.db import OperationalError

from registry.models import Listing, SavedSearch
from registry.search import plans, saved
from tests import factories
from tests.e2e.gallery import HOSTILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client):
    """Sign somebody in who is not of the staff."""
    user = factories.user("alice")
    client.force_login(user)
    return user


def save(client, query, **fields):
    return client.post("/searches", {"query": query, **fields}, follow=True).content.decode()


def buttons(client):
    """Return what the buttons say of each search, the newest search first."""
    factories.listed()
    text = client.get("/searches").content.decode()
    said = [part.partition("</button>")[0] for part in text.split('aria-label="Look at')[1:]]
    return [one.rpartition(">")[2].strip() for one in said]


def test_what_comes_after_the_last_look_is_new(client, alice):
    factories.repo("bob/bert-old")
    factories.listed()
    assert "Saved." in save(client, "q=bert&sort=name&cursor=x")
    save(client, "", name="Everything")
    assert buttons(client) == ["Nothing new", "Nothing new"]
    factories.repo("bob/bert-new")
    factories.repo("bob/net")
    assert buttons(client) == ["2 new", "1 new"]
    search = SavedSearch.objects.get(query="q=bert&sort=name")
    assert search.name == "has “bert”"
    answer = client.post(f"/searches/{search.pk}/do/look")
    assert answer["Location"] == "/models?q=bert&sort=name"
    assert buttons(client) == ["2 new", "Nothing new"]
    assert "It is saved already." in save(client, "sort=name&q=bert")


def test_it_is_renamed_removed_and_had_back(client, alice):
    save(client, "q=a")
    search = SavedSearch.objects.get()
    act = f"/searches/{search.pk}/do"
    assert (
        "Renamed." in client.post(f"{act}/rename", {"name": " new "}, follow=True).content.decode()
    )
    assert "say a name" in client.post(f"{act}/rename", {"name": " "}, follow=True).content.decode()
    text = client.post(f"{act}/remove", follow=True).content.decode()
    assert "Undo" in text
    assert buttons(client) == []
    client.post(f"{act}/restore")
    assert buttons(client) == ["Nothing new"]
    assert client.post(f"{act}/eat").status_code == 404
    assert client.get(f"{act}/remove").status_code == 405


def test_nobody_sees_or_changes_those_of_others(client, alice):
    other = factories.user("bob")
    theirs = SavedSearch.objects.create(owner=other, name="secret", query="q=x")
    assert "secret" not in client.get(f"/searches?removed={theirs.pk}").content.decode()
    for action in ("look", "rename", "remove", "restore"):
        assert client.post(f"/searches/{theirs.pk}/do/{action}").status_code == 404
    client.logout()
    assert "Sign in" in client.get("/searches").content.decode()
    for address in ("/searches", f"/searches/{theirs.pk}/do/remove"):
        assert "login" in client.post(address, {"query": "q=x"})["Location"]
    assert "Save this search" not in client.get("/models").content.decode()


def test_hostile_input_is_refused_or_stays_text(client, alice):
    for query in ("q=" + "x" * 10_000, "verdict=nonsense", "q=%00", "sort=sideways", "task=a%00"):
        assert "Not saved" in save(client, query)
    assert not SavedSearch.objects.exists()
    save(client, "q=a&unknown=1", name=HOSTILE + "y" * 500)
    (search,) = SavedSearch.objects.all()
    assert (search.query, len(search.name)) == ("q=a", 100)
    text = client.get("/searches").content.decode()
    assert "<script>alert" not in text
    assert "[U+202E]" in text
    assert client.get("/searches?cursor=nonsense").status_code == 400
    assert client.get("/searches?removed=9" + "9" * 40).status_code == 200
    SavedSearch.objects.bulk_create(
        SavedSearch(owner=alice, name=str(n), query=f"q={n}") for n in range(99)
    )
    assert "Remove one first" in save(client, "q=more")


def test_twenty_searches_cost_what_one_costs_and_have_little_time(
    client, alice, queries_of, monkeypatch
):
    factories.repo("alice/bert", pipeline_tag="fill-mask")

    def keep(number):
        query = f"q=net{number}&task=fill-mask&task=t{number}&licence=mit"
        SavedSearch.objects.create(owner=alice, name="n", query=query)

    keep(0)
    few = queries_of("/searches")
    for number in range(1, 25):
        keep(number)
    assert queries_of("/searches") == few
    assert len(buttons(client)) == 20
    SavedSearch.objects.all().delete()
    SavedSearch.objects.create(owner=alice, name="n", query="task=fill-mask")
    assert buttons(client) == ["1 new"]
    monkeypatch.setattr(saved, "LOOKED_AT", 2)
    for _ in range(4):
        factories.repo()
    assert buttons(client) == ["1+ new"]
    assert Listing.objects.count() == 5

    def slow(*reads, within_ms):
        assert within_ms <= 1_000
        raise OperationalError

    monkeypatch.setattr(plans, "running", slow)
    factories_text = client.get("/searches").content.decode()
    assert "Not counted" in factories_text
