"""Feeds: valid Atom, whatever the texts are; bounded; as many queries for one entry as for many."""

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from registry.models import Change, Finding, Repo
from registry.search import Search
from tests import factories
from tests.e2e.gallery import HOSTILE
from tests.factories import NOON

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:\S+")
HOME = "http://127.0.0.1:8000"


def checked(text):
    """Hold a feed against RFC 4287; return its entries."""
    root: Any = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert root.tag == f"{ATOM}feed"
    links = {link.get("rel"): link for link in root.findall(f"{ATOM}link")}
    assert set(links) == {"self", "alternate"}
    assert links["self"].get("type") == "application/atom+xml"
    assert root.find(f"{ATOM}author/{ATOM}name").text
    entries = root.findall(f"{ATOM}entry")
    for one in [root, *entries]:
        for required in ("id", "title", "updated"):
            assert len(one.findall(ATOM + required)) == 1, required
        assert TAG.fullmatch(one.find(f"{ATOM}id").text), one.find(f"{ATOM}id").text
        assert RFC3339.fullmatch(one.find(f"{ATOM}updated").text)
        for link in one.findall(f"{ATOM}link"):
            assert re.fullmatch(r"https?://[!-~]+", link.get("href")), link.get("href")
    ids = [one.find(f"{ATOM}id").text for one in [root, *entries]]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        (alternate,) = entry.findall(f"{ATOM}link")
        assert alternate.get("rel") == "alternate"
        assert entry.find(f"{ATOM}summary") is not None or entry.find(f"{ATOM}content") is not None
    times = [entry.find(f"{ATOM}updated").text for entry in entries]
    assert times == sorted(times, reverse=True)
    assert len(entries) <= 50
    return [entry.find(f"{ATOM}title").text for entry in entries], links["self"].get("href")


@pytest.fixture
def feed(client):
    """Get a feed; return the titles of its entries. Its own address is the one that was asked."""

    def get(address, own=""):
        factories.listed()
        answer = client.get(address)
        assert answer.status_code == 200, answer.content[:300]
        assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
        titles, itself = checked(answer.content.decode())
        assert itself == HOME + (own or address)
        return titles

    return get


def test_a_search_tells_commits_and_findings_of_its_models(feed):
    net = factories.revision(factories.repo("alice/net"))
    factories.finding(factories.claim(net), created_at=NOON)
    other = factories.repo("bob/bert", pipeline_tag="fill-mask")
    factories.finding(factories.claim(factories.revision(other)), verdict="overstated")
    found = feed("/models.atom?task=image-classification")
    assert found == ["alice/net: Confirmed, by claim", f"alice/net: commit {net.sha[:12]}"]
    assert len(feed("/models.atom")) == 4
    assert feed("/models.atom?q=nothing-like-it") == []
    assert feed("/models.atom?q=bert&sort=name&cursor=x&utm=1", "/models.atom?q=bert") == feed(
        "/authors/bob/feed.atom"
    )


def test_a_model_tells_findings_and_changes(feed, client):
    repo = factories.repo("alice/net")
    factories.finding(factories.claim(factories.revision(repo)), created_at=NOON)
    factories.change(repo, at=NOON - timedelta(days=1))
    factories.change()
    found = feed("/models/alice/net/-/feed.atom")
    said = "alice/net: The licence was mit and is now gpl-3.0."
    assert found == ["alice/net: Confirmed, by claim", said]
    assert feed(f"/models/-/{repo.pk}/feed.atom", "/models/alice/net/-/feed.atom") == found
    Repo.objects.update(is_private=True)
    for address in (f"/models/-/{repo.pk}", "/models/alice/net/-", "/authors/alice"):
        assert client.get(f"{address}/feed.atom").status_code == 404


def test_what_was_flagged_newly_can_be_followed_alone(feed, client):
    claim = factories.claim()
    for verdict in ("fail", "pass"):
        factories.finding(factories.run(claim, status="done"), verdict=verdict)
    private = factories.revision(factories.repo("eve/hidden", is_private=True))
    factories.finding(factories.claim(private), verdict="fail")
    assert len(feed("/findings.atom")) == 2
    (title,) = feed("/findings.atom?verdict=fail")
    assert "Fail" in title
    assert client.get("/findings.atom?verdict=bad").status_code == 400


def test_hostile_text_stays_text(client):
    attack = HOSTILE + "]]>&amp;\ufffe\uffff\x01" + "x" * 3_000
    repo = factories.repo(f"mallory/{HOSTILE}"[:200], author=factories.author("a&b <c>"))
    revision = factories.revision(repo)
    finding = factories.finding(factories.claim(revision), summary=attack)
    for what in Change.What.values:
        factories.change(repo, what=what, old=None, new=attack)
    factories.listed()
    addresses = ["/models.atom", "/findings.atom", f"/models/-/{repo.pk}/feed.atom"]
    for address in [*addresses, "/authors/a&b%20%3Cc%3E/feed.atom"]:
        text = client.get(address).content.decode()
        titles, _ = checked(text)
        assert any("[U+202E]" in title for title in titles)
        assert "<script" not in text
        assert len(text) < 150_000
    assert finding.summary == attack


def test_it_is_bounded_and_costs_as_much_for_many_as_for_one(client):
    def queries(address):
        factories.listed()
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            checked(client.get(address).content.decode())
        return len(seen)

    repo = factories.repo("alice/net")
    claim = factories.claim(factories.revision(repo))
    factories.finding(claim)
    factories.change(repo)
    addresses = ["/models.atom?q=net", "/findings.atom", "/models/alice/net/-/feed.atom"]
    few = [queries(address) for address in addresses]
    for _ in range(60):
        factories.finding(factories.run(claim, status="done"))
        factories.change(repo)
    factories.finding(factories.claim(factories.revision(factories.repo("alice/net-2"))))
    assert [queries(address) for address in addresses] == few
    assert max(few) <= 12
    assert Finding.objects.count() > 50


def test_who_has_it_is_not_sent_it_again_and_who_searches_too_widely_is_told(client, monkeypatch):
    first = client.get("/findings.atom")
    again = client.get("/findings.atom", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    factories.finding()
    assert client.get("/findings.atom", headers={"If-None-Match": first["ETag"]}).content

    def slow(self, cursor=""):
        raise OperationalError

    monkeypatch.setattr(Search, "page", slow)
    assert client.get("/models.atom").status_code == 503


def test_pages_name_their_feeds(read):
    factories.revision(factories.repo("alice/net"))

    def feeds(page):
        of_feeds = {"alternate", "application/atom+xml"}
        return [a["href"] for t, a in page.elements if t == "link" and of_feeds <= {*a.values()}]

    page = read("/models?q=net&sort=name&task=image-classification")
    query = "q=net&task=image-classification&sort=name"
    assert feeds(page) == ["/findings.atom", f"/models.atom?{query}"]
    assert f"/models.atom?{query}" in page.links()
    assert feeds(read("/models/alice/net")) == ["/findings.atom", "/models/alice/net/-/feed.atom"]
