"""Accounts and budgets inside one process; several processes are in test_budget_processes.py."""

import os
import threading
import time
from urllib.parse import urlsplit

import pytest
from django.db import connection

from registry.hub import budget_shared
from registry.hub.budget import (
    FREE,
    Account,
    Key,
    LocalBudget,
    Permit,
    assumed,
    bucket_of,
    identity_of,
    origin_text,
)
from registry.hub.budget_shared import SharedBudget
from registry.hub.budget_windows import Told, Window
from registry.hub.client import HubClient
from registry.hub.problems import Limited
from registry.models import BudgetWindow
from tests.registry.hub import stub_hub

KEY = Key("http://hub.example", "anonymous", "api")
SAID = Told(left=99, reset_s=200, quota=100, length_s=300)


@pytest.fixture
def shared(transactional_db):
    made = SharedBudget(1.0)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("/api/models", "api"),
        ("/api/models/a/b/tree/main", "api"),
        ("/a/b/resolve/main/README.md", "resolve"),
        ("/datasets/a/b/resolve/main/x", "resolve"),
        ("/a/b", "pages"),
        ("/", "pages"),
    ],
)
def test_paths_have_their_window(path, bucket):
    assert bucket_of(path) == bucket


def test_an_identity_is_told_apart_and_not_told():
    assert identity_of("") == "anonymous"
    assert identity_of("hf_secret") != identity_of("hf_other")
    assert "hf_secret" not in identity_of("hf_secret")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://HuggingFace.co/", "https://huggingface.co"),
        ("https://huggingface.co:443", "https://huggingface.co"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
    ],
)
def test_origins(url, origin):
    assert origin_text(urlsplit(url)) == origin


def test_the_documented_limits_of_the_hub_are_assumed():
    hub = "https://huggingface.co"
    assert assumed(Key(hub, "anonymous", "api")) == Window(quota=500)
    assert assumed(Key(hub, "token-1", "api")) == Window(quota=1000)
    assert assumed(Key(hub, "anonymous", "pages")) == Window(quota=100)
    assert assumed(Key("https://nothuggingface.co", "anonymous", "api")) is None
    budget = LocalBudget()
    taken = 0
    while isinstance(budget.take(Key(hub, "anonymous", "api"), 0.0), Permit):
        taken += 1
    assert taken == 490


def test_a_hub_that_never_speaks_of_limits_is_free():
    budget = LocalBudget()
    for _ in range(5000):
        assert budget.take(KEY, 0.0) is FREE


def test_an_account_waits_and_a_pretended_wait_counts():
    waits: list[float] = []
    budget = LocalBudget(1.0)
    account = Account(budget, KEY.origin, "", waits.append)
    headers = {"ratelimit": '"api";r=99;t=200', "ratelimit-policy": '"api";q=100;w=300'}
    account.heard("/api/x", account.admit("/api/x"), 200, headers)
    for _ in range(96):
        account.admit("/api/x")
    assert waits == []
    account.admit("/api/x")
    assert sum(waits) == pytest.approx(201, abs=2)


def test_a_wait_that_is_broken_off_makes_no_call():
    stop = threading.Event()
    stop.set()
    budget = LocalBudget()
    account = Account(budget, KEY.origin, "", stop.wait)
    budget.hear(KEY, FREE, 429, Told(retry_s=30), 0.0)
    with pytest.raises(Limited, match="broken off"):
        account.admit("/api/x")


def test_a_wait_of_an_hour_is_not_waited():
    budget = LocalBudget()
    account = Account(budget, KEY.origin, "", lambda _: pytest.fail("it waited"))
    budget.hear(KEY, FREE, 429, Told(retry_s=3600), 0.0)
    with pytest.raises(Limited, match="no calls for"):
        account.admit("/api/x")
    assert account.admit("/a/b/resolve/main/x") is FREE  # another window


def test_a_client_that_is_stopped_makes_no_more_tries(hub):
    stop = threading.Event()
    stop.set()
    hub.spoil("/refs", stub_hub.status(503))
    with HubClient(hub.url, sleep=stop.wait) as client, pytest.raises(Exception, match="503"):
        client.refs("a/net")
    assert hub.calls("/refs") == 1


def test_the_client_learns_from_every_answer_and_shares_it(hub, shared):
    hub.add("a/net")
    headers = {
        "RateLimit": '"api";r=37;t=200',
        "RateLimit-Policy": '"fixed window";"api";q=100;w=300',
    }
    hub.spoil("/refs", stub_hub.body(b'{"branches": []}', headers))
    with HubClient(hub.url, budget=shared) as client:
        client.refs("a/net")
    row = BudgetWindow.objects.get()
    assert (row.origin, row.identity, row.bucket) == (hub.url, "anonymous", "api")
    assert (row.quota, row.length_s, row.others) == (100, 300, 63)


def test_a_hub_without_headers_leaves_no_row(hub, shared):
    hub.add("a/net")
    with HubClient(hub.url, budget=shared) as client:
        client.refs("a/net")
    assert not BudgetWindow.objects.exists()


def test_two_processes_share_what_is_left(shared):
    other = SharedBudget(1.0)
    try:
        shared.hear(KEY, FREE, 200, SAID, 0.0)
        taken = [0, 0]
        for number, budget in enumerate([shared, other] * 100):
            taken[number % 2] += isinstance(budget.take(KEY, 0.0), Permit)
        assert sum(taken) == 100 - 2 - 1 - 1  # kept back, made before, and one for others
        assert min(taken) > 20
        assert BudgetWindow.objects.get().granted == 96
    finally:
        other.close()


def test_the_usual_call_asks_no_database(shared, monkeypatch):
    shared.hear(KEY, FREE, 200, Told(4999, 200, 5000, 300), 0.0)
    asked = []
    exchange = SharedBudget._exchange

    def counted(*given, **named):
        asked.append(1)
        return exchange(*given, **named)

    monkeypatch.setattr(SharedBudget, "_exchange", counted)
    for _ in range(1000):
        assert isinstance(shared.take(KEY, 0.0), Permit)
    assert len(asked) <= 30


def test_a_refusal_stops_the_other_process_too(shared):
    other = SharedBudget(1.0)
    try:
        other.hear(KEY, FREE, 200, SAID, 0.0)
        shared.hear(KEY, FREE, 429, Told(retry_s=30), 0.0)
        held = other.take(KEY, 0.0)  # what it had drawn before
        wait = other.take(KEY, 0.0) if isinstance(held, Permit) else held
        assert isinstance(wait, float)
        assert 25 < wait < 32
    finally:
        other.close()


def test_a_fork_does_not_use_its_parents_permits(shared):
    shared.hear(KEY, FREE, 200, Told(4999, 200, 5000, 300), 0.0)
    for _ in range(3):
        shared.take(KEY, 0.0)
    held = shared._desks[KEY].permits
    before = BudgetWindow.objects.get().granted
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        try:
            for _ in range(held + 1):
                shared.take(KEY, 0.0)
            os.write(write, b"done")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 4) == b"done"
    os.close(read)
    os.close(write)
    assert BudgetWindow.objects.get().granted >= before + held + 1
    assert isinstance(shared.take(KEY, 0.0), Permit)  # the parent's connection still serves


def test_permits_do_not_outlive_their_window(shared):
    shared.hear(KEY, FREE, 200, Told(4999, 2, 5000, 3), 0.0)
    while not shared._desks[KEY].permits > 1:
        shared.take(KEY, 0.0)
    epoch = shared._desks[KEY].epoch
    got = shared.take(KEY, 10.0)
    assert isinstance(got, Permit)
    assert got.epoch == epoch + 1


def test_a_connection_that_is_cut_is_made_anew(shared):
    shared.hear(KEY, FREE, 200, SAID, 0.0)
    pid = shared._rows._connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    time.sleep(0.2)
    assert sum(isinstance(shared.take(KEY, 0.0), Permit) for _ in range(30)) == 30


def test_without_its_database_it_says_so(shared):
    shared.hear(KEY, FREE, 200, SAID, 0.0)
    shared.close()
    shared._desks[KEY].permits = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", "1")
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        shared._desks[KEY].wait_until = 0.0
        with pytest.raises(Limited, match="because of the database"):
            shared.take(KEY, 0.0)
        shared.hear(KEY, FREE, 429, None, 0.0)  # an answer is not lost by it
        assert isinstance(shared.take(KEY, 0.0), float)


def test_tests_count_for_themselves_and_the_product_shares():
    assert isinstance(budget_shared.usual(), LocalBudget)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.ASSAY_HUB_BUDGET", "shared")
        assert isinstance(budget_shared.usual(), SharedBudget)
        assert budget_shared.usual() is budget_shared.usual()
