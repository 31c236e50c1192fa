"""Badges: what they say, in which colour, and that a hostile name stays text."""

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from registry.models import Finding, Repo, Run
from registry.web import badge_drawing
from registry.web.badge_drawing import GROUNDS, Badge, contrast, cut, draw, ink_on, width
from tests import factories
from tests.e2e.gallery import HOSTILE

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
AT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


@pytest.fixture
def badge(client, django_assert_max_num_queries):
    """Get a badge as shields.io reads it; the picture must say the same."""

    def get(address):
        with django_assert_max_num_queries(10):
            told = json.loads(client.get(f"/badge/{address}.json").content)
        drawn = client.get(f"/badge/{address}.svg")
        assert drawn["Content-Type"] == "image/svg+xml; charset=utf-8"
        root: Any = ElementTree.fromstring(drawn.content)  # noqa: S314 - our own
        assert [text.text for text in root.iter(f"{SVG}text")] == [told["label"], told["message"]]
        title = root.find(f"{SVG}title").text
        assert root.get("aria-label") == title
        assert told["message"] in title
        return told["message"], told["color"]

    return get


def found(claim, **fields):
    """Make a finding of that day by the claim's check."""
    return factories.finding(claim, created_at=AT, **fields)


def test_it_says_state_value_date_and_version_in_words(badge):
    revision = factories.revision(factories.repo("alice/net"))
    version = found(factories.claim(revision)).run.check_version
    said = f"91.73 % measured, confirmed, 2026-11-20, claim v{version}"
    assert badge("accuracy/alice/net") == (said, GROUNDS["good"])
    said = f"1 confirmed, 2026-11-20, claim v{version}"
    assert badge("verdict/alice/net") == (said, GROUNDS["good"])
    assert badge(f"verdict/alice/net@{revision.sha[:9]}") == (said, GROUNDS["good"])
    assert badge(f"verdict/-/{revision.repo_id}") == (said, GROUNDS["good"])
    # An overstatement is not hidden by what else holds.
    found(factories.claim(revision, dataset="cifar100"), verdict=Finding.Verdict.OVERSTATED)
    message, ground = badge("accuracy/alice/net")
    assert ("overstated" in message, "worst of 2 claims" in message) == (True, True)
    assert ground == GROUNDS["bad"]
    assert badge("verdict/alice/net")[0].startswith("1 overstated, 1 confirmed, 2026-11-20")
    for verdict in ("understated", "inconclusive"):
        found(factories.claim(revision), verdict=verdict)
    said = f"1 overstated, 1 inconclusive, 1 understated and 1 more, 2026-11-20, claim v{version}"
    assert badge("verdict/alice/net") == (said, GROUNDS["bad"])


def test_other_checks_have_theirs(badge):
    revision = factories.revision(factories.repo("alice/net"))
    run = factories.run(revision, check_id="adversarial", check_version=1, status=Run.Status.DONE)
    evidence = {"measure": {"metric": "robust_accuracy"}}
    found(run, verdict=Finding.Verdict.MEASURED, value=0.412, evidence=evidence)
    message, ground = badge("robustness/alice/net")
    assert message == "41.20 % robust accuracy measured 2026-11-20, adversarial v1"
    assert ground == GROUNDS["told"]
    run = factories.run(revision, check_id="watermarks", check_version=1, status=Run.Status.DONE)
    found(run, verdict=Finding.Verdict.MEASURED)
    said = "no registered marks found 2026-11-20, watermarks v1"
    assert badge("watermark/alice/net")[0] == said


def test_what_is_not_known_is_grey_and_says_why(badge, client):
    grey = GROUNDS["off"]
    assert badge("verdict/no/such") == ("no such model", grey)
    repo = factories.repo("alice/net")
    assert badge("verdict/alice/net") == ("not evaluated", grey)
    revision = factories.revision(repo)
    assert badge("verdict/alice/net") == ("not evaluated", grey)
    assert badge("verdict/alice/net@abcdef0") == ("no such commit", grey)
    factories.run(factories.claim(revision), status=Run.Status.DEAD)
    assert badge("verdict/alice/net") == ("could not be checked", grey)
    factories.repo("alice/secret", is_private=True)
    assert badge("verdict/alice/secret") == ("no such model", grey)
    assert client.get("/badge/beauty/alice/net.svg").status_code == 404


def test_an_old_answer_is_stale_and_grey(badge):
    repo = factories.repo("alice/net")
    first = factories.revision(repo, sha="a" * 40)
    run = factories.run(factories.claim(first), status=Run.Status.DONE)
    found(run)
    message, ground = badge("accuracy/alice/net")
    assert message.startswith("stale, 91.73 % measured")
    assert (message.endswith("older commit aaaaaaa"), ground) == (True, GROUNDS["off"])
    factories.revision(repo)
    assert badge("accuracy/alice/net") == (message, ground)
    assert badge("accuracy/alice/net@aaaaaaa")[1] == GROUNDS["good"]  # of that commit it is true
    Run.objects.filter(pk=run.pk).update(check_version=0)
    assert badge("accuracy/alice/net@aaaaaaa")[0].endswith("by an older check")


def test_who_has_it_already_is_not_sent_it_again(client):
    first = client.get("/badge/verdict/no/such.svg")
    assert first["Cache-Control"] == "public, max-age=300"
    again = client.get("/badge/verdict/no/such.svg", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_hostile_names_stay_text_and_do_not_widen_it(client):
    repo = factories.repo(HOSTILE + "x" * 200, state=Repo.State.GONE)
    drawn = client.get(f"/badge/verdict/-/{repo.pk}.svg").content.decode()
    root = ElementTree.fromstring(drawn)  # noqa: S314
    assert {one.tag for one in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "clipPath", "rect", "g", "text")
    }
    assert "[U+202E]" in drawn
    long = draw(Badge("漢" * 500, "W\u202e\n" * 500, "good", "<" * 5_000))
    widened: Any = ElementTree.fromstring(long).get("width")  # noqa: S314
    assert float(widened) < 1_700
    assert len(long) < 6_000
    assert cut("a" * 50, 10) == "a" * 9 + "…"


def test_inks_can_be_read_and_widths_are_verdanas():
    for ground in [*GROUNDS.values(), badge_drawing._LABEL_GROUND]:
        assert contrast(ink_on(ground), ground) >= 4.5
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert ink_on(GROUNDS["unsure"]) != ink_on(GROUNDS["good"])
    assert width("accuracy") == pytest.approx(49.4, abs=0.5)


def test_the_page_of_a_model_offers_it(read):
    revision = factories.revision(factories.repo("alice/net"))
    page = read("/models/alice/net/-/use")
    badge = "http://127.0.0.1:8000/badge/verdict/alice/net.svg"
    assert f"[![Assay]({badge})](http://127.0.0.1:8000/models/alice/net)" in page.text
    Repo.objects.filter(pk=revision.repo_id).update(head_sha="b" * 40)
    page = read(f"/models/alice/net/@{revision.sha}/-/use")
    assert f"/badge/verdict/alice/net@{revision.sha}.svg" in page.text
