"""The first page, and the ones that explain."""

import pytest
from django.db import OperationalError, connection

from registry.models import Finding
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_works(read):
    factories.finding()
    text = read("/").text
    assert "What models claim, and what was measured." in text
    assert "models 1 claims 1 findings 1 runs under way 0" in text
    assert "claimed 91.7 %" in text
    assert "measured 91.73 %" in text
    assert "No measurement has differed from its claim." in text


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
    assert queries_of("/") == one == 6  # four counts, mismatches, newest


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


def test_about_explains_every_state(read):
    text = read("/about").text
    for word in ("Confirmed", "Overstated", "Inconclusive", "Could not be checked"):
        assert word in text


def test_health_is_well_while_the_database_answers(client, monkeypatch):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")

    def away():
        raise OperationalError("connection to 10.0.0.7 refused")

    monkeypatch.setattr(connection, "cursor", away)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"The database does not answer.\n")
