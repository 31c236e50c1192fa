"""Exports: whole or not there, readable by others, nothing secret, memory flat."""

import contextlib
import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from registry.celery import app
from registry.ecosystem.exports import folder, making, parquet
from registry.ecosystem.exports.tables import KINDS, SCHEMA_VERSION, TABLES
from registry.models import Change, Measurement, Repo, Run
from tests import factories
from tests.factories import NOON
from tests.registry.ecosystem.test_measuring import other_session

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "hidden-from-everybody"


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.ASSAY_EXPORTS = str(tmp_path / "exports")
    return tmp_path / "exports"


def read(export, place, table):
    return pq.read_table(place / export.name / f"{table}-0000.parquet").to_pylist()


def everything(export, place):
    """Return all bytes of an export, with the Parquet files as text."""
    found = []
    for path in (place / export.name).iterdir():
        if path.suffix == ".parquet":
            found.append(json.dumps(pq.read_table(path).to_pylist(), default=str))
        else:
            data = path.read_bytes()
            found.append((gzip.decompress(data) if path.suffix == ".gz" else data).decode())
    return "\n".join(found)


def test_an_empty_database_gives_empty_tables(place):
    made = making.make(at=NOON)
    assert made.name == "20261120T120000Z"
    assert {one["table"]: one["rows"] for one in made.files} == {
        **{table.name: 0 for table in TABLES},
        "changes of a day": 0,
    }
    schema = pq.read_schema(place / made.name / "repos-0000.parquet")
    assert schema.names == [column.name for column in TABLES[0].columns]


def test_the_manifest_is_true(place):
    factories.finding(factories.claim())
    made = making.make(at=NOON)
    manifest = json.loads((place / made.name / "manifest.json").read_text())
    assert manifest["schema_version"] == SCHEMA_VERSION
    assert manifest["licence"]
    names = {path.name for path in (place / made.name).iterdir()} - {"manifest.json"}
    assert names == {one["file"] for one in manifest["files"]}
    for one in manifest["files"]:
        data = (place / made.name / one["file"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["bytes"], one["sha256"])
        if one["file"].endswith(".parquet"):
            assert pq.read_metadata(place / made.name / one["file"]).num_rows == one["rows"]
    assert manifest["tables"]["findings"]["rows"] == 1
    for table in manifest["tables"].values():
        assert set(table["columns"].values()) <= KINDS


def test_rows_come_back_as_they_are(place):
    author = factories.author("alice", is_verified=True, kind="organisation", hub_key="k")
    repo = factories.repo(
        "alice/net",
        author=author,
        tags=["a", "b"],
        parameters=None,
        downloads=2**62,
        refs={"branches": {"main": "x"}},
        model_type="bert",
    )
    revision = factories.revision(repo)
    card = factories.card(revision, text="# Words", front_matter={"license": "mit"})
    factories.file(revision, size=5, security={"status": "safe"})
    claim = factories.claim(revision, value=0.25)
    finding = factories.finding(claim, envelope={"payload": "e30="})
    factories.edge(revision, parent_name="x/base")
    made = making.make(at=NOON)
    (row,) = read(made, place, "repos")
    assert row["name"] == "alice/net"
    assert (row["tags"], row["downloads"], row["parameters"]) == (["a", "b"], 2**62, None)
    assert row["hub_created_at"] == repo.hub_created_at
    assert json.loads(row["refs"]) == repo.refs
    assert read(made, place, "authors")[0]["is_verified"] is True
    (read_card,) = read(made, place, "cards")
    assert (read_card["id"], read_card["text"]) == (card.pk, "# Words")
    assert json.loads(read_card["front_matter"]) == {"license": "mit"}
    assert read(made, place, "files")[0]["size"] == 5
    assert read(made, place, "claims")[0]["value"] == 0.25
    (found,) = read(made, place, "findings")
    assert json.loads(found["envelope"]) == finding.envelope
    assert json.loads(found["evidence"]) == finding.evidence
    assert read(made, place, "edges")[0]["parent_id"] is None


def test_of_pictures_the_digest_goes_out(place):
    picture = factories.picture(factories.finding(), "clean-1", group="Sample 1")
    hidden = factories.repo(is_private=True)
    factories.picture(factories.finding(factories.claim(factories.revision(hidden))), "hidden")
    (row,) = read(making.make(at=NOON), place, "finding_pictures")
    assert (row["name"], row["group"], row["sha256"]) == ("clean-1", "Sample 1", picture.sha256)
    assert "data" not in row


def test_duckdb_and_pandas_read_it_in_one_line(place):
    for licence in ("mit", "mit", "gpl-3.0"):
        factories.repo(licence=licence)
    here = place / making.make(at=NOON).name
    found = duckdb.sql(
        f"select licence, count(*) from '{here}/repos-*.parquet' group by 1 order by 2 desc"
    ).fetchall()
    assert found == [("mit", 2), ("gpl-3.0", 1)]
    assert len(pd.read_parquet(here / "repos-0000.parquet")) == 3
    assert duckdb.sql(f"select count(*) from '{here}/changes-2026-11-19.ndjson.gz'").fetchall()


def test_nothing_private_and_nothing_secret_goes_out(place):
    hidden = factories.repo(f"{SECRET}/net", is_private=True, licence=SECRET)
    revision = factories.revision(hidden, architecture=SECRET)
    factories.card(revision, text=SECRET)
    factories.file(revision, SECRET)
    factories.finding(factories.claim(revision, raw=SECRET), summary=SECRET)
    Change.objects.create(repo=hidden, what="licence", old=SECRET, at=NOON - timedelta(days=1))
    token, secret = factories.token(factories.user(SECRET))
    public = factories.revision()
    factories.edge(public, hidden, parent_name="a/public-words")
    factories.run(
        factories.claim(public), requested_by=SECRET, worker=SECRET, status=Run.Status.DEAD
    )
    gated = factories.revision(factories.repo("a/gated", gate=Repo.Gate.MANUAL))
    factories.card(gated, text=SECRET, front_matter={"a": SECRET})
    factories.claim(gated, raw=SECRET)
    for what in ("card", "claims"):
        Change.objects.create(repo=gated.repo, what=what, old=SECRET, at=NOON - timedelta(days=1))
    with_password = factories.hub(f"https://user:{SECRET}@hub.example")
    factories.repo("b/net", hub=with_password)
    made = making.make(at=NOON)
    text = everything(made, place)
    assert SECRET not in text
    assert secret not in text
    assert token.digest not in text
    assert settings.SECRET_KEY not in text
    assert {row["name"] for row in read(made, place, "repos")} >= {"a/gated", "b/net"}
    assert "https://hub.example" in text
    assert read(made, place, "edges")[0]["parent_id"] is None
    assert made.manifest["tables"]["cards"]["rows"] == 1


def test_every_table_is_exported_or_left_out_on_purpose():
    from django.apps import apps

    held_back = {
        "registry_hub",
        "registry_apitoken",  # its address goes out with each repo; secrets
        "registry_markkeys",  # the sealed keys of marks
        "registry_embedding",  # what an owner had done, for the owner alone
        "registry_errand",
        "registry_stalelisting",  # work to do
        "registry_listing",
        "registry_listingsample",
        "registry_label",
        "registry_labelpair",
        "registry_samplelabel",
        "registry_sampleword",
        "registry_searchword",
        "registry_searchcount",  # made from the others
        "registry_budgetwindow",  # what this place may still ask of a hub
        "registry_scanitem",  # the runs say the same
        *("registry_webhook", "registry_webhooksecret", "registry_delivery"),  # their owners'
        "registry_event",  # what happened stands in the tables that it happened to
        "registry_sync",
        "registry_syncproblem",  # what went wrong here
        *("registry_datasettally", "registry_datasetboard"),
        "registry_renderedcard",  # made from claims and cards
        "registry_idempotencykey",  # answers that are private to a token
        "registry_savedsearch",  # whose searches these are is theirs
    }
    exported = " ".join(table.source for table in TABLES)
    tables = {model._meta.db_table for model in apps.get_app_config("registry").get_models()}
    missing = {name for name in tables if f"{name} " not in f"{exported} "} - held_back
    assert missing == set()


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "\u202egnp.exe", "\U0001f600" * 9, "a\r\n\tb\x01", "\ufeff\u0000"[:1]],
)
def test_hostile_text_comes_back_as_it_is(place, text):
    revision = factories.revision(factories.repo(f"a/{text}", licence=text))
    factories.card(revision, text=text, front_matter={text: [text]})
    Change.objects.create(
        repo=revision.repo, what="licence", old=text, new='"}\n{"', at=NOON - timedelta(days=1)
    )
    made = making.make(at=NOON)
    assert read(made, place, "repos")[0]["licence"] == text
    assert json.loads(read(made, place, "cards")[0]["front_matter"]) == {text: [text]}
    path = place / made.name / "changes-2026-11-19.ndjson.gz"
    (line,) = gzip.decompress(path.read_bytes()).decode().split("\n")[:-1]
    assert (json.loads(line)["old"], json.loads(line)["new"]) == (text, '"}\n{"')


def test_nul_and_lone_surrogates_do_not_get_in_and_long_cards_do(place):
    from analysis.text import clean_text

    words = clean_text("\ud800\0" + "é" * (2 << 20), 2 << 20)
    for _ in range(3):
        factories.card(text=words)
    made = making.make(at=NOON)
    assert [row["text"] for row in read(made, place, "cards")] == [words] * 3
    assert pq.read_metadata(place / made.name / "cards-0000.parquet").num_rows == 3


def test_large_tables_become_groups_and_parts(place, monkeypatch):
    revision = factories.revision()
    for n in range(25):
        factories.file(revision, f"f{n}")
    table = next(one for one in TABLES if one.name == "files")
    monkeypatch.setattr(parquet, "GROUP_ROWS", 4)
    monkeypatch.setattr(parquet, "PART_ROWS", 8)
    small = table.__class__(table.name, table.about, table.source, table.columns, fetch=2)
    monkeypatch.setattr(making, "TABLES", (small,))
    made = making.make(at=NOON)
    parts = [one for one in made.files if one["table"] == "files"]
    assert [one["rows"] for one in parts] == [8, 8, 8, 1]
    assert [one["file"] for one in parts] == [f"files-{n:04d}.parquet" for n in range(4)]
    first = pq.read_metadata(place / made.name / parts[0]["file"])
    assert first.num_row_groups == 2
    names = duckdb.sql(f"select count(distinct path) from '{place / made.name}/files-*.parquet'")
    assert names.fetchall() == [(25,)]


def test_all_tables_are_of_one_moment(place):
    factories.revision()

    def meanwhile(table, _):
        if table == "repos":
            with other_session() as other:
                other.execute("DELETE FROM registry_revision")

    made = making.make(at=NOON, on_table=meanwhile)
    assert made.manifest["tables"]["revisions"]["rows"] == 1


def test_changes_of_missed_days_are_made_up_for(place):
    repo = factories.repo()
    for days in range(8):
        Change.objects.create(repo=repo, what="licence", old=days, at=NOON - timedelta(days=days))
    making.make(at=NOON - timedelta(days=4))
    made = making.make(at=NOON)
    lines = {one["file"]: one["rows"] for one in made.files if one["table"] == "changes of a day"}
    assert lines == {f"changes-2026-11-{day}.ndjson.gz": 1 for day in (16, 17, 18, 19)}
    path = place / made.name / "changes-2026-11-19.ndjson.gz"
    assert json.loads(gzip.decompress(path.read_bytes()))["old"] == 1


def test_old_exports_go_but_never_the_newest(place, settings):
    settings.ASSAY_EXPORT_DAYS = 2
    for days in (9, 8, 1):
        making.make(at=NOON - timedelta(days=days))
    assert [one.name[:8] for one in folder.listed()] == ["20261119"]
    making.make(at=NOON + timedelta(days=90))
    assert [one.name[:8] for one in folder.listed()] == ["20270218"]
    assert [path.name[:8] for path in place.iterdir()] == ["20270218"]


def test_a_fault_leaves_nothing(place, monkeypatch):
    factories.repo()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CommandError, match=r"could not be written: .*No space left"):
        call_command("export", stdout=StringIO())
    assert list(place.iterdir()) == []


def test_two_do_not_export_at_once(place):
    app.loader.import_default_modules()
    with other_session() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [making._LOCK])
        with pytest.raises(CommandError, match="Somebody else"):
            call_command("export")
        app.tasks["workers.export"]()
        assert folder.listed() == []
        other.execute("SELECT pg_advisory_unlock_all()")
    app.tasks["workers.export"]()
    assert len(folder.listed()) == 1


def test_the_command_prints_the_manifest(tmp_path):
    Measurement.objects.create(
        measure="models", version=1, date=NOON.date(), at=NOON, numerator=1, seconds=0
    )
    out = StringIO()
    call_command("export", "--out", str(tmp_path / "else" / "where"), "--json", stdout=out)
    printed = json.loads(out.getvalue())
    assert printed["tables"]["measurements"]["rows"] == 1
    assert (tmp_path / "else" / "where" / printed["name"] / "manifest.json").is_file()


KILLED = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[2]
from registry.ecosystem.exports import making
making.make(Path(sys.argv[1]),
    on_table=lambda table, _: table == "cards" and os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_killed_export_is_not_there_and_the_next_one_clears_up(place):
    factories.card()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(place), connection.settings_dict["NAME"]],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    (left,) = place.iterdir()
    assert left.name.startswith(folder.UNFINISHED)
    assert (left / "repos-0000.parquet").is_file()
    assert folder.listed() == []
    for _ in range(100):  # until the server notices that the session is gone
        with contextlib.suppress(making.Busy):
            making.make()
            break
        time.sleep(0.05)
    assert [path.name for path in place.iterdir()] == [folder.listed()[0].name]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("..", "secret-key"),
        ("20261120T120000Z", ".."),
        ("20261120T120000Z", "../../secret-key"),
        ("20261120T120000Z", "outside.parquet"),
        ("20261120T120000Z", "not-in-manifest.parquet"),
        ("20261120T120000Z", "repos-0000.parquet\n"),
        (".unfinished-20261120T120000Z", "repos-0000.parquet"),
        ("20200101T000000Z", "repos-0000.parquet"),
    ],
)
def test_only_what_the_manifest_names_is_found(place, name, file):
    making.make(at=NOON)
    (place / "20261120T120000Z" / "not-in-manifest.parquet").write_bytes(b"x")
    (place / "20261120T120000Z" / "outside.parquet").symlink_to("/etc/passwd")
    (place / "secret-key").write_text("x")
    export = folder.named(name)
    assert export is None or folder.file_of(export, file) is None


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"files": 3}', "\udcff"])
def test_a_damaged_manifest_hides_its_export_only(place, manifest):
    making.make(at=NOON)
    broken = place / "20261121T120000Z"
    broken.mkdir()
    (broken / "manifest.json").write_bytes(manifest.encode(errors="surrogateescape"))
    assert [one.name for one in folder.listed()] == ["20261120T120000Z"]
    newest = folder.named("latest")
    assert newest is not None
    assert newest.at == datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_missing_folder_is_an_empty_list(tmp_path):
    assert folder.listed(tmp_path / "nowhere") == []
    assert folder.named("latest", Path("/nowhere")) is None
