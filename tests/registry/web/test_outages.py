"""Pages and commands whose database takes a connection and never answers."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections

from registry.outages import is_outage
from tests.registry.processes import ROOT, environment

ASK = """
import json, sys, time
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
for path in sys.argv[1:]:
    begun = time.monotonic()
    answer = client.get(path)
    print(json.dumps([answer.status_code, time.monotonic() - begun, answer.content.decode()]))
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def called(home: Path, url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python where the database is at the URL."""
    more = {"DATABASE_URL": url, "BROKER_URL": "redis://127.0.0.1:1/0", "ASSAY_HOSTS": "testserver"}
    env = environment(home, DJANGO_SETTINGS_MODULE="registry.settings", **more)
    return subprocess.run(
        [sys.executable, *arguments],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_pages_say_so_within_the_time_that_the_url_gives(tmp_path, silent):
    url = f"postgresql://u:hunter2@127.0.0.1:{silent}/x?connect_timeout=2"
    ended = called(tmp_path, url, "-c", ASK, "/models", "/api/v1/repos", "/healthz")
    assert ended.returncode == 0, ended.stderr
    page, api, health = (json.loads(line) for line in ended.stdout.splitlines())
    for status, took, text in (page, api, health):
        assert status == 503
        assert took < 6
        assert "The database does not answer." in text
        assert "hunter2" not in text
    assert json.loads(api[2])["type"] == "/problems#away"


def test_a_command_says_so_in_one_sentence(tmp_path, silent):
    url = f"postgresql://u:hunter2@127.0.0.1:{silent}/x?connect_timeout=2"
    ended = called(tmp_path, url, "manage.py", "migrate")
    assert ended.returncode == 1
    assert ended.stderr == "assay: The database does not answer: connection timeout expired\n"


@pytest.mark.django_db
def test_status_and_health_wait_for_no_longer_than_they_promise(client, monkeypatch, silent):
    where = connections.settings["default"]
    monkeypatch.setitem(where, "HOST", "127.0.0.1")
    monkeypatch.setitem(where, "PORT", silent)
    monkeypatch.setitem(where, "OPTIONS", {"connect_timeout": 5})
    begun = time.monotonic()
    health = client.get("/healthz")
    assert (health.status_code, health.content) == (503, b"The database does not answer.\n")
    page = client.get("/status")
    assert page.status_code == 503
    assert "Does not answer" in page.content.decode()
    assert time.monotonic() - begun < 9


@pytest.mark.django_db
def test_a_query_that_took_too_long_is_no_outage():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")
        with pytest.raises(OperationalError) as slow:
            cursor.execute("SELECT pg_sleep(5)")
    assert not is_outage(slow.value)
    assert not is_outage(None)
