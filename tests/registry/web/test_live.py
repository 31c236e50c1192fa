"""Pages that keep themselves up to date: which ones, and what they may ask."""

import pytest
from django.conf import settings as project

from registry import tickets
from registry.models import Run, ScanExecution
from registry.web.security import POLICY
from tests import factories, owners

pytestmark = pytest.mark.django_db

STREAMS = "http://127.0.0.1:8001"


@pytest.fixture(autouse=True)
def addresses(settings):
    settings.ASSAY_PUBLIC_URL, settings.ASSAY_STREAMS_URL = "http://testserver:8000", STREAMS
    return settings


def streams_of(client, address, host="testserver:8000"):
    """Return where the page's script reads, and what its policy lets it ask."""
    answer = client.get(address, headers={"host": host})
    page = answer.content.decode()
    named = page.partition('data-events="')[2].partition('"')[0]
    assert bool(named) == ("assay/live.js" in page) == ("data-moves hidden" in page)
    return named, answer["Content-Security-Policy"]


def test_what_is_under_way_is_followed_and_nothing_else(client):
    run, ended = factories.run(status=Run.Status.RUNNING), factories.finding().run
    execution = factories.execution(state=ScanExecution.State.PAUSED)
    over = factories.execution(factories.scan(), state=ScanExecution.State.DONE)
    for address, path in (
        (f"/runs/{run.pk}", f"runs/{run.pk}"),
        (f"/scans/{execution.scan_id}/{execution.pk}", f"scan-executions/{execution.pk}"),
    ):
        named, policy = streams_of(client, address)
        assert named == f"{STREAMS}/api/v1/{path}/events"
        assert policy == POLICY.replace("connect-src 'self'", f"connect-src 'self' {STREAMS}")
    for address in (
        f"/runs/{ended.pk}",
        f"/scans/{over.scan_id}/{over.pk}",
        f"/runs/{run.pk}?follow=1",  # comes again by itself already
    ):
        assert streams_of(client, address) == ("", POLICY)


def test_there_is_no_script_where_the_stream_server_would_not_answer(client, addresses):
    run = factories.run()
    assert streams_of(client, f"/runs/{run.pk}", host="localhost:8000") == ("", POLICY)
    addresses.ASSAY_STREAMS_URL = "off"
    assert streams_of(client, f"/runs/{run.pk}") == ("", POLICY)
    addresses.ASSAY_STREAMS_URL = "https://x; script-src *"
    assert streams_of(client, f"/runs/{run.pk}") == ("", POLICY)


def test_an_owners_page_has_a_ticket_for_its_own_row(client):
    owner = factories.user("root", is_staff=True)
    row = owners.embedding(owner)
    client.force_login(owner)
    named, policy = streams_of(client, f"/embeddings/{row.pk}")
    assert f"{STREAMS};" in policy
    assert "ticket" not in policy
    address, _, ticket = named.partition("?ticket=")
    assert address == f"{STREAMS}/api/v1/embeddings/{row.pk}/events"
    assert tickets.read(ticket, "embeddings", row.pk).user == owner.pk


def test_the_script_is_small():
    script = project.BASE_DIR / "registry" / "web" / "static" / "assay" / "live.js"
    assert len(script.read_bytes()) <= 3000
