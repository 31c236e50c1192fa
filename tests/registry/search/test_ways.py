"""What the index is asked for, and what is looked at in the rows: the same rows either way."""

import pytest

from registry.models import Listing
from registry.search import Question, Search, ways
from tests import factories

pytestmark = pytest.mark.django_db
QUESTIONS = ("q=net&task=t1", "q=alpha+networ&task=t1&licence=mit", "q=networks", "q=net", "q=alp")


@pytest.fixture
def repos():
    for n in range(24):
        factories.repo(
            f"o{n % 3}/{'alpha' if n % 2 else 'beta'}-network-{n}",
            pipeline_tag=f"t{n % 3}",
            licence=("mit", "gpl")[n % 2],
        )
    factories.listed()


def keys(rows):
    return sorted(row.pk for row in rows)


@pytest.mark.parametrize("query", QUESTIONS)
@pytest.mark.parametrize(("row_us", "rare"), [(1.25, 1_000), (1e9, 0), (0.0, 0)])
def test_every_way_finds_the_same(monkeypatch, repos, query, row_us, rare):
    monkeypatch.setattr(ways, "_ROW", row_us)
    monkeypatch.setattr(ways, "LIVE", rare)
    question = Question.read(query)
    search = Search(question, page_size=100)
    assert keys(search.page().rows) == keys(question.listings())
    assert search.count().n == question.listings().count()


def test_what_is_dear_is_looked_at_in_few_rows(monkeypatch, repos):
    monkeypatch.setattr(ways, "LIVE", 0)
    search = Search(Question.read("q=netw&task=t1"))
    monkeypatch.setattr(ways, "_BEGUN", 1e9)
    assert "(tokens @@ %s::tsquery) IS TRUE" in search.way.sql
    assert search.page().rows
    assert len(search.page().rows) == 8 == Listing.objects.count() // 3
