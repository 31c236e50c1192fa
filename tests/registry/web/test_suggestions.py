"""Suggestions: prefixes of names and of owners first, then words, bounded in rows and time."""

import json

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from registry import search
from registry.models import Repo
from registry.search import plans, suggesting
from tests import factories
from tests.e2e.gallery import HOSTILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def suggest(client):
    """Ask for suggestions; return names and the rest of the rows."""

    def ask(text):
        factories.listed()
        search.rebuild()
        answer = client.get("/suggest", {"q": text})
        assert answer["Content-Type"] == "application/x-suggestions+json; charset=utf-8"
        said, *columns = json.loads(answer.content)
        assert said == text[:200]
        assert len({len(column) for column in columns}) == 1
        assert len(columns[0]) <= 10
        return columns

    return ask


def names(columns):
    return columns[0]


def test_names_that_begin_so_go_first_then_those_with_the_words(suggest):
    factories.repo("bob/resnet-18", downloads=5)
    factories.repo("alice/resnet50", downloads=9_000)
    factories.repo("alice/tiny-resnet", downloads=80_000)
    factories.repo("carol/bert", downloads=7)
    first = ["alice/resnet50", "bob/resnet-18"]
    assert names(suggest("res")) == [*first, "alice/tiny-resnet"]
    assert names(suggest("RésNet")) == [*first, "alice/tiny-resnet"]
    assert names(suggest("alice/re")) == ["alice/resnet50"]
    assert names(suggest("alice/")) == ["alice/tiny-resnet", "alice/resnet50"]
    assert names(suggest("b"))[:2] == ["carol/bert", "bob/resnet-18"]
    (found,) = zip(*suggest("bert"), strict=True)
    assert found == ("carol/bert", "image-classification · 7 requests", "/models/carol/bert")
    for nothing in ("", "  ", "///", "\0", "zzzz", "%_", "x" * 10_000):
        assert names(suggest(nothing)) == []


def test_a_misspelt_word_is_put_right(suggest):
    factories.repo("alice/whisper-tiny")
    assert suggest("whipser") == [
        ["whisper"],
        ["Did you mean this?"],
        ["/models?q=whisper"],
    ]


def test_it_is_bounded_in_rows_queries_and_time(suggest, client, monkeypatch):
    factories.repo("alice/net-first", downloads=1)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get("/suggest?q=net")
        return len(seen)

    suggest("net")
    few = queries()
    monkeypatch.setattr(suggesting, "_BEGIN", 20)
    for number in range(29):
        factories.repo(f"alice/net-{number}", downloads=number)
    factories.repo("zoe/net-zzz", downloads=1_000_000)
    found = names(suggest("net"))
    assert (len(found), found[0]) == (10, "zoe/net-zzz")  # though it is the last of the alphabet
    assert queries() <= few

    def slow(*reads, within_ms):
        assert within_ms <= 150
        raise OperationalError

    monkeypatch.setattr(plans, "running", slow)
    assert names(suggest("net")) == []


def test_what_is_not_public_is_not_suggested_and_hostile_names_are_shown(suggest):
    factories.repo("alice/net-secret", is_private=True)
    factories.repo("alice/net-gone", state=Repo.State.GONE)
    factories.repo(f"net{HOSTILE}"[:200])
    ((name,), _, (link,)) = suggest("net")
    assert "[U+202E]" in name
    assert link.startswith("/models/-/")
