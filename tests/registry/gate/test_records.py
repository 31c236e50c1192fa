"""Repositories of which only the metadata is held."""

import gzip
import json
import logging

import pytest

from registry.gate.folder import FolderSource
from registry.gate.records import RecordsSource
from registry.gate.source import Combined, Kind
from tests.registry.gate.test_views import pages


def record(repo_id, card="# x", **info):
    info = {
        "sha": "a" * 40,
        "siblings": [{"rfilename": "README.md"}, {"rfilename": "w.bin"}],
        **info,
    }
    return json.dumps({"id": repo_id, "info": {"modelId": repo_id, **info}, "card": card})


@pytest.fixture
def records(hub, settings, tmp_path):
    sources = []

    def load(*lines):
        path = tmp_path / "records.jsonl.gz"
        path.write_bytes(gzip.compress("\n".join(lines).encode("utf-8", "surrogatepass")))
        source = RecordsSource([path])
        sources.append(source)
        settings.GATE_SOURCE = Combined([FolderSource(hub.root), source])
        return source

    yield load
    for source in sources:
        source.close()


def test_it_works(hub, records):
    records(record("org/a", "---\nlicense: mit\n---\nhi ü", likes=3, tags=["t"], config={"x": 1}))
    info = hub.json("/api/models/org/a")
    assert "_id" not in info
    assert info["id"] == "org/a"
    assert info["cardData"] == {"license": "mit"}
    assert hub.json("/api/models?full=true&cardData=true&config=true") == [info]
    assert hub.json("/api/models?expand=likes") == [{"id": "org/a", "likes": 3}]
    response = hub.get("/org/a/resolve/main/README.md")
    assert response.body.decode() == "---\nlicense: mit\n---\nhi ü"
    assert hub.get("/org/a/resolve/main/README.md", range="bytes=-3").status_code == 206


def test_sizes_are_those_of_what_is_held(hub, records):
    records(record("org/a", "12345"))
    tree = hub.json("/api/models/org/a/tree/main")
    assert [(entry["path"], entry["size"]) for entry in tree] == [("README.md", 5), ("w.bin", 0)]


def test_bytes_that_are_not_held_are_not_there(hub, records):
    records(record("org/a"))
    response = hub.get("/org/a/resolve/main/w.bin")
    assert (response.status_code, response["X-Error-Code"]) == (404, "EntryNotFound")
    assert "only its card" in response["X-Error-Message"]


def test_an_error_text_is_no_card(hub, records):
    records(record("org/a", "Error: the path 'README.md' does not exist"))
    assert hub.get("/org/a/resolve/main/README.md").status_code == 404
    assert [e["path"] for e in hub.json("/api/models/org/a/tree/main")] == ["w.bin"]


def test_a_card_that_no_sibling_names_is_there_all_the_same(hub, records):
    records(record("org/a", "# hi", siblings=[]))
    assert hub.get("/org/a/resolve/main/README.md").status_code == 200


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": 5}',
        '{"id": "org/b"}',
        record("../x"),
        record("a/b/c"),
        record("org/b", sha=None),
        record("org/b", sha="../" + "a" * 37),
        record("org/b", private=True),
        record("org/a", likes=99),
        "[" * 100_000,
    ],
)
def test_a_broken_record_costs_one_row_with_a_reason(hub, records, caplog, line):
    with caplog.at_level(logging.WARNING):
        assert len(records(record("org/a", likes=1), line, record("org/c"))) == 2
    assert "line 2" in caplog.text
    assert hub.json("/api/models/org/a")["likes"] == 1


def test_a_file_that_is_cut_gives_what_came_before(hub, tmp_path, caplog):
    content = gzip.compress("\n".join(record(f"org/m{i}") for i in range(500)).encode())
    (tmp_path / "cut.gz").write_bytes(content[: len(content) // 2])
    source = RecordsSource([tmp_path / "cut.gz"])
    source.close()
    assert 0 < len(source) < 500
    assert "ends after line" in caplog.text


def test_odd_values_stay_within_json(hub, records):
    records(
        record("org/a", config={"x": 1e999, "y": "\ud800"}, siblings=[1, {"rfilename": "../x"}, {}])
    )
    info = hub.json("/api/models/org/a")
    assert info["config"] == {"x": None, "y": "\ud800"}
    assert info["siblings"] == [{"rfilename": "README.md"}]


def test_a_folder_goes_before_a_record_of_the_same_id(hub, records):
    hub.write("models/org/b/x", b"x")
    records(record("org/a"), record("org/b", likes=5), record("org/c"))
    assert [row["id"] for row in hub.json("/api/models?sort=createdAt")] == [
        "org/b", "org/c", "org/a",
    ]  # fmt: skip
    assert hub.json("/api/models/org/b")["likes"] == 0


@pytest.mark.parametrize(
    "sort", ["likes", "downloads", "lastModified", "createdAt", "trendingScore"]
)
@pytest.mark.parametrize("direction", ["-1", "1"])
def test_pages_of_records_and_folders_join_without_gap_or_repeat(hub, records, sort, direction):
    for i in range(5):
        hub.write(f"models/own/m{i}/x")
        hub.describe(f"models/own/m{i}", likes=i * 10, lastModified=f"2020-01-0{i + 1}")
    records(
        *(record(f"org/m{i}", likes=i % 7, lastModified=f"2020-01-{i + 1:02d}") for i in range(23))
    )
    rows = pages(hub, f"/api/models?sort={sort}&direction={direction}&limit=4&expand={sort}")
    assert len(rows) == len({row["id"] for row in rows}) == 28
    least = "" if sort in {"lastModified", "createdAt"} else -1
    keys = [(row.get(sort, least), row["id"]) for row in rows]
    assert keys == sorted(keys, reverse=direction == "-1")


def test_conditions_are_answered_from_the_index(records):
    source = records(
        *(record(f"o{i % 2}/m{i}", tags=[f"t{i % 3}"], pipeline_tag=f"p{i % 5}") for i in range(60))
    )
    from django.http import QueryDict

    from registry.gate.query import parse

    def count(text):
        return len(list(source.rows(Kind.MODEL, parse(Kind.MODEL, QueryDict(text)))))

    assert count("filter=t1") == 20
    assert count("filter=t1&filter=p2") == 4
    assert count("pipeline_tag=t1") == 0
    assert count("author=o1&search=M5") == 5 + 1
    assert count("filter=none") == 0
    assert count("gated=true") == 0


@pytest.mark.real
def test_all_records_of_february_2022_are_listed(hub, settings, real_data):
    source = RecordsSource([real_data / "records" / "hub-models-2022-02.jsonl.gz"])
    settings.GATE_SOURCE = Combined([FolderSource(hub.root), source])
    rows = pages(hub, "/api/models?full=true&cardData=true&config=true&sort=lastModified")
    assert len(rows) == len({row["id"] for row in rows}) == 29_432
    assert not any("_id" in row for row in rows)
    assert sum("cardData" in row for row in rows) > 13_000
    assert max(len(row["siblings"]) for row in rows) > 20_000
    card = hub.get("/gpt2/resolve/main/README.md")
    assert card.status_code == 200
    assert card.body.startswith(b"---")
    source.close()
