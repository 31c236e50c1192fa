"""Server-sent events, from a server that runs to readers over HTTP."""

import asyncio
import os
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.db.models import F
from django.test import Client
from django.utils.timezone import now

from registry import tickets
from registry.models import ApiToken, Embedding, Repo, Run, Scan, ScanExecution, ScanItem
from registry.streams import events
from registry.streams.app import Application
from registry.streams.watcher import EVERY_S
from tests import factories, owners
from tests.registry.processes import until

MARKS = [ApiToken.Scope.MARKS]


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def test_a_run_is_told_from_its_queue_to_its_end(streams):
    run = factories.run()
    reader = streams.follow(run)
    assert reader.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert reader.answer.headers["Cache-Control"] == "no-store"
    first = reader.event()
    assert first.name == "state"
    assert first.data == Client().get(f"/api/v1/runs/{run.pk}").json()
    assert reader.next().name == ""  # a heartbeat
    taken = factories.taken(run)
    assert reader.event().data["status"] == "running"
    note = "a\nb\r\n\nevent: end\ndata: {}\u2028"
    assert taken.beat(stage="measuring", progress=3, total=9, note=note)
    moved = reader.event()
    assert moved.name == "progress"
    assert moved.data == {"stage": "measuring", "progress": 3, "total": 9, "note": note}
    assert taken.finish(Run.Status.DEAD, code="timeout", reason="It took too long.")
    last, end = reader.event(), reader.event()
    assert (last.name, last.data["status"]) == ("state", "dead")
    assert end.name == "end"
    assert end.data == {"id": run.pk, "state": "dead", "reason": "It took too long."}
    assert reader.next() is None
    assert len({first.id, moved.id, last.id, end.id}) == 4


def test_executions_and_embeddings_tell_how_far_they_are(streams):
    execution = factories.execution(state=ScanExecution.State.RUNNING)
    embedding = owners.embedding(factories.user("root"))
    _, secret = factories.token(embedding.owner, scopes=MARKS)
    one, two = streams.follow(execution), streams.follow(embedding, **bearer(secret))
    first = one.event().data
    whole = Client().get(f"/api/v1/scan-executions/{execution.pk}").json()
    assert first == {name: whole[name] for name in first}
    assert set(whole) - set(first) == {"difference", "not_done"}
    assert two.event().data["state"] == "queued"
    ScanExecution.objects.update(counts={ScanItem.Outcome.MEASURED: 2, ScanItem.Outcome.SENT: 3})
    assert Embedding.take(embedding.pk)
    moved = one.event()
    assert moved.name == "progress"
    assert (moved.data["progress"], moved.data["total"]) == (2, 5)
    assert moved.data["note"] == "2 ended; 3 under way; 0 or more to begin."
    assert two.event().data["state"] == "running"
    Scan.objects.update(state=Scan.State.REMOVED)
    assert one.event().data["state"] == "gone"
    assert embedding.cancel()
    assert [two.event().name, two.event().name] == ["state", "end"]


def test_who_comes_again_is_told_only_what_is_new(streams):
    run = factories.run(status=Run.Status.RUNNING)
    first = streams.follow(run).event()
    again = streams.follow(run, Last_Event_ID=first.id)
    assert again.next().name == ""  # nothing has changed
    Run.objects.update(stage="measuring", progress=1, total=2)
    assert again.event().name == "progress"
    stale = streams.follow(run, Last_Event_ID=first.id).event()
    assert (stale.name, stale.data["progress"]) == ("state", 1)
    Run.objects.update(status=Run.Status.CANCELLED, lease_until=None)
    reader = streams.follow(run, Last_Event_ID=stale.id)
    state, end = reader.event(), reader.event()
    assert (state.name, end.name) == ("state", "end")
    assert streams.follow(run, Last_Event_ID=state.id).event().name == "end"
    assert streams.follow(run, Last_Event_ID=end.id).status == 204
    assert streams.follow(run, Last_Event_ID="x" * 5000).event().name == "state"


def statements_while(streams, rows, number):
    """Return the statements of one second, by the thread that sends them."""
    said: Counter[str] = Counter()

    def count(execute, sql, params, many, context):
        said[threading.current_thread().name.partition("_")[0]] += 1
        return execute(sql, params, many, context)

    def created(connection, **_):
        connection.execute_wrappers.append(count)

    connection_created.connect(created)
    try:
        # A new server has connections of its own.
        readers = [streams.follow(rows[n % len(rows)]) for n in range(number)]
        for reader in readers:
            assert reader.event().name == "state"
        time.sleep(0.1)
        said.clear()
        time.sleep(4 * EVERY_S)
        steady = said["watcher"]
        Run.objects.update(progress=F("progress") + 1)
        for reader in readers:
            assert reader.event().name == "progress"
        assert set(said) == {"watcher"}
        return steady
    finally:
        connection_created.disconnect(created)


def test_many_readers_cost_as_many_statements_as_one(streams, settings):
    most = 500 if os.environ.get("ASSAY_LONG") else 60
    streams.application.watcher.most_per_address = most
    rows = [factories.run(status=Run.Status.RUNNING) for _ in range(3)]
    assert 3 <= statements_while(streams, rows, most) <= 5


def test_there_is_no_statement_while_nobody_reads(streams):
    run = factories.run()
    reader = streams.follow(run)
    reader.event()
    reader.leave()
    assert until(lambda: not streams.application.watcher.topics, 5)
    assert not streams.application.watcher.addresses


def test_places_are_bounded_and_come_free_again(streams):
    run, watcher = factories.run(), streams.application.watcher
    watcher.most_per_address = 2
    first, _second = streams.follow(run), streams.follow(run)
    third = streams.follow(run)
    assert third.status == 429
    assert third.answer.headers["Retry-After"] == "10"
    assert "your address" in third.problem()["detail"]
    watcher.most = 2
    assert streams.follow(run).status == 503
    first.event()
    first.leave()
    assert until(lambda: streams.follow(run).status == 200, 5)


def test_private_rows_are_opened_by_their_owners_token_or_ticket_alone(streams, settings):
    settings.ASSAY_STREAMS_URL = f"http://127.0.0.1:{streams.port}"
    row = owners.embedding(factories.user("root"))
    _, secret = factories.token(row.owner, scopes=MARKS)
    _, weak = factories.token(row.owner, scopes=[ApiToken.Scope.RUNS])
    _, stranger = factories.token(factories.user("eve"), scopes=MARKS)
    path = f"/api/v1/embeddings/{row.pk}/events"
    found = {
        "nothing": streams.read(path),
        "stranger": streams.read(path, **bearer(stranger)),
        "weak": streams.read(path, **bearer(weak)),
        "wrong": streams.read(path, **bearer("assay_wrong")),
        "basic": streams.read(path, Authorization="Basic cm9vdA=="),
        "forged": streams.read(f"{path}?ticket=WyJlbWJlZGRpbmdzIl0:x:y"),
        "long": streams.read(f"{path}?ticket={'x' * 9000}"),
        "both": streams.read(f"{path}?ticket=x", **bearer(secret)),
        "absent": streams.read("/api/v1/embeddings/99999/events", **bearer(secret)),
    }
    assert {name: reader.status for name, reader in found.items()} == {
        "nothing": 401,
        "stranger": 404,
        "weak": 403,
        "wrong": 401,
        "basic": 401,
        "forged": 401,
        "long": 401,
        "both": 400,
        "absent": 404,
    }
    assert found["nothing"].answer.headers["WWW-Authenticate"] == 'Bearer realm="assay"'
    api = Client(headers={"authorization": f"Bearer {secret}"})
    sent = api.get(path, headers={"accept": "text/event-stream"})
    place = sent["Location"].removeprefix(settings.ASSAY_STREAMS_URL)
    assert streams.read(place).event().data["id"] == row.pk
    other = owners.embedding(row.owner)
    assert streams.read(place.replace(f"/{row.pk}/", f"/{other.pk}/")).status == 401
    assert streams.read(path, **bearer(secret)).event().data["state"] == "queued"


@pytest.mark.parametrize("how", ["expires", "is revoked", "belongs to nobody", "by ticket"])
def test_a_stream_ends_when_its_token_does(streams, how):
    row = owners.embedding(factories.user("root"))
    token, secret = factories.token(row.owner, scopes=MARKS)
    soon = now() + timedelta(seconds=1.5)
    if how == "expires":
        ApiToken.objects.update(expires_at=soon)
    place = f"/api/v1/embeddings/{row.pk}/events"
    if how == "by ticket":
        ticket = tickets.issue("embeddings", row.pk, row.owner_id, token.pk, 2)
        reader = streams.read(f"{place}?ticket={ticket}")
    else:
        reader = streams.read(place, **bearer(secret))
    assert reader.event().name == "state"
    if how == "is revoked":
        ApiToken.objects.update(revoked_at=now())
    elif how == "belongs to nobody":
        type(row.owner).objects.update(is_active=False)
    began = time.monotonic()
    assert reader.event().name == "expired"
    assert time.monotonic() - began < 4
    assert reader.next() is None
    assert streams.read(place, **bearer(secret)).status == (200 if how == "by ticket" else 401)


def test_a_token_on_a_public_stream_counts_as_well(streams):
    run = factories.run()
    _, secret = factories.token()
    reader = streams.follow(run, **bearer(secret))
    assert reader.event().name == "state"
    ApiToken.objects.update(revoked_at=now())
    assert reader.event().name == "expired"


def test_a_row_that_becomes_private_is_told_no_further(streams):
    run = factories.run(status=Run.Status.RUNNING)
    reader = streams.follow(run)
    reader.event()
    Repo.objects.update(is_private=True)
    Run.objects.update(note="secret")
    end = reader.event()
    assert (end.name, end.data["state"]) == ("end", "gone")
    assert reader.next() is None
    assert streams.follow(run).status == 404


def test_streams_outlive_a_lost_database_connection(streams):
    run = factories.run(status=Run.Status.RUNNING)
    reader = streams.follow(run)
    reader.event()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    Run.objects.update(progress=7)
    assert reader.event().data["progress"] == 7


def test_readers_are_sent_away_when_the_server_ends(streams):
    reader = streams.follow(factories.run())
    reader.event()
    streams.server.should_exit = True
    began = time.monotonic()
    while reader.next() is not None:
        pass
    assert time.monotonic() - began < 3


def test_a_slow_reader_gets_the_newest_state_and_nothing_piles_up(transactional_db):
    run = factories.run(status=Run.Status.RUNNING)
    scope = {"type": "http", "method": "GET", "query_string": b"", "client": ("::1", 1)}
    scope |= {"path": f"/api/v1/runs/{run.pk}/events", "headers": [(b"host", b"localhost")]}
    pieces: list[bytes] = []

    def move(number):
        Run.objects.update(progress=number, total=20)
        connections.close_all()

    async def read() -> None:
        application = Application()
        watching = asyncio.create_task(application.watcher.run())
        may_go_on, has_begun, has_ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def send(said):
            if b"event: state" in said.get("body", b""):
                has_begun.set()
                await may_go_on.wait()
            pieces.append(said.get("body", b""))
            if b'"progress":20' in pieces[-1]:
                has_ended.set()

        async def receive():
            await has_ended.wait()
            return {"type": "http.disconnect"}

        serving = asyncio.create_task(application(scope, receive, send))
        await has_begun.wait()
        for number in range(1, 21):
            await asyncio.to_thread(move, number)
            await application.watcher.update()
        may_go_on.set()
        await asyncio.wait_for(serving, 10)
        watching.cancel()
        application.events.close()
        application.watcher.close()

    asyncio.run(read())
    assert [piece.count(b"event: progress") for piece in pieces].count(1) == 1
    assert b'"progress":20' in b"".join(pieces)


def test_pages_of_ours_may_read_and_no_others(streams, settings):
    settings.ASSAY_PUBLIC_URL = "https://assay.example:8443/"
    run = factories.run()
    ours = streams.follow(run, Origin="https://assay.example:8443")
    assert ours.answer.headers["Access-Control-Allow-Origin"] == "https://assay.example:8443"
    for origin in ("https://assay.example", "http://assay.example:8443", "null", "https://evil"):
        answer = streams.follow(run, Origin=origin).answer
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Vary"] == "Origin"
    asked = streams.ask("OPTIONS", f"/api/v1/runs/{run.pk}/events", Origin="https://evil")
    assert asked.status == 204
    assert "access-control-allow-origin" not in asked.headers
    settings.ASSAY_PUBLIC_URL = "no address"
    assert "Access-Control-Allow-Origin" not in streams.follow(run).answer.headers


def test_whatever_is_asked_is_answered_in_words(streams, settings, caplog, monkeypatch):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    caplog.set_level("INFO", "registry.streams")
    run = factories.run()
    here = f"/api/v1/runs/{run.pk}/events"
    asked = {
        "/": 404,
        "/api/v1/runs/1/events/": 404,
        "/api/v1/repos/1/events": 404,
        "/api/v1/runs/%31%0a/events": 404,
        "/api/v1/runs/99999/events": 404,
        f"/api/v1/runs/{'9' * 18}/events": 404,
        f"/api/v1/runs/{'9' * 19}/events": 404,
        f"{here}?follow=1": 400,
        f"{here}?ticket=secret": 401,
        f"{here}?ticket=": 401,
        "/%00%ff": 404,
    }
    for path, status in asked.items():
        reader = streams.read(path)
        assert (path, reader.status) == (path, status)
        assert reader.problem()["status"] == status
    assert streams.ask("POST", here).status == 405
    assert streams.ask("GET", here, Host="evil.example").status == 400
    health = streams.ask("GET", "/healthz", X_Request_Id="of-a-proxy-1")
    assert (health.status, health.body) == (200, b'{"status": "ok"}')
    assert health.headers["x-request-id"] == "of-a-proxy-1"
    strange = streams.ask("GET", "/healthz", X_Request_Id='"><script>')
    assert len(strange.headers["x-request-id"]) == 32
    assert "secret" not in caplog.text
    assert f"GET {here} 401" in caplog.text

    async def fault(*_):
        raise RuntimeError("the inside")

    monkeypatch.setattr(events.Events, "answer", fault)
    caplog.clear()
    answer = streams.ask("GET", here)
    assert answer.status == 500
    assert b"the inside" not in answer.body
    assert answer.headers["x-request-id"].encode() in answer.body
    assert "the inside" in caplog.text


def test_a_long_address_is_not_repeated(streams):
    answer = streams.ask("GET", "/" + "x" * 50_000)
    assert answer.status in {400, 404, 414}
    assert len(answer.body) < 1000
