"""manage.py hub: starting, refusing to start, serving while the folder changes, stopping."""

import gzip
import http.client
import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.registry.gate.processes import hub_process


def get(port, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.clients
def test_it_serves_a_folder_and_records_and_stops_without_leaving_a_process(tmp_path):
    (tmp_path / "models/org/a").mkdir(parents=True)
    content = os.urandom(2_500_000)
    (tmp_path / "models/org/a/w.bin").write_bytes(content)
    record = {"id": "old/b", "info": {"sha": "a" * 40, "siblings": []}, "card": "# b"}
    (tmp_path / "r.gz").write_bytes(gzip.compress(json.dumps(record).encode()))
    with hub_process(tmp_path, tmp_path, "--records", str(tmp_path / "r.gz")) as (port, process):
        _, body = get(port, "/api/models?sort=createdAt")
        assert [row["id"] for row in json.loads(body)] == ["org/a", "old/b"]
        assert get(port, "/org/a/resolve/main/w.bin")[1] == content
        response, body = get(port, "/org/a/resolve/main/w.bin", Range="bytes=1000000-2000000")
        assert (response.status, body) == (206, content[1_000_000:2_000_001])
        response, body = get(port, "/org/a/resolve/main/w.bin", "HEAD")
        assert (response.headers["Content-Length"], body) == ("2500000", b"")
        assert get(port, "/old/b/resolve/main/README.md")[1] == b"# b"
        assert get(port, "/api/models", Host="evil.example")[0].status == 400
    assert process.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.clients
def test_a_file_that_is_cut_while_it_is_sent_ends_the_connection(tmp_path):
    file = tmp_path / "models/org/a/w.bin"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(64_000_000))
    with hub_process(tmp_path, tmp_path, "--workers", "1") as (port, _):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/org/a/resolve/main/w.bin")
        response = connection.getresponse()
        response.read(1_000)
        os.truncate(file, 1_000_000)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()
        connection.close()
        assert get(port, "/org/a/resolve/main/w.bin")[0].headers["Content-Length"] == "1000000"


@pytest.mark.clients
def test_workers_that_are_killed_are_replaced(tmp_path):
    (tmp_path / "models/org/a").mkdir(parents=True)
    with hub_process(tmp_path, tmp_path, "--workers", "1") as (port, process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            pytest.skip("this system does not list the children of a process")
        assert get(port, "/api/models")[0].status == 200
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        deadline = time.monotonic() + 20
        while True:
            try:
                assert get(port, "/api/models")[0].status == 200
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)


def test_what_cannot_work_is_said_before_serving(tmp_path):
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("hub", tmp_path / "none", port=0)
    with pytest.raises(CommandError, match="Cannot serve"):
        call_command("hub", tmp_path, port=0, records=[tmp_path / "none.gz"])
    with pytest.raises(CommandError, match="--workers is 0"):
        call_command("hub", tmp_path, port=0, workers=0)
    with pytest.raises(CommandError, match="Cannot listen"):
        call_command("hub", tmp_path, port=70_000)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="Cannot listen"):
            call_command("hub", tmp_path, port=taken.getsockname()[1])
