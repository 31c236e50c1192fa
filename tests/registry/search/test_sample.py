"""The sample as bits: the same places as the database finds."""

import pytest

from registry.models import ListingSample, SampleWord, SearchCount
from registry.search import counts, sample
from tests import factories

pytestmark = pytest.mark.django_db
WORDS = ("net", "netlike-7", "network", "networks", "nets", "Ünïnet", "nothing")


@pytest.fixture
def of_all(monkeypatch):
    monkeypatch.setattr(sample, "_WORDS_FROM", 2)
    for n in range(30):
        factories.repo(f"o{n % 4}/{WORDS[n % 7]}-{WORDS[n % 5]}{'' if n % 3 else '-only'}")
    factories.listed()
    counts.recount()
    return sample.last(SearchCount.objects.get())


def test_common_words_are_held_as_the_database_finds_them(of_all):
    assert {"'net'", "'network'", "'network':*", "'^net'", "'^netwo'"} <= set(of_all.words)
    for query, bits in of_all.words.items():
        there = ListingSample.objects.filter(tokens__has=query).values_list("place", flat=True)
        assert sample.as_bits(list(there)) == bits, query


def test_nobody_begins_what_is_marked_as_a_beginning(of_all):
    assert not {"'^net':*", "'net':*"} & set(of_all.words)
    assert SampleWord.objects.count() == len(of_all.words)


@pytest.mark.parametrize("query", ["'net' & 'network'", "'nowhere'", "'only' & 'network':*"])
def test_held_words_and_others_are_found_together(of_all, query):
    there = ListingSample.objects.filter(tokens__has=query).values_list("place", flat=True)
    assert of_all.places([], [query]) == sample.as_bits(list(there))
