"""What is stored without a merge is what the merge stores."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from registry.hub import answers, bookkeeping
from registry.hub.listed import listed
from registry.hub.records import Read, RepoRow
from registry.hub.store import Store
from registry.models import (
    Author,
    Card,
    Change,
    Claim,
    CounterSeries,
    Edge,
    Errand,
    File,
    Hub,
    Repo,
    Revision,
    StaleListing,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
NASTY = 'a "b" \\c\\N {d,e} \t\n\r\x00 \u202e \U0001f600 e\u0301 \\.'


def _sha(number: int) -> str:
    return f"{number:040x}"


def _read(number: int, name: str = "", **more: Any) -> Read:
    info = {"id": name or f"team/net-{number}", "_id": f"{9999 - number:024x}"}
    record = answers.record(info | {"sha": _sha(number)} | more)
    assert isinstance(record, answers.Record)
    return listed(record)


def _index(metric: str, value: object) -> list[dict[str, Any]]:
    metrics = [{"type": metric, "value": value, "name": NASTY, "args": {"k": [NASTY, 1.5]}}]
    task, dataset = {"type": "text-classification"}, {"name": NASTY, "type": "glue"}
    return [{"name": "n", "results": [{"task": task, "dataset": dataset, "metrics": metrics}]}]


def _hostile() -> list[Read]:
    front = {
        "license": "mit",
        "tags": ["a,b", "{}", "", "NULL", '"', "\\"],
        "language": ["en", NASTY],
        "datasets": [NASTY, "squad"],
        "base_model": "team/parent",
        "text": NASTY,
    }
    files = [
        {"rfilename": path} for path in ("a b.bin", "x/ü.txt", "a b.bin", "../no", "c\td", "e")
    ]
    reads = [
        _read(
            1,
            tags=["a,b", "{}", "", "NULL", '"', "\\", NASTY, "arxiv:1706.03762", 7],
            cardData=front | {"model-index": _index("accuracy", 0.5)},
            config={"architectures": [NASTY], "model_type": NASTY, "deep": {"k": NASTY}},
            siblings=files,
            downloads=1023,
            likes=3,
            trendingScore=1.25,
            gated="manual",
            private=True,
            disabled=True,
            pipeline_tag=NASTY,
            library_name="\\N",
            createdAt="2022-03-02T23:59:59.123Z",
            lastModified="2026-01-02T03:04:05+02:00",
            safetensors={"total": 1 << 40},
        ),
        _read(2, "team/parent", downloads=1 << 62, likes=1 << 40, author="somebody"),
        _read(3, "team/child", tags=["base_model:finetune:old/known", "base_model:no/where"]),
        _read(4, "alone", sha=None, downloads=0, tags=[]),
        _read(5, "other/net", _id=None, cardData={"model-index": _index("f1", "no number")}),
        _read(6, "alone/two", config={}, siblings="none", tags="none"),
        _read(7, "team/mid", cardData={"base_model": ["team/net-1", "team/child"]}, siblings=files),
        Read("team/bare", RepoRow("team/bare", "bare", problem="A part \\ is\tmissing.", ask=True)),
    ]
    assert reads[0].revision
    assert len(reads[0].revision.paths) == 3
    return reads


def _stored(hub: Hub, *names: str) -> dict[str, list[Any]]:
    """Return all rows of a hub but those of repos with these names, without numbers of rows."""
    repos = Repo.objects.filter(hub=hub).exclude(name__in=names)
    of = {Repo: "", Author: "", Revision: "repo", CounterSeries: "repo", Errand: "repo"}
    of |= {StaleListing: "repo", Change: "repo", Edge: "child__repo"}
    of |= dict.fromkeys((Card, File, Claim), "revision__repo")
    found: dict[str, list[Any]] = {}
    for model, path in of.items():
        rows: QuerySet[Any] = model._default_manager.all()
        if model is Repo:
            rows = repos
        elif model is Author:
            rows = rows.filter(hub=hub)
        elif path:
            rows = rows.filter(**{f"{path}__in": repos})
        links = {"author": "author__name", "parent": "parent__name"}
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        kept = [field.name for field in fields if not field.remote_field]
        kept += [links[field.name] for field in fields if field.name in links]
        key = F(f"{path}__name") if path else F("name")
        values = rows.annotate(of=key).values_list("of", *kept)
        found[model.__name__] = sorted(values, key=repr)
    return found


def _store(url: str, extra: list[Read]) -> tuple[Hub, list[str]]:
    """Store the hostile batch on a new hub that knows one repo; return what SQL was used."""
    hub = Hub.objects.create(url=url)
    store = Store(hub.pk, f"met_{hub.pk}", clock=lambda: AT)
    store.open(fresh=True)
    store.write([_read(100, "old/known", downloads=5)], AT.replace(day=1))
    with CaptureQueriesContext(connection) as queries:
        stored = store.write([*_hostile(), *extra], AT)
    assert stored.created == set(range(8))
    assert len(store.known([], [read.name for read in _hostile()])) == 8
    assert all(known.is_met for known in store.known([], [read.name for read in _hostile()]))
    return hub, [query["sql"] for query in queries]


def test_both_ways_store_the_same():
    quick, quick_sql = _store("http://quick", [])
    merged, merged_sql = _store("http://merged", [_read(100, "old/known", downloads=5)])
    assert not any("incoming_" in sql for sql in quick_sql)
    assert any("incoming_" in sql for sql in merged_sql)
    rows = _stored(quick, "old/known")
    assert rows == _stored(merged, "old/known")
    assert {name: len(found) for name, found in rows.items()} == {
        "Repo": 8,
        "Author": 4,
        "Revision": 6,
        "CounterSeries": 8,
        "Errand": 8,
        "StaleListing": 8,
        "Change": 0,
        "Edge": 5,
        "Card": 3,
        "File": 6,
        "Claim": 2,
    }
    assert set(
        Edge.objects.filter(child__repo__hub=quick).values_list("parent__name", flat=True)
    ) == {
        "team/parent",
        "old/known",
        None,
        "team/net-1",
        "team/child",
    }


def test_a_batch_with_a_known_name_or_key_is_merged():
    hub = Hub.objects.create(url="http://hub")
    store = Store(hub.pk, clock=lambda: AT)
    store.write([_read(1), _read(2)], AT)
    renamed, taken = _read(1, "team/moved"), _read(7, "team/net-2")
    stored = store.write([renamed, taken, _read(8)], AT)
    assert stored.created == {1, 2}
    assert stored.changed == {0}
    assert set(Change.objects.values_list("what", flat=True)) == {
        "renamed",
        "replaced",
        "took-name",
    }
    assert Repo.objects.filter(state="present").count() == 3


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda read: setattr(read.row, "licence", "x" * 101), DataError),
        (lambda read: setattr(read.revision, "paths", ("a", "a")), IntegrityError),
        (lambda read: setattr(read.row, "name", "team/net-1"), IntegrityError),
    ],
)
def test_what_the_database_refuses_leaves_nothing(spoil, error):
    hub = Hub.objects.create(url="http://hub")
    store, bad = Store(hub.pk, clock=lambda: AT), _read(2)
    spoil(bad)
    with pytest.raises(error), transaction.atomic():
        store.write([_read(1), bad], AT)
    assert Repo.objects.count() == Revision.objects.count() == Author.objects.count() == 0
    assert store.write([_read(1)], AT).created == {0}


def test_a_row_that_was_read_in_full_is_merged():
    hub = Hub.objects.create(url="http://hub")
    read = _read(1)
    assert read.row
    read.row.read_sha, read.row.read_began = read.row.head_sha, AT
    with CaptureQueriesContext(connection) as queries:
        Store(hub.pk, clock=lambda: AT).write([read], AT)
    assert any("incoming_" in query["sql"] for query in queries)
    assert not Errand.objects.exists()


@pytest.mark.parametrize("reason", Errand.Reason.values)
def test_the_priority_is_that_of_the_database(reason):
    counts = sorted({n for power in range(63) for n in (2**power - 1, 2**power, 2**power + 1)})
    counts += [10**power for power in range(1, 19)]
    statement = f"SELECT {bookkeeping.PRIORITY.format(reason='%(reason)s')} FROM"
    statement += " unnest(%(counts)s::bigint[]) WITH ORDINALITY r(downloads, n) ORDER BY r.n"
    with connection.cursor() as cursor:
        cursor.execute(statement, {"reason": reason, "counts": counts})
        found = [priority for (priority,) in cursor.fetchall()]
    assert found == [bookkeeping.priority(reason, count) for count in counts]
