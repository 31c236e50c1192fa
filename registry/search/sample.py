"""The sample of the listings as bits, held by each process until the next count.

A label is a whole number of as many bits as the sample has rows: which rows fit is an AND of a few
of them, and how many is the number of bits set. 40,000 rows are 5 kB a label; the labels that are
held take a few megabytes, and all facets of a question a millisecond. Common words are held the
same way; rare ones are looked up in the database, where that is quick, for there are too many of
them. What a process was asked lately it remembers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from registry.models import SampleLabel, SampleWord, SearchCount
from registry.search import words

HELD = 100  # the commonest labels of a facet are held however rare they are
_HELD_FROM = 16  # places: every label that occurs so often is held
_WORDS_FROM = 128  # places: every word and beginning that occurs so often is held
_REMEMBERED = 300  # conditions whose rows a process knows

_READ = "SELECT place, labels FROM registry_listingsample"
_NAMES = "SELECT id, facet, value FROM registry_label WHERE id = ANY(%s::int[])"
_KEEP = "COPY registry_samplelabel (label, facet, value, bits) FROM STDIN"
_LOAD = "SELECT label, facet, value, bits FROM registry_samplelabel"
_WORDS = """
SELECT word, array_agg(place) FROM registry_listingsample,
    unnest(tsvector_to_array(tokens)) AS word GROUP BY word ORDER BY word COLLATE "C"
"""
_KEEP_WORD = "COPY registry_sampleword (query, bits) FROM STDIN"
_LOAD_WORDS = "SELECT query, bits FROM registry_sampleword"
_PLACES = "SELECT COALESCE(array_agg(place), '{{}}') FROM registry_listingsample WHERE {condition}"


@dataclass(frozen=True, slots=True)
class Held:
    """A label with the places that have it, and how many they are."""

    label: int
    value: str
    n: int
    bits: int


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample of one count."""

    counted_at: datetime
    everything: int  # all places
    facets: Mapping[str, Sequence[Held]]  # the commonest label first
    bits: Mapping[int, int]  # by label
    words: Mapping[str, int]  # bits by tsquery
    names: Mapping[int, tuple[str, str]]  # facet and value by label
    remembered: dict[tuple[str, str], int] = field(default_factory=dict)

    def places(self, groups: Iterable[Iterable[int]], queries: Iterable[str]) -> int:
        """Return the places that have a label of each group, and fit all tsqueries."""
        mask, others = self.everything, []
        for labels in groups:
            known = [self.bits.get(label) for label in labels]
            if None in known:
                others.append(sorted(labels))
                continue
            union = 0
            for one in known:
                union |= one or 0
            mask &= union
        for labels in others:
            mask &= self._asked("labels && %s::int[]", "{" + ",".join(map(str, labels)) + "}")
        for query in queries:
            for word in query.split(" & "):
                bits = self.words.get(word)
                mask &= self._asked("tokens @@ %s::tsquery", word) if bits is None else bits
        return mask

    def _asked(self, condition: str, value: str) -> int:
        found = self.remembered.get((condition, value))
        if found is None:
            with connection.cursor() as cursor:
                cursor.execute(_PLACES.format(condition=condition), [value])
                ((places,),) = cursor.fetchall()
            if len(self.remembered) >= _REMEMBERED:
                self.remembered.pop(next(iter(self.remembered)), None)
            found = self.remembered[condition, value] = as_bits(places)
        return found

    def commonest(
        self, facet: str, mask: int, most: int, always: Iterable[int] = ()
    ) -> list[tuple[str, int]]:
        """Return the commonest values of a facet at these places, and those wanted always."""
        found: list[tuple[int, str, int]] = []
        least = 1
        for held in self.facets.get(facet, ()):
            if held.n < least:
                break
            n = (held.bits & mask).bit_count()
            if n >= least:
                found.append((-n, held.value, held.label))
                if len(found) >= 2 * most:
                    found = sorted(found)[:most]
                    least = -found[-1][0]
        kept = sorted(found)[:most]
        there = {label for _, _, label in kept}
        missing = [label for label in always if label not in there]
        counted = [(value, -n) for n, value, _ in kept]
        for label, (_, value) in _named(missing).items():
            counted.append((value, (self.places([[label]], []) & mask).bit_count()))
        return counted


_last: dict[str, Sample] = {}


def last(count: SearchCount) -> Sample:
    """Return the sample of the last count; the first call after a count reads it."""
    known = _last.get("sample")
    if known is None or known.counted_at != count.counted_at:
        known = _last["sample"] = _loaded(count.counted_at)
    return known


def _loaded(counted_at: datetime) -> Sample:
    facets: dict[str, list[Held]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_listingsample")
        ((places,),) = cursor.fetchall()
        cursor.execute(_LOAD)
        for label, facet, value, raw in cursor.fetchall():
            bits = int.from_bytes(raw, "little")
            facets.setdefault(facet, []).append(Held(label, value, bits.bit_count(), bits))
        cursor.execute(_LOAD_WORDS)
        common = {query: int.from_bytes(raw, "little") for query, raw in cursor.fetchall()}
    for held in facets.values():
        held.sort(key=lambda one: (-one.n, one.value))
    by_label = {one.label: one.bits for held in facets.values() for one in held}
    names = {one.label: (facet, one.value) for facet, held in facets.items() for one in held}
    return Sample(counted_at, (1 << places) - 1, facets, by_label, common, names)


def as_bits(places: Sequence[int]) -> int:
    """Return places, from 1 on, as bits."""
    if not places:
        return 0
    raw = bytearray((max(places) + 7) // 8)
    for place in places:
        raw[(place - 1) >> 3] |= 1 << ((place - 1) & 7)
    return int.from_bytes(raw, "little")


def keep_bits(cursor: CursorWrapper) -> None:
    """Write the bits of the sample's labels anew: the commonest of each facet, and all common."""
    cursor.execute(_READ)
    places: dict[int, list[int]] = {}
    for place, labels in cursor.fetchall():
        for label in labels:
            places.setdefault(label, []).append(place)
    cursor.execute(f"DELETE FROM {SampleLabel._meta.db_table}")  # noqa: S608
    ranks: dict[str, int] = {}
    names = named(cursor, places)
    ordered = sorted(places, key=lambda label: (-len(places[label]), label))
    with cursor.copy(_KEEP) as copy:
        for label in ordered:
            facet, value = names.get(label, ("", ""))
            rank = ranks[facet] = ranks.get(facet, 0) + 1
            is_shown = rank <= HELD and facet != "author"
            if facet and (is_shown or len(places[label]) >= _HELD_FROM):
                bits = as_bits(places[label])
                raw = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
                copy.write_row((label, facet, value, raw))


def keep_words(cursor: CursorWrapper) -> None:
    """Write the bits of common words anew, and of all words that begin as a common one does.

    Words come in order, so that those that begin alike follow each other.
    """
    cursor.execute(f"DELETE FROM {SampleWord._meta.db_table}")  # noqa: S608
    cursor.execute(_WORDS)
    kept: dict[str, int] = {}
    begun: list[str] = []  # each the beginning of the next
    for word, places in cursor.fetchall():
        while begun and not word.startswith(begun[-1]):
            begun.pop()
        is_common = len(places) >= _WORDS_FROM
        if not (is_common or begun):
            continue
        bits = as_bits(places)
        for start in begun:
            kept[_begun(start)] |= bits
        if is_common:
            kept[f"'{word}'"] = bits
            # A marked beginning is a word here, but nobody begins it.
            if word.isalnum() and words.conditions([word])[-1] == _begun(word):
                begun.append(word)
                kept[_begun(word)] = bits
    with cursor.copy(_KEEP_WORD) as copy:
        for query, bits in kept.items():
            copy.write_row((query, bits.to_bytes((bits.bit_length() + 7) // 8, "little")))


def _begun(word: str) -> str:
    return f"'{word}':*"


def named(cursor: CursorWrapper, labels: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return facet and value of these labels."""
    cursor.execute(_NAMES, ["{" + ",".join(map(str, labels)) + "}"])
    return {label: (facet, value) for label, facet, value in cursor.fetchall()}


def _named(labels: Sequence[int]) -> dict[int, tuple[str, str]]:
    if not labels:
        return {}
    with connection.cursor() as cursor:
        return named(cursor, labels)
