"""What browsers and crawlers ask every site for, and what pages say of themselves to them."""

import json
import re
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import Repo
from registry.web import crawling
from tests import factories
from tests.e2e.gallery import HOSTILE

pytestmark = pytest.mark.django_db

HOME = "http://127.0.0.1:8000"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(client, address):
    """Return the addresses of a sitemap, below our home."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    text = answer.getvalue().decode() if answer.streaming else answer.content.decode()
    root: Any = ElementTree.fromstring(text)  # noqa: S314 - our own
    found = [loc.text for loc in root.iter(f"{MAP}loc")]
    assert all(one.startswith(HOME) for one in found)
    return [one.removeprefix(HOME) for one in found]


def test_sitemaps_name_every_public_model_once(client, monkeypatch):
    monkeypatch.setattr(crawling, "RANGE", 10)
    monkeypatch.setattr(crawling, "BATCH", 3)
    at = 1_000_000
    ids = [*range(at, at + 10), at + 15, at + 95]  # with a gap that must not cost a part
    for number in ids:
        factories.repo(f"alice/net-{number}", pk=number)
    factories.repo("alice/secret", pk=at + 1_001, is_private=True)
    factories.repo("alice/gone", pk=at + 2_001, state=Repo.State.GONE)
    factories.repo(f"a&b{HOSTILE}"[:200], pk=at + 16)
    factories.listed()
    with CaptureQueriesContext(connection) as seen:
        pages, *parts = locations(client, "/sitemap.xml")
    assert len(seen) == 1
    assert parts == [f"/sitemap-{at}.xml", f"/sitemap-{at + 10}.xml", f"/sitemap-{at + 90}.xml"]
    found = [one for part in parts for one in locations(client, part)]
    expected = [*(f"/models/alice/net-{number}" for number in ids), f"/models/-/{at + 16}"]
    assert sorted(found) == sorted(expected)
    assert "/models" in locations(client, pages)
    for page in locations(client, pages):
        assert client.get(page).status_code == 200
    for wrong in (7, 10**15):
        assert client.get(f"/sitemap-{wrong}.xml").status_code == 404
    assert locations(client, "/sitemap-0.xml") == []


def test_an_empty_mirror_has_a_sitemap(client):
    assert locations(client, "/sitemap.xml") == ["/sitemap-pages.xml"]


def test_robots_may_read_models_but_not_every_combination(client):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {HOME}/sitemap.xml" in text
    robots = RobotFileParser()
    robots.parse(text.splitlines())
    for path, may in (
        *(("/models/alice/net", True), ("/models", True), ("/", True)),
        *(("/admin/", False), ("/api/v1/repos", False), ("/suggest", False)),
    ):
        assert robots.can_fetch("x", HOME + path) is may, path
    assert "\nAllow: /compare?m=\n" in text  # the longer rule goes before
    assert "\nDisallow: /compare?*from=\n" in text  # its further pages
    assert "\nDisallow: /*?\n" in text  # RFC 9309, 2.2.3; Python's parser knows no wildcards


def test_browsers_learn_to_search_here(client):
    answer = client.get("/opensearch.xml")
    assert answer["Content-Type"].startswith("application/opensearchdescription+xml")
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    root: Any = ElementTree.fromstring(answer.content)  # noqa: S314
    urls = {url.get("type"): url.get("template") for url in root.iter(f"{space}Url")}
    assert len(root.find(f"{space}ShortName").text) <= 16
    for kind in ("text/html", "application/x-suggestions+json", "application/atom+xml"):
        assert urls[kind].startswith(HOME)
        found = client.get(urls[kind].removeprefix(HOME).replace("{searchTerms}", "net"))
        assert found["Content-Type"].startswith(kind)
    assert '<link rel="search"' in re.sub(r"\s+", " ", client.get("/about").content.decode())


def test_small_files_are_there(client, settings):
    text = client.get("/llms.txt").content.decode()
    for address in re.findall(rf"\({HOME}([^)]*)\)", text):
        assert client.get(address).status_code == 200, address
    assert text.startswith("# Assay\n\n> ")
    icon = client.get("/favicon.ico")
    assert icon.status_code == 302
    assert icon["Location"].endswith("mark.svg")
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.ASSAY_CONTACT = "security@assay.example"
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@assay.example\n" in text
    assert re.search(r"^Expires: 20\d\d-\d\d-\d\dT00:00:00Z$", text, re.MULTILINE)
    settings.ASSAY_CONTACT = "a@b.example\nPolicy: no"
    assert client.get("/.well-known/security.txt").status_code == 404


def heads(page, rel):
    return [attrs["href"] for tag, attrs in page.elements if tag == "link" and attrs["rel"] == rel]


def test_pages_name_the_address_that_counts(read):
    revision = factories.revision(factories.repo("alice/net"))
    for _ in range(30):
        factories.repo()
    page = read("/models?sort=name&utm_source=x")
    assert heads(page, "canonical") == [f"{HOME}/models?sort=name"]
    (further,) = [link for link in page.links() if "cursor=" in link]
    assert heads(read(f"/models{further}"), "canonical") == [f"{HOME}/models?sort=name"]
    own = [f"{HOME}/models/alice/net"]
    assert heads(read("/models/alice/net?x=y"), "canonical") == own
    assert heads(read(f"/models/alice/net/@{revision.sha}"), "canonical") == own
    Repo.objects.filter(pk=revision.repo_id).update(head_sha="b" * 40)
    pinned = f"/models/alice/net/@{revision.sha}"
    assert heads(read(pinned), "canonical") == [HOME + pinned]


def linked(client, address):
    text = client.get(address).content.decode()
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return json.loads(data)


def test_a_model_is_told_to_machines_and_hostile_text_stays_data(client):
    revision = factories.revision(factories.repo("alice/net", tags=["vision"]))
    factories.finding(factories.claim(revision))
    factories.claim(revision, dataset="never-measured")
    told = linked(client, "/models/alice/net")
    assert told["@id"] == told["url"] == f"{HOME}/models/alice/net"
    assert (told["version"], told["license"]) == (revision.sha, "apache-2.0")
    assert told["codeRepository"] == "https://hub.example/alice/net"
    assert told["keywords"] == ["vision"]
    (measured,) = told["additionalProperty"]  # a claim is no property
    assert (measured["value"], measured["name"]) == ("91.73 %", "accuracy on cifar10")
    attack = f"</script>{HOSTILE}<!--"
    repo = factories.repo("m/" + attack, tags=[attack, "\u2028&amp;"], licence=attack)
    factories.revision(repo)
    address = reverse("web:repo-by-number", args=[repo.pk])
    told = linked(client, address)
    assert (told["name"], told["license"]) == ("m/" + attack, attack)
    assert told["keywords"] == [attack, "\u2028&amp;"]
