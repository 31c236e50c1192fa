"""The first page, and the ones that explain."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections

from registry.models import Finding, Run
from registry.web.clouds import Dot, cloud
from registry.web.states import STATES
from tests import factories

pytestmark = pytest.mark.django_db
STATIC = Path(settings.BASE_DIR) / "registry" / "web" / "static"
DEPENDENCIES = Path(settings.BASE_DIR) / "docs" / "dependencies.md"


def test_it_works(read):
    factories.finding()
    text = read("/").text
    assert "What models claim, and what was measured." in text
    assert "models 1 claims read 1 findings 1 runs under way 0" in text
    assert "claimed 91.7 %" in text
    assert "measured 91.73 %" in text
    assert "No measurement has differed from its claim." in text


def test_a_model_with_many_findings_leaves_room_for_others(read):
    for name in ("alice/a", "bob/b", "carol/c"):
        factories.finding(factories.claim(factories.revision(factories.repo(name))))
    many = factories.revision(factories.repo("grace/many"))
    for _ in range(10):
        factories.finding(factories.claim(many))
    links = read("/").links()
    shown = [link for link in links if link.startswith("/models/")]
    # Of the one that floods the list as many as there is room for, the newest first.
    others = ["/models/carol/c", "/models/bob/b", "/models/alice/a"]
    assert shown == ["/models/grace/many"] * 3 + others


def test_a_finding_on_no_claim_names_its_check_and_says_what_was_found(read):
    revision = factories.revision(factories.repo("alice/net"))
    for check in ("adversarial", "of-a-package-that-is-gone"):
        run = factories.run(revision, check_id=check, status=Run.Status.DONE)
        factories.finding(run, verdict="measured", summary=f"Found by {check}.")
    text = read("/").text
    assert "Robustness against adversarial pictures Found by adversarial." in text
    assert "of-a-package-that-is-gone Found by of-a-package-that-is-gone." in text


def test_nothing_mirrored_says_what_to_type(read):
    text = read("/").text
    assert "Nothing is mirrored yet" in text
    assert "make demo" in text
    assert "manage.py mirror" in text


def test_nothing_measured_says_what_to_type(read):
    factories.repo()
    assert "manage.py verify" in read("/").text


def test_the_biggest_gap_stands_first_and_each_claim_once(read):
    def mismatch(name, claimed, value):
        claim = factories.claim(
            factories.revision(factories.repo(name)), value_text=str(claimed), value=claimed
        )
        return factories.finding(claim, verdict=Finding.Verdict.OVERSTATED, value=value)

    small = mismatch("alice/small", 92, 0.91)
    mismatch("alice/large", 99, 0.60)
    again = factories.finding(small.run.claim, verdict="overstated", value=0.90)
    gaps = read("/").text.partition("Biggest gaps")[2].partition("Newest findings")[0]
    assert gaps.index("alice/large") < gaps.index("alice/small")
    assert gaps.count("alice/small") == 1
    assert "measured 90.00 %" in gaps
    assert again.pk > small.pk


def test_twenty_findings_take_as_many_queries_as_one(queries_of):
    factories.finding(verdict=Finding.Verdict.OVERSTATED)
    one = queries_of("/")
    for _ in range(19):
        factories.finding(verdict=Finding.Verdict.OVERSTATED)
    cache.clear()
    # Whether there is anything, four counts, findings on claims, newest, tolerances of both.
    assert queries_of("/") == one == 9
    assert queries_of("/") == one - 4  # counts are a minute old at most


def test_a_picture_shows_claims_against_measurements(read, client):
    factories.finding(verdict="confirmed", value=0.9173)
    factories.finding(verdict="overstated", value=0.60)
    assert "cloud" not in client.get("/").content.decode()  # two dots tell nothing
    factories.finding(verdict="understated", value=0.95)
    page = client.get("/").content.decode()
    assert "Claimed against measured, 3 claims: 1 confirmed, 1 overstated, 1 understated." in page
    assert page.count('class="spot ') == 3
    assert 'from <span class="nowrap">50 %</span> to' in page


def test_what_lies_on_the_line_is_drawn_on_the_line():
    drawn = cloud([Dot(0.9, 0.9, STATES["confirmed"]), Dot(0.95, 0.71, STATES["overstated"])])
    even, below = drawn.spots
    assert even.x + even.y == pytest.approx(300)
    assert below.x + below.y > 301  # y grows downwards
    assert (even.shape, below.shape) == ("round", "down")
    assert drawn.first == "70 %"


def test_private_repos_are_neither_counted_nor_shown(read):
    repo = factories.repo("alice/secret", is_private=True)
    factories.finding(factories.claim(factories.revision(repo)))
    text = read("/").text
    assert "Nothing is mirrored yet" in text
    assert "secret" not in text


def test_checks_are_listed_out_of_the_catalog(read):
    text = read("/checks").text
    for words in ("image-classification", "object-recognition", "Matthews correlation"):
        assert words in text
    assert "Claimed metric, measured" in text
    assert "image-classification" in text


def test_the_style_guide_shows_every_state(read):
    text = read("/styleguide").text
    for state in STATES.values():
        assert state.word in text
        assert state.about in text


@pytest.mark.parametrize(
    ("chosen", "kept"), [("dark", "dark"), ("light", "light"), ("x", "system")]
)
def test_a_reader_chooses_the_colours(client, chosen, kept):
    answer = client.post("/theme", {"theme": chosen, "next": "/models?q=net"})
    assert (answer.status_code, answer["Location"]) == (302, "/models?q=net")
    assert f'data-theme="{kept}"' in client.get("/about").content.decode()


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_choosing_colours_leads_nowhere_else(client, away):
    assert client.post("/theme", {"theme": "dark", "next": away})["Location"] == "/"


def test_about_explains_every_state(read):
    text = read("/about").text
    for word in ("Confirmed", "Overstated", "Inconclusive", "Could not be checked"):
        assert word in text


def test_health_is_well_while_the_database_answers(client, monkeypatch):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    monkeypatch.setitem(connections.settings["default"], "HOST", "/nowhere")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"The database does not answer.\n")


def test_what_others_wrote_is_what_they_published():
    named = dict(re.findall(r"(htmx \S+) .*?sha256 `([0-9a-f]{64})`", DEPENDENCIES.read_text()))
    for file in (STATIC / "vendor").iterdir():
        name, _, version = file.name.removesuffix(".esm.min.js").partition("-")
        assert named[f"{name} {version}"] == hashlib.sha256(file.read_bytes()).hexdigest()
