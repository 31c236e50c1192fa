"""Servers, keepers and ``manage.py up`` are killed in every way; nothing is lost or left."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from registry import embedded
from registry.servers import keeper
from tests.registry.processes import (
    ROOT,
    User,
    end_all,
    environment,
    named,
    processes_of,
    throwaway_home,
    until,
    using,
)

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with throwaway_home() as home:
        yield home


@pytest.fixture(autouse=True)
def clean(home: Path) -> Iterator[None]:
    """One test's failure is not the next one's."""
    yield
    while STARTED:
        up = STARTED.pop()
        if up.process.poll() is None:
            up.process.kill()
            up.process.wait()
    end_all(home)


def sql(home: Path, statement: str) -> list[tuple[object, ...]]:
    place = embedded.database_settings("", home)
    with psycopg.connect(
        host=place["HOST"], user="assay", dbname="assay", autocommit=True, connect_timeout=5
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def valkey(home: Path) -> "redis.Redis":
    return redis.Redis(
        unix_socket_path=str(embedded.socket_folder(home) / "valkey.sock"), decode_responses=True
    )


def postgres_pid(home: Path) -> int:
    return keeper.read_pid(home / "postgres" / "postmaster.pid")


def valkey_pid(home: Path) -> int:
    return keeper.read_pid(home / "valkey" / "valkey.pid")


def pids_are_new(home: Path, before: tuple[int, int]) -> bool:
    after = postgres_pid(home), valkey_pid(home)
    return all(after) and not set(after) & set(before)


def answers(home: Path) -> bool:
    try:
        sql(home, "SELECT 1")
        with valkey(home) as client:
            return bool(client.ping())
    except (psycopg.Error, redis.RedisError):
        return False


# -- servers


def test_killed_servers_are_started_again_within_two_seconds_with_their_data(home: Path) -> None:
    with using(home, durable=True):
        sql(home, "CREATE TABLE IF NOT EXISTS kept (n int)")
        sql(home, "INSERT INTO kept VALUES (7)")
        with valkey(home) as client:
            client.rpush("queue", "message")
            time.sleep(1.2)  # it writes to disk every second
        before = postgres_pid(home), valkey_pid(home)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert until(lambda: pids_are_new(home, before), 2)
        assert until(lambda: answers(home), 30)  # reading the log again takes as long as the disk
        assert (7,) in sql(home, "SELECT n FROM kept")
        with valkey(home) as client:
            assert client.lpop("queue") == "message"
    assert not processes_of(home)
    events = (home / "logs" / "services.log").read_text()
    assert f"PostgreSQL (process {before[0]}) was ended by signal 9; it is started again." in events
    assert f"Removed {home / 'valkey' / 'valkey.pid'}, left by process {before[1]}" in events


def test_everything_killed_at_once_is_like_a_power_cut_and_starts_again(home: Path) -> None:
    user = User(home, durable=True)
    user.wait_ready()
    sql(home, "CREATE TABLE cut AS SELECT 8 AS n")
    for pid in processes_of(home):
        os.kill(pid, signal.SIGSTOP)  # so that nobody can tidy up
    for pid in processes_of(home):
        os.kill(pid, signal.SIGKILL)
    user.process.communicate()
    assert until(lambda: not processes_of(home), 5)
    assert (home / "postgres" / "postmaster.pid").exists()
    again = User(home, durable=True)
    again.wait_ready()
    assert sql(home, "SELECT n FROM cut") == [(8,)]
    said = again.leave()
    assert re.search(r"Removed .*postmaster\.pid, left by process \d+, which is gone\.", said)


def test_servers_stop_when_their_only_user_is_killed(home: Path) -> None:
    user = User(home, durable=True)
    user.wait_ready()
    user.kill()
    assert until(lambda: not processes_of(home), 5)
    assert not (home / "postgres" / "postmaster.pid").exists()  # an orderly stop


def test_servers_stay_for_another_user_when_the_first_is_killed(home: Path) -> None:
    first = User(home, durable=True)
    first.wait_ready()
    with using(home, durable=True):
        pid = postgres_pid(home)
        first.kill()
        time.sleep(1)
        assert postgres_pid(home) == pid
        assert answers(home)
    assert not processes_of(home)


def test_a_killed_keeper_takes_its_server_along_and_the_next_user_starts_anew(home: Path) -> None:
    first = User(home, durable=True)
    first.wait_ready()
    server = postgres_pid(home)
    os.kill(keeper.read_pid(home / "locks" / "postgres.keeper"), signal.SIGKILL)
    with using(home, durable=True):
        assert postgres_pid(home) != server
        assert answers(home)
        first.leave()
        assert answers(home)
    assert not processes_of(home)


def test_leaving_a_server_that_takes_long_to_stop_says_nothing(home: Path) -> None:
    user = User(home, durable=True)
    user.wait_ready()
    slow = postgres_pid(home)
    os.kill(slow, signal.SIGSTOP)
    waking = threading.Timer(3.5, os.kill, (slow, signal.SIGCONT))
    waking.start()
    began = time.monotonic()
    assert "Waiting" not in user.leave()
    assert time.monotonic() - began > 3
    waking.join()
    assert not processes_of(home)


# -- everything


STARTED: "list[Up]" = []


class Up:
    """``manage.py up`` on a free port."""

    def __init__(self, home: Path, *options: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        STARTED.append(self)
        self.home = home
        self.log = home / f"up-{self.port}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *options],
                env=environment(home, DJANGO_SETTINGS_MODULE="registry.settings"),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text()

    def wait_ready(self) -> None:
        assert until(lambda: "Assay is at http" in self.said(), 120), self.said()

    def pids(self, mark: str) -> list[int]:
        return [p for p in processes_of(self.home) if mark in " ".join(keeper.command_line(p))]

    def status(self) -> int:
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            web.request("GET", "/healthz")
            return web.getresponse().status
        except OSError:
            return 0
        finally:
            web.close()

    def end(self, number: int, within_s: float = 30) -> int:
        self.process.send_signal(number)
        return self.process.wait(within_s)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_orderly_stop_leaves_no_process_behind(home: Path, number: int) -> None:
    up = Up(home)
    up.wait_ready()
    assert until(lambda: len(up.pids("celery")) >= 5, 30), up.said()
    assert up.status() == 200
    assert up.end(number) == 0
    assert not processes_of(home), (named(home), up.said())
    assert "Traceback" not in up.said()


def test_what_is_killed_under_up_comes_back(home: Path) -> None:
    up = Up(home)
    up.wait_ready()
    web = min(up.pids("gunicorn"))
    worker = min(up.pids("-Q files,cpu"))
    for pid in (web, worker, postgres_pid(home), valkey_pid(home)):
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: answers(home), 30)
    assert until(lambda: up.status() == 200, 20), up.said()
    assert until(lambda: up.pids("-Q files,cpu") and worker not in up.pids("-Q files,cpu"), 10)
    for name in ("web", "worker-checks"):
        assert f"{name} was ended by signal 9; started again now" in up.said()
    assert "it is started again" in up.said()
    assert "files" in queues(home)
    assert up.end(signal.SIGINT) == 0
    assert not processes_of(home)


def queues(home: Path) -> set[str]:
    """The queues that live workers serve, once the worker for checks is among them."""
    code = """
import django, json, time
django.setup()
from registry import supervisor
end = time.monotonic() + 40
while "files" not in supervisor.served() and time.monotonic() < end:
    pass
print(json.dumps(sorted(supervisor.served())))
"""
    env = environment(home, DJANGO_SETTINGS_MODULE="registry.settings")
    ran = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(ran.stdout))


def test_killing_up_leaves_no_process_behind(home: Path) -> None:
    up = Up(home)
    up.wait_ready()
    assert until(lambda: len(up.pids("celery")) >= 5, 30), up.said()
    up.process.kill()
    up.process.wait()
    assert until(lambda: not processes_of(home), 20), named(home)


def test_a_second_interrupt_does_not_wait(home: Path) -> None:
    up = Up(home)
    up.wait_ready()
    deaf = min(up.pids("-Q files,cpu"))
    os.kill(deaf, signal.SIGSTOP)  # hears nothing but SIGKILL
    up.process.send_signal(signal.SIGINT)
    assert until(lambda: "Stopping." in up.said(), 5)
    time.sleep(0.5)
    assert up.process.poll() is None
    began = time.monotonic()
    assert up.end(signal.SIGINT) == 0
    assert time.monotonic() - began < 4
    assert not processes_of(home)


def test_up_leaves_the_servers_to_another_command(home: Path) -> None:
    up = Up(home, "--no-workers")
    up.wait_ready()
    with using(home, durable=True):
        assert up.end(signal.SIGINT) == 0
        assert answers(home)
    assert not processes_of(home)


def test_two_at_once_migrate_one_after_the_other_and_a_taken_port_is_named() -> None:
    with throwaway_home() as fresh:
        first, second = Up(fresh, "--no-workers"), Up(fresh, "--no-workers")
        first.wait_ready()
        second.wait_ready()
        done = re.findall(r"brought up to date by (\d+) migrations", first.said() + second.said())
        assert len(done) == 1, first.said() + second.said()
        refused = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(first.port)],
            env=environment(fresh, DJANGO_SETTINGS_MODULE="registry.settings"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1
        assert f"Port {first.port} on 127.0.0.1 cannot be used" in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1
        assert second.end(signal.SIGINT) == 0
        assert first.status() == 200
        assert first.end(signal.SIGINT) == 0
        assert not processes_of(fresh)
