"""Listings follow the other tables."""

import pytest
from django.db import connection, connections

from registry import search, services
from registry.models import Finding, Listing, Repo, StaleListing
from registry.search import indexes, upkeep
from registry.search.rows import coarse, gap_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_works(find):
    repo = factories.repo("alice/Net", likes=3, parameters=7_000_000_000)
    revision = factories.revision(repo)
    factories.file(revision, "sub/pytorch_model.BIN")
    factories.finding(
        factories.claim(revision), verdict="overstated", value=0.867,
    )  # fmt: skip
    assert find("") == ["alice/Net"]
    row = Listing.objects.get()
    assert (row.folded, row.base, row.likes_key) == ("alice/net", "net", 3)
    assert row.gap == 50
    for query in (
        *("size=3b-8b", "format=pickle", "claims=yes", "verdict=overstated", "gated=open"),
        *("author=alice", "task=image-classification", "q=alice+net", "q=net"),
    ):
        assert find(query) == ["alice/Net"], query
    for query in ("format=safetensors", "claims=no", "verified=yes", "risk=fail", "q=other"):
        assert find(query) == [], query


def test_what_goes_or_turns_private_leaves_and_may_return(find):
    gone, hidden = factories.repo("a/gone"), factories.repo("a/hidden")
    factories.repo("a/stays")
    assert len(find("")) == 3
    Repo.objects.filter(pk=gone.pk).update(state=Repo.State.GONE)
    Repo.objects.filter(pk=hidden.pk).update(is_private=True)
    assert find("") == ["a/stays"]
    Repo.objects.filter(pk=gone.pk).update(state=Repo.State.PRESENT)
    assert set(find("")) == {"a/stays", "a/gone"}


def test_rows_that_are_right_are_not_written():
    factories.repo(downloads=123_456)
    factories.listed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, ctid::text FROM registry_listing")
        before = cursor.fetchone()
        Repo.objects.update(downloads=123_999)  # the same to two digits
        factories.listed()
        cursor.execute("SELECT xmin::text, ctid::text FROM registry_listing")
        assert cursor.fetchone() == before


def test_a_refresh_that_breaks_loses_nothing(monkeypatch):
    factories.repo("a/b")
    StaleListing.mark(Repo.objects.values_list("pk", flat=True))

    def broken(*_args):
        raise RuntimeError("killed")

    monkeypatch.setattr(upkeep, "write", broken)
    with pytest.raises(RuntimeError, match="killed"):
        search.refresh()
    assert StaleListing.objects.count() == 1
    monkeypatch.undo()
    assert search.refresh() == 1
    assert (StaleListing.objects.count(), Listing.objects.count()) == (0, 1)


def test_a_finding_marks_its_repo():
    run = factories.taken(factories.run(factories.claim()))
    StaleListing.objects.all().delete()
    from analysis import contract

    finding = contract.Finding(contract.Verdict.CONFIRMED, "It holds.")
    assert services.store_finding(run, finding, {})
    assert StaleListing.objects.get().repo_id == run.revision.repo_id


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_makes_the_same_rows():
    for number in range(5):
        repo = factories.repo(tags=["x", f"t{number}"], downloads=number)
        factories.finding(factories.claim(factories.revision(repo)))
    factories.listed()
    before = list(Listing.objects.order_by("pk").values())
    Listing.objects.all().delete()
    assert search.rebuild() == 5
    assert list(Listing.objects.order_by("pk").values()) == before
    Listing.objects.filter(pk__gt=before[0]["repo_id"]).update(folded="wrong")
    search.rebuild()
    assert list(Listing.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_a_change_under_way_is_not_missed():
    """A writer marks a repo that is stale already, and commits after a refresh has run."""
    repo = factories.repo("a/b", licence="mit")
    StaleListing.mark([repo.pk])
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE registry_repo SET licence = 'gpl'")
            from registry.models.listings import MARK_STALE

            cursor.execute(MARK_STALE, {"repos": [repo.pk]})
            assert search.refresh() == 0  # it is held by the writer
            cursor.execute("COMMIT")
    finally:
        other.close()
    assert search.refresh() == 1
    assert search.Question.read("licence=gpl").repo_ids() == [repo.pk]


@pytest.mark.django_db(transaction=True)
def test_one_refresh_at_a_time():
    factories.repo()
    StaleListing.mark(Repo.objects.values_list("pk", flat=True))
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [upkeep._LOCK])
            assert search.refresh() == 0
            cursor.execute("SELECT pg_advisory_unlock(%s)", [upkeep._LOCK])
    finally:
        other.close()
    assert search.refresh() == 1


def test_counters_are_coarse():
    assert [coarse(n) for n in (0, -1, 7, 99, 100, 123, 999, 123_999)] == [
        0, 0, 7, 99, 100, 120, 990, 120_000,
    ]  # fmt: skip
    assert coarse(float("nan")) == coarse(float("inf")) == 0


@pytest.mark.parametrize(
    ("metric", "stated", "measured", "gap"),
    [
        ("accuracy", 0.95, 0.90, 50),
        ("wer", 0.10, 0.20, 100),  # lower is better
        ("perplexity", 20.0, 30.0, 500),
        ("accuracy", float("nan"), 0.9, -1),
        ("nobody-knows", 1.0, 0.5, -1),
    ],
)
def test_gaps_of_metrics_compare(metric, stated, measured, gap):
    assert gap_of(metric, stated, measured) == gap


def test_the_biggest_gap_sorts_first_and_none_last(find):
    for name, value in (("a/small", 0.90), ("a/big", 0.50)):
        claim = factories.claim(factories.revision(factories.repo(name)))
        factories.finding(claim, verdict=Finding.Verdict.OVERSTATED, value=value)
    factories.repo("a/none", downloads=10**6)
    assert find("sort=gap") == ["a/big", "a/small", "a/none"]


def test_every_index_says_what_it_is_for():
    said = indexes.present()
    said.pop("registry_listing_pkey")
    assert said == indexes.PURPOSES
    indexes.drop()
    assert set(indexes.make()) == set(indexes.PURPOSES)
    assert indexes.present() | {"registry_listing_pkey": ""} == said | {"registry_listing_pkey": ""}
