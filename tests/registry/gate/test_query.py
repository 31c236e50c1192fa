"""Parameters of a listing."""

import pytest
from django.http import QueryDict

from registry.gate.errors import BadQuery
from registry.gate.query import EXPANDABLE, SORTS, Query, boolean, cursor, expanded, parse
from registry.gate.source import Kind


def parsed(text, kind=Kind.MODEL):
    return parse(kind, QueryDict(text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("true", True), ("True", True), ("1", True), ("false", False), ("False", False), ("0", False)],
)
def test_booleans_are_read_in_every_spelling(value, expected):
    assert boolean(QueryDict(f"x={value}"), "x") is expected


@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_key_is_accepted(sort):
    assert parsed(f"sort={sort}&direction=-1").descending


@pytest.mark.parametrize(
    "text",
    [
        "sort=colour",
        "limit=-1",
        "limit=x",
        "limit=" + "9" * 20,
        "skip=1.5",
        "full=maybe",
        "expand=nothing",
        "expand=baseModels",
        "cursor=x",
        "cursor=W10=",
        "num_parameters=lots",
        "sort=likes&cursor=" + cursor(Query(sort="createdAt"), ("2020", "a")),
    ],
)
def test_what_makes_no_sense_is_refused(text):
    with pytest.raises(BadQuery):
        parsed(text)


def test_what_only_a_detail_call_expands_is_accepted_there():
    assert expanded(Kind.MODEL, QueryDict("expand=baseModels&expand=sha")) == {"baseModels", "sha"}
    assert expanded(Kind.MODEL, QueryDict("expand[]=sha,tags")) == {"sha", "tags"}


@pytest.mark.parametrize("kind", list(Kind))
def test_expanding_gives_nothing_else(kind):
    for key in EXPANDABLE[kind] - {"baseModels", "childrenModelCount", "usedStorage"}:
        assert parsed(f"expand={key}", kind).fields == {"_id", "id", key}


def test_full_card_and_config_add_their_fields():
    brief, full = parsed("").fields, parsed("full=True&cardData=1&config=true").fields
    assert full - brief == {
        "author", "cardData", "config", "disabled", "gated", "lastModified", "sha", "siblings",
    }  # fmt: skip


INFO = {
    "id": "org/Tiny-BERT",
    "tags": ["en", "dataset:squad"],
    "pipeline_tag": "fill-mask",
    "library_name": "transformers",
    "gated": False,
    "safetensors": {"total": 7_000_000},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("filter=en&filter=dataset:squad", True),
        ("filter=en&filter=fr", False),
        ("filter=transformers&filter=fill-mask", True),
        ("author=org", True),
        ("author=or", False),
        ("search=tiny&search=bert", True),
        ("search=large", False),
        ("pipeline_tag=fill-mask", True),
        ("pipeline_tag=en", False),
        ("gated=False", True),
        ("gated=true", False),
        ("num_parameters=min:6M,max:8M", True),
        ("num_parameters=min:1B", False),
        ("inference=warm", False),
    ],
)
def test_conditions_hold_together(text, expected):
    assert parsed(text).matches(INFO) is expected


def test_dirty_infos_match_nothing_and_break_nothing():
    query = parsed("filter=en&num_parameters=min:1")
    for info in ({}, {"id": "a", "tags": None}, {"id": "a", "tags": [1, {}]}):
        assert not query.matches(info)
    assert parsed("sort=downloads").key({"id": "a", "downloads": "many"}) == (-1, "a")
    assert parsed("sort=createdAt").key({"id": "a", "createdAt": 5}) == ("", "a")


def test_a_cursor_continues_behind_its_row():
    query = parsed("sort=downloads")
    again = parsed(f"sort=downloads&cursor={cursor(query, (5, 'b'))}")
    assert [again.is_behind(key) for key in ((6, "a"), (5, "c"), (5, "b"), (5, "a"), (4, "z"))] == [
        False, False, False, True, True,
    ]  # fmt: skip
