"""The page of the mirror."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from registry.models import Errand, SyncProblem
from tests import factories
from tests.registry.hub.test_status import sync, window

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\u202e"


def test_it_works(read):
    sync(status="done", seen=2000, created=1999, finished_at=now(), reason="")
    running = sync(seen=500)
    Errand.objects.create(repo=factories.repo(), reason="asked", wanted_at=now())
    window(refused=2)
    page = read("/mirror")
    for words in (
        f"Pass {running.pk} (full) over https://hub.example",
        "Repos met 500 of about 2,000",
        "5.0 a second",
        "asked 1",
        "Left 390 of 500",
        "Refused so far 2",
        "Done",
    ):
        assert words in page.text
    assert f"/api/v1/syncs/{running.pk}" in page.links()


def test_an_empty_mirror_says_what_to_do(read):
    page = read("/mirror")
    assert "Nothing is mirrored yet" in page.text
    assert "manage.py up --mirror" in page.text


def test_hostile_text_is_only_text(read, client):
    one = sync(status="stopped", reason=HOSTILE, hub=factories.hub("https://evil.example"))
    SyncProblem.objects.create(sync=one, repo_name=HOSTILE, stage="list", reason=HOSTILE, at=now())
    page = read("/mirror")
    assert "<script>alert(1)" in page.text
    assert "[U+202E]" in page.text
    assert "<script>alert" not in client.get("/mirror").content.decode()


def test_more_rows_take_no_more_queries(queries_of):
    def fill(count):
        for _ in range(count):
            one = sync(status="done", finished_at=now())
            SyncProblem.objects.create(
                sync=one, repo_name="a/b", stage="card", reason="r", at=now()
            )
            window(origin=f"https://hub{one.pk}.example")

    fill(10)
    first = queries_of("/mirror")
    fill(10)
    assert queries_of("/mirror") == first <= 20


def test_a_block_is_shown(read):
    window(blocked_until=now() + timedelta(minutes=5))
    assert "No calls before" in read("/mirror").text
