"""Whatever a hub sends can be stored, and what makes no sense is as if it were absent."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.hub import answers, errands, records
from registry.hub.answers import Record
from registry.hub.listed import listed
from registry.hub.reading import RepoReader
from registry.hub.store import Store
from registry.models import File, Repo, Revision
from tests import factories

SHA = "a" * 40
HOSTILE = st.sampled_from(
    ["\0", "\ud800", "\x1b[2J", "e" + "\u0301" * 500, "\u202e", "x" * 5000, "🙂" * 400, "\r\n", ""]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**30, max_value=10**300)
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | HOSTILE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | HOSTILE, inner),
    max_leaves=12,
)
KEYS = (
    *("cardData", "evalResults", "model-index", "securityRepoStatus", "trendingScore"),
    *("author", "config", "createdAt", "disabled", "downloads", "gated", "lastModified"),
    *("library_name", "likes", "pipeline_tag", "private", "safetensors", "siblings", "tags"),
)
INFO = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON))
SIBLINGS = st.lists(
    st.fixed_dictionaries({"rfilename": st.text() | HOSTILE, "size": JSON}) | JSON, max_size=5
)


class NoHub:
    """A client that has nothing but a card."""

    def __init__(self, card, record):
        self._card = card
        self._record = record

    def detail(self, name, revision="main"):
        return self._record

    def tree(self, name, sha, **_):
        raise records_missing()

    def refs(self, name):
        raise records_missing()

    def listed_file(self, name, sha, file, limit):
        return self._card

    def small_file(self, name, sha, path, limit, repo_type="model"):
        return self._card


def records_missing():
    from registry.hub.problems import Missing

    return Missing("There is none.", "revision")


@pytest.mark.django_db
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(info=INFO, siblings=SIBLINGS, card=st.binary(max_size=200) | st.text().map(str.encode))
def test_any_answer_becomes_rows_that_the_database_takes(info, siblings, card):
    hub = factories.hub()
    everything = [*siblings, {"rfilename": "README.md", "size": 1}]
    record = Record("a/b", "k" * 24, SHA, info | {"siblings": everything})
    brief = listed(record)
    Store(hub.pk).write([brief], datetime(2026, 1, 1, tzinfo=UTC))
    again = Store(hub.pk).write([brief], datetime(2027, 1, 1, tzinfo=UTC))
    assert (again.created, again.changed) == (frozenset(), frozenset())
    read = RepoReader(NoHub(card, record)).named("a/b")  # type: ignore[arg-type]
    assert not read.failed
    Store(hub.pk).write([read], datetime(2026, 1, 1, tzinfo=UTC))
    stored = Repo.objects.get(hub=hub, hub_key="k" * 24)
    again = Store(hub.pk).write([read], datetime(2027, 1, 1, tzinfo=UTC))
    assert (again.created, again.changed) == (frozenset(), frozenset())
    paths = File.objects.filter(revision__repo=stored).values_list("path", flat=True)
    assert not any(".." in path.split("/") or "\\" in path for path in paths)


@given(raw=JSON)
def test_any_record_is_one_or_a_fault(raw):
    read = answers.record(raw)
    assert isinstance(read, Record | answers.Fault)


@pytest.mark.parametrize(
    ("gated", "expected"),
    [
        (False, "open"),
        ("auto", "auto"),
        ("manual", "manual"),
        (True, "manual"),
        ("else", None),
        ([], None),
        ({}, None),
        (None, None),
    ],
)
def test_gates(gated, expected):
    assert records.repo_row(Record("a/b", "", SHA, {"gated": gated})).gate == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        (7.9, 7),
        (-1, 0),
        (10**30, (1 << 63) - 1),
        (True, None),
        ("7", None),
        (float("inf"), None),
        (float("nan"), None),
        (None, None),
    ],
)
def test_counts(value, expected):
    assert records.repo_row(Record("a/b", "", SHA, {"downloads": value})).downloads == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-09-02T16:05:51.000Z", datetime(2021, 9, 2, 16, 5, 51, tzinfo=UTC)),
        ("2021-09-02T16:05:51+02:00", datetime(2021, 9, 2, 14, 5, 51, tzinfo=UTC)),
        ("2021-09-02T16:05:51", datetime(2021, 9, 2, 16, 5, 51, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:59", None),
        ("2021-13-41T00:00:00Z", None),
        ("yesterday", None),
        (1630598751, None),
        ("2" * 1000, None),
    ],
)
def test_moments(value, expected):
    assert records.moment(value) == expected


def test_a_null_says_that_there_is_none_and_silence_says_nothing():
    assert records.repo_row(Record("a/b", "", SHA, {"pipeline_tag": None})).pipeline_tag == ""
    assert records.repo_row(Record("a/b", "", SHA, {})).pipeline_tag is None


def test_a_configuration_without_bounds_is_left_out():
    big = {"architectures": ["Net"], "x": "y" * records.CONFIG_LIMIT}
    written, architecture, problem = records.config_of({"config": big})
    assert (json.loads(written), architecture) == ({}, "")
    assert "longer than" in problem


@pytest.mark.parametrize(
    "config", [None, [], "x", 7, {"architectures": {}}, {"architectures": [1]}]
)
def test_configurations_of_wrong_types_have_no_architecture(config):
    assert records.config_of({"config": config})[1] == ""


def test_the_key_of_a_repo_without_an_id_always_fits_its_column():
    assert records.name_key("a/b") == "name:a/b"
    long = records.name_key("a/" + "b" * 190)
    assert len(long) <= records.KEY_LIMIT
    assert long != records.name_key("a/" + "b" * 189)


def test_a_repo_is_not_its_own_parent():
    edges = records.edge_rows("a/b", ["a/b", "a/c", "a/c", "../x"], "finetune")
    assert [(edge.parent_name, edge.relation) for edge in edges] == [("a/c", "finetune")]
    assert records.edge_rows("a/b", ["a/c"], "cousin")[0].relation == "unknown"


@pytest.mark.django_db
def test_a_sha256_that_a_worker_computed_stays(hub, client):
    from registry.hub.sync import mirror

    hub.add("a/b", files={"README.md": b"x"})
    mirror(hub.url)
    File.objects.update(sha256="5" * 64)
    errands.ask(Repo.objects.get())  # the same commit, looked at again
    sync = mirror(hub.url)
    assert Revision.objects.count() == 1
    assert sync.unchanged == 1
    assert hub.calls("/revision/") == 2
    assert File.objects.get().sha256 == "5" * 64
