"""Where the API sends those who want events, and the tickets that it gives them."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from registry import tickets
from registry.models import ApiToken, Repo
from tests import factories, owners

pytestmark = pytest.mark.django_db


def test_events_are_read_on_the_stream_server(api, settings):
    settings.ASSAY_PUBLIC_URL, settings.ASSAY_STREAMS_URL = "http://127.0.0.1:8000", ""
    run, execution = factories.run(), factories.execution()
    for path in (f"runs/{run.pk}", f"scan-executions/{execution.pk}"):
        answer = api.get(f"/api/v1/{path}/events", HTTP_ACCEPT="text/event-stream")
        assert answer.status_code == 307
        assert answer["Location"] == f"http://127.0.0.1:8001/api/v1/{path}/events"
    settings.ASSAY_STREAMS_URL = "https://live.example/assay/"
    answer = api.get(f"/api/v1/runs/{run.pk}/events")
    assert answer["Location"] == f"https://live.example/assay/api/v1/runs/{run.pk}/events"
    settings.ASSAY_STREAMS_URL = "off"
    answer = api.get(f"/api/v1/runs/{run.pk}/events", HTTP_ACCEPT="text/event-stream")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert b"sends no events" in answer.content
    assert api.get(f"/api/v1/runs/{run.pk}/events?a=b").status_code == 400
    Repo.objects.update(is_private=True)
    assert api.get(f"/api/v1/runs/{run.pk}/events").status_code == 404


def test_private_ones_get_a_ticket_that_ends_with_the_token(api):
    row = owners.embedding(factories.user("root"))
    path = f"/api/v1/embeddings/{row.pk}/events"
    assert api.get(path).status_code == 401
    token, secret = factories.token(row.owner, scopes=[ApiToken.Scope.MARKS])
    ApiToken.objects.update(expires_at=now() + timedelta(seconds=60))
    answer = api.get(path, HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert "no-store" in answer["Cache-Control"]
    found = tickets.read(answer["Location"].partition("?ticket=")[2], "embeddings", row.pk)
    assert (found.user, found.token) == (row.owner_id, token.pk)
    assert found.until <= now().timestamp() + 60
    _, stranger = factories.token(factories.user("eve"), scopes=[ApiToken.Scope.MARKS])
    assert api.get(path, HTTP_AUTHORIZATION=f"Bearer {stranger}").status_code == 404


def test_a_ticket_opens_one_row_for_a_while():
    ticket = tickets.issue("embeddings", 5, 3, 0, at=1000.0, life_s=99_999)
    assert tickets.read(ticket, "embeddings", 5, at=1000.0).until == 1000 + tickets.LIFE_S
    for kind, number, at in (("runs", 5, 1.0), ("embeddings", 6, 1.0), ("embeddings", 5, 2000.0)):
        with pytest.raises(tickets.BadTicket):
            tickets.read(ticket, kind, number, at=at)
    for other in (ticket[:-1], ticket.swapcase(), "", ":", "x" * 501, "é"):
        with pytest.raises(tickets.BadTicket):
            tickets.read(other, "embeddings", 5, at=1.0)


@pytest.mark.parametrize(
    ("public", "named", "url"),
    [
        ("http://127.0.0.1:8000", "", "http://127.0.0.1:8001"),
        ("http://[::1]:8000/", "", "http://[::1]:8001"),
        ("https://assay.example", "", ""),
        ("https://assay.example", "https://live.assay.example/", "https://live.assay.example"),
        ("http://h:65535", "", ""),
        ("http://h:99999", "", ""),
        ("ftp://h:1", "", ""),
        ("http://h:1", "javascript:alert(1)", ""),
        ("http://h:1", "https://a b;script-src *", ""),
    ],
)
def test_the_address_of_streams(settings, public, named, url):
    settings.ASSAY_PUBLIC_URL, settings.ASSAY_STREAMS_URL = public, named
    assert tickets.stream_url() == url


def test_origins_are_written_as_browsers_do():
    assert tickets.origin_of("https://A.example:443/x?y") == "https://a.example"
    assert tickets.origin_of("http://a.example:443") == "http://a.example:443"
    assert tickets.origin_of("http://u:p@[::1]:80") == "http://[::1]"
    assert tickets.origin_of("http://") == ""
