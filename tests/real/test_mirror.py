"""The 29,432 records of February 2022: served by the folder hub, mirrored, counted."""

import sys
import tempfile
import time

import pytest
from django.db import connection

from registry.hub.records import NAME_LIMIT
from registry.hub.sync import mirror
from registry.models import Author, Card, Claim, Edge, File, Repo, Revision
from tests import hubs

pytestmark = [
    pytest.mark.real,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(1800),
]

TABLES = (Author, Repo, Revision, Card, File, Claim, Edge)


def versions():
    """Which transaction wrote each row last: any write changes it."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT id, xmin::text FROM {table._meta.db_table} ORDER BY id")
            found[table.__name__] = hash(tuple(cursor.fetchall()))
    return found


def bare_copy_s():
    """How long a COPY of the same rows into the same tables takes, in seconds."""
    took = 0.0
    with connection.cursor() as cursor:
        for table in (model._meta.db_table for model in TABLES):
            with tempfile.TemporaryFile() as rows:
                with cursor.copy(f"COPY {table} TO STDOUT") as out:
                    rows.writelines(bytes(chunk) for chunk in out)
                rows.seek(0)
                cursor.execute(f"CREATE TABLE bare (LIKE {table} INCLUDING ALL)")
                begun = time.monotonic()
                with cursor.copy("COPY bare FROM STDIN") as into:
                    while chunk := rows.read(1 << 20):
                        into.write(chunk)
                took += time.monotonic() - begun
                cursor.execute("DROP TABLE bare")
    return took


def timed(url):
    """Mirror; return the pass with its seconds on the clock and of this process."""
    clock, cpu = time.monotonic(), time.process_time()
    sync = mirror(url)
    return sync, time.monotonic() - clock, time.process_time() - cpu


def test_all_records_of_2022_are_mirrored_and_a_second_pass_changes_nothing(
    real_data, tmp_path, capsys
):
    (tmp_path / "models").mkdir()
    records = real_data / "records" / "hub-models-2022-02.jsonl.gz"
    with hubs.served(tmp_path, "--records", str(records)) as url:
        first, took, cpu = timed(url)
        written = versions()
        second, again, again_cpu = timed(url)
    bare = bare_copy_s()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{first.seen:,} records in {took:.0f} s ({cpu:.0f} s of CPU here),"
            f" {first.seen / took:,.0f}/s, {first.seen / cpu:,.0f} a CPU second;"
            f" again {again:.1f} s ({again_cpu:.1f} s of CPU); bare COPY {bare:.1f} s\n"
        )
    assert (first.status, first.reason) == ("done", "")
    assert (second.status, second.created, second.changed) == ("done", 0, 0)
    assert versions() == written
    assert counted() == expected(first)


def counted():
    """What of the records is in the tables."""
    values = Claim.objects.filter(source=Claim.Source.MODEL_INDEX)
    return {
        "repos": Repo.objects.listed().count(),
        "cards": Card.objects.count(),
        "cards with YAML": Card.objects.filter(has_front_matter=True).count(),
        "model-index": Card.objects.filter(front_matter__has_key="model-index").count(),
        "with values": values.values("revision").distinct().count(),
        "values": values.count(),
    }


def expected(first):
    """The numbers of the data's own description, and what is read here beyond it."""
    assert first.seen == 29_432
    # Four names of 2021 have 214 to 257 characters; they are missing where the column is shorter.
    reasons = list(first.problems.filter(stage="list").values_list("reason", flat=True))
    assert all(f"is longer than {NAME_LIMIT} characters" in reason for reason in reasons)
    assert len(reasons) == first.failed <= 4
    return {
        "repos": 29_432 - first.failed,
        # 12,842 of all cards are error texts, and 345 are empty files.
        "cards": 29_432 - 12_842 - 345 - first.failed,
        # 176 more have blank lines before the front matter, which the Hub takes as well.
        "cards with YAML": 13_740 + 176 - first.failed,
        # One of them does not parse; nine more are among those 176.
        "model-index": 2_765 - 1 + 9,
        "with values": 1_342 + 8,
        "values": 3_504 + 27,
    }
