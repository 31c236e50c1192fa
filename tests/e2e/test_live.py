"""Pages that keep themselves up to date, in a real browser beside a real stream server."""

import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from registry.models import Embedding, Run
from tests import factories, owners
from tests.e2e.conftest import HOST
from tests.e2e.test_pages import violations, window
from tests.registry.streams.conftest import Streams

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
]


class Place(NamedTuple):
    """Both servers."""

    url: str
    streams: Streams


@pytest.fixture(scope="module")
def place(browser, django_db_blocker) -> Iterator[Place]:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", 0)
        server, streams = LiveServer(HOST), Streams()
        patch.setattr(settings, "ASSAY_PUBLIC_URL", server.url)
        patch.setattr(settings, "ASSAY_STREAMS_URL", f"http://{HOST}:{streams.port}")
        yield Place(server.url, streams)
        streams.stop()
        server.stop()
        call_command("flush", interactive=False, verbosity=0)
        connections.close_all()


def elsewhere(act):
    """Do something as another process would: outside of the test's transaction."""
    found = []

    def run():
        found.append(act())
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def test_a_run_is_followed_by_itself_until_it_ends(browser, place):
    run = elsewhere(lambda: factories.run())
    with window(browser) as (page, complaints):
        page.goto(f"{place.url}/runs/{run.pk}")
        page.get_by_text("This page keeps itself up to date.").wait_for()
        assert not page.get_by_text("This page stands still.").is_visible()
        assert violations(page) == []
        taken = elsewhere(lambda: factories.taken(run))
        page.get_by_text("Attempt 1.").wait_for()
        page.get_by_text("Now: Running", exact=True).wait_for(state="attached")
        note = "<b>half\u202e of it</b>"
        elsewhere(lambda: taken.beat(stage="measuring", progress=1200, total=5000, note=note))
        page.get_by_text("Measuring: 1,200 of 5,000. Attempt 1.").wait_for()
        page.get_by_text("<b>half[U+202E] of it</b>").wait_for()
        page.get_by_role("button", name="Hold it still").focus()
        elsewhere(lambda: taken.beat(progress=1300, note=note))
        page.get_by_text("Measuring: 1,300 of 5,000").wait_for()
        assert page.get_by_role("progressbar").evaluate("bar => bar.value") == 1300
        assert page.evaluate("document.activeElement.textContent") == "Hold it still"
        elsewhere(lambda: taken.finish(Run.Status.DEAD, code="timeout", reason="Too long."))
        page.get_by_text("What ended it: timeout").wait_for()
        assert page.evaluate("document.activeElement.id") == "content"
        assert page.get_by_text("keeps itself up to date").count() == 0
        assert complaints == []


def test_a_page_can_be_held_still(browser, place):
    run = elsewhere(lambda: factories.run(status=Run.Status.RUNNING, progress=1, total=9))
    watcher = place.streams.application.watcher
    with window(browser) as (page, complaints):
        page.goto(f"{place.url}/runs/{run.pk}")
        page.get_by_role("button", name="Hold it still").click()
        assert page.evaluate("document.activeElement.textContent") == "Follow the run"
        until = time.monotonic() + 10
        while watcher.topics and time.monotonic() < until:  # until it reads no more
            page.wait_for_timeout(50)
        assert not watcher.topics
        elsewhere(lambda: Run.objects.filter(pk=run.pk).update(progress=5))
        page.wait_for_timeout(1500)
        assert "Measuring: 1 of 9." in page.inner_text("main")
        assert complaints == []
    with window(browser, scripts=False) as (page, _):
        page.goto(f"{place.url}/runs/{run.pk}")
        assert page.get_by_role("link", name="Follow the run").is_visible()
        assert not page.get_by_role("button", name="Hold it still").is_visible()


def test_an_owner_follows_an_embedding_by_ticket(browser, place, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "ASSAY_MARKED", str(tmp_path))
    monkeypatch.setattr("registry.tickets.LIFE_S", 3)  # expires in mid-stream; another one comes

    def make():
        owner = factories.user("root", is_staff=True)
        client = Client()
        client.force_login(owner)
        return owners.embedding(owner), client.cookies[settings.SESSION_COOKIE_NAME].value

    row, session = elsewhere(make)
    with window(browser) as (page, complaints):
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": place.url}
        page.context.add_cookies([cookie])
        page.goto(f"{place.url}/embeddings/{row.pk}")
        page.get_by_text("This page keeps itself up to date.").wait_for()
        first = page.locator("[data-events]").get_attribute("data-events")
        page.wait_for_function(
            "first => document.querySelector('[data-events]')?.dataset.events !== first", arg=first
        )
        elsewhere(lambda: Embedding.take(row.pk))
        page.get_by_text("Starting. Attempt 1.").wait_for()
        elsewhere(lambda: Embedding.objects.get(pk=row.pk).cancel())
        page.get_by_text("Cancelled by its owner.").wait_for()
        assert complaints == []
