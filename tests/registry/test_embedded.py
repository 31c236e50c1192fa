"""PostgreSQL and Valkey out of wheels: addresses, keys, sharing, refusals."""

import fcntl
import logging
import os
import pwd
import secrets
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from kombu.utils.url import url_to_parts

from registry import embedded
from registry.embedded import EmbeddedError
from registry.servers import account as accounts
from registry.servers import keeper, postgres, sharing
from tests.registry.processes import ROOT, User, environment, processes_of, throwaway_home, using

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


@pytest.fixture(scope="module")
def used_home() -> Iterator[Path]:
    """A home whose database is set up already."""
    with throwaway_home() as home:
        with using(home):
            pass
        yield home


@pytest.fixture
def fresh_home() -> Iterator[Path]:
    with throwaway_home() as home:
        yield home


def connect(home: Path) -> psycopg.Connection[tuple[object, ...]]:
    place = embedded.database_settings("", home)
    return psycopg.connect(
        host=place["HOST"],
        port=place["PORT"],
        user=place["USER"],
        dbname=place["NAME"],
        autocommit=True,
    )


def server_pid(home: Path) -> int:
    return keeper.read_pid(home / "postgres" / "postmaster.pid")


# -- addresses


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://ann:s%40cret@db.example:6543/assay?sslmode=require",
            {
                "USER": "ann",
                "PASSWORD": "s@cret",
                "HOST": "db.example",
                "PORT": "6543",
                "NAME": "assay",
                "OPTIONS": {"connect_timeout": 5, "sslmode": "require"},
            },
        ),
        ("postgres://db/assay", {"HOST": "db", "PORT": "", "USER": "", "NAME": "assay"}),
        ("postgresql:///assay?host=/var/Run", {"HOST": "/var/Run"}),
        ("", {"OPTIONS": {"connect_timeout": 5}}),
        ("postgresql://h/x?connect_timeout=30", {"OPTIONS": {"connect_timeout": "30"}}),
        ("postgresql://%2Fvar%2FRun/assay", {"HOST": "/var/Run"}),
        ("postgresql://[::1]:5433/a%20b", {"HOST": "::1", "PORT": "5433", "NAME": "a b"}),
        ("postgresql://a:1,b:2/x", {"HOST": "a,b", "PORT": "1,2"}),
        ("postgresql://u:p@w@h/x", {"PASSWORD": "p@w", "HOST": "h"}),
    ],
)
def test_a_database_url_is_taken_apart(url: str, expected: dict[str, object]) -> None:
    found = embedded.database_settings(url, Path("/nowhere"))
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hunter2@h/x",
        "postgresql://u:hunter2@h",
        "postgresql://u:hunter2@h:port/x",
        "u:hunter2@h/x",
        "postgresql://u:hunter2@[::1/x",
        "postgresql://u:hunter2@h/x?sslmode",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(EmbeddedError) as caught:
        embedded.database_settings(url, Path("/nowhere"))
    assert "hunter2" not in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)


def test_sockets_lie_below_home_or_where_their_path_is_short_enough() -> None:
    assert embedded.socket_folder(Path("/srv/assay")) == Path("/srv/assay/run")
    long = Path("/srv", "x" * 90)
    short = embedded.socket_folder(long)
    assert len(str(short)) < 60
    assert short == embedded.socket_folder(long)
    assert short != embedded.socket_folder(long / "other")


def test_the_broker_url_leads_back_to_the_socket() -> None:
    parts = url_to_parts(embedded.broker_url(Path("/srv/my assay%20#1")))
    assert parts.scheme == "redis+socket"
    assert f"/{parts.path}" == "/srv/my assay%20#1/run/valkey.sock"


# -- the key


def test_a_key_is_created_once_and_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "a" / "home"
    both = threading.Barrier(2, timeout=10)
    make = secrets.token_urlsafe

    def make_together(size: int) -> str:
        both.wait()  # each has seen by now that there is no key
        return make(size)

    with monkeypatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(secrets, "token_urlsafe", make_together)
        keys = set(pool.map(embedded.secret_key, [home] * 2))
    assert keys == {embedded.secret_key(home)}
    assert len(keys.pop()) >= 64
    assert stat.S_IMODE((home / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret-key"]


def test_a_key_that_others_can_read_is_closed(tmp_path: Path) -> None:
    key = embedded.secret_key(tmp_path)
    (tmp_path / "secret-key").chmod(0o644)
    assert embedded.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_without_a_folder_the_key_lasts_for_the_process_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        first, second = (embedded.secret_key(tmp_path / "file" / "home") for _ in "ab")
    assert first != second
    assert "Sessions end with this process" in caplog.text


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("short")
    with pytest.raises(EmbeddedError, match="is damaged"):
        embedded.secret_key(tmp_path)


# -- who wants servers


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("manage.py migrate", True),
        ("manage.py verify org/name --json", True),
        ("manage.py --settings=x migrate", True),
        ("manage.py", False),
        ("manage.py up", False),
        ("manage.py hub FOLDER --port 1", False),
        ("manage.py makemigrations --check", False),
        ("manage.py migrate --help", False),
        ("manage.py --version", False),
    ],
)
def test_only_commands_that_need_servers_want_them(
    monkeypatch: pytest.MonkeyPatch, line: str, expected: bool
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("BROKER_URL", raising=False)
    assert embedded.wanted_by(line.split()) is expected
    monkeypatch.setenv("DATABASE_URL", "postgresql:///x")
    assert embedded.wanted_by(line.split()) is expected
    monkeypatch.setenv("BROKER_URL", "redis://h")
    assert embedded.wanted_by(line.split()) is False


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("manage.py verify org/name", True),
        ("manage.py migrate", False),
        ("manage.py showmigrations", False),
        ("manage.py verify org/name --settings=other", False),
    ],
)
def test_tables_are_made_for_commands_that_use_them(
    monkeypatch: pytest.MonkeyPatch, line: str, expected: bool
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert embedded.tables_wanted_by(line.split()) is expected
    monkeypatch.setenv("DATABASE_URL", "postgresql:///x")  # somebody else's to change
    assert embedded.tables_wanted_by(line.split()) is False


def test_only_the_server_that_no_url_names_is_started(used_home: Path) -> None:
    with using(used_home, DATABASE_URL="postgresql:///elsewhere"):
        assert not keeper.read_pid(used_home / "postgres" / "postmaster.pid")
        assert keeper.read_pid(used_home / "valkey" / "valkey.pid")


# -- memory


@pytest.mark.parametrize(
    ("memory", "shared_buffers", "work_mem"),
    [(64 << 20, "32MB", "16MB"), (2 << 30, "512MB", "16MB"), (64 << 30, "1024MB", "32MB")],
)
def test_memory_follows_the_machine(memory: int, shared_buffers: str, work_mem: str) -> None:
    found = postgres.options(memory, 1 << 30, durable=True)
    assert (found["shared_buffers"], found["work_mem"]) == (shared_buffers, work_mem)
    assert "fsync" not in found


def test_a_small_shared_memory_is_not_used() -> None:
    found = postgres.options(1 << 30, 64 << 20, durable=False)
    assert found["dynamic_shared_memory_type"] == "mmap"
    assert found["fsync"] == "off"


# -- life


def test_a_database_is_there_and_stays_after_a_stop(used_home: Path) -> None:
    with using(used_home), connect(used_home) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version_num')::int / 10000,"
            " current_setting('server_encoding'), datlocale, rolsuper"
            " FROM pg_database, pg_roles WHERE datname = current_database()"
            " AND rolname = current_user"
        ).fetchone()
        assert row == (18, "UTF8", "C.UTF-8", False)
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert not processes_of(used_home)
    with using(used_home), connect(used_home) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        connection.execute("DROP TABLE kept")


def test_two_that_start_at_once_share_one_server(fresh_home: Path) -> None:
    users = [User(fresh_home), User(fresh_home)]
    for user in users:
        user.wait_ready()
    servers = [p for p in processes_of(fresh_home) if "-k" in keeper.command_line(p)]
    assert servers == [server_pid(fresh_home)]
    users[0].leave()
    with connect(fresh_home) as connection:  # the other one still needs it
        connection.execute("SELECT 1")
    users[1].leave()
    assert not processes_of(fresh_home)


def test_servers_see_no_secret_of_their_user(used_home: Path) -> None:
    with using(used_home, ASSAY_SECRET_KEY="do-not-tell-anybody") as user:
        pids = [pid for pid in processes_of(used_home) if pid != user.process.pid]
        assert len(pids) >= 4  # two servers and their keepers
        for pid in pids:
            assert b"do-not-tell" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_pid_file_whose_number_belongs_to_another_program_is_named(used_home: Path) -> None:
    pid_file = used_home / "postgres" / "postmaster.pid"
    # Of the servers' own account: only then does PostgreSQL believe that it may be one of them.
    identity = accounts.of_servers().identity()
    with subprocess.Popen(["/bin/sleep", "60"], **identity) as other:
        pid_file.write_text(f"{other.pid}\n{used_home}\n")
        user = User(used_home)
        user.wait_ready()
        said = user.leave()
        assert other.poll() is None
        other.kill()
    assert f"Removed {pid_file}, left by process {other.pid}, which now belongs to" in said


def test_a_lock_that_a_live_process_holds_is_named_with_its_number(tmp_path: Path) -> None:
    spec = keeper.Spec("PostgreSQL", "postgres", [], "", "", str(tmp_path), "", "", [], [])
    with (
        sharing.alone(spec),
        pytest.raises(EmbeddedError, match=f"process {os.getpid()}, which"),
        sharing.alone(spec, within_s=0.1),
    ):
        pytest.fail("two were alone")
    with sharing.alone(spec, within_s=0.1):
        pass


def test_a_lock_file_without_a_holder_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "postgres.start").write_text("1")
    lock = keeper.open_lock(tmp_path / "postgres.start")
    assert keeper.try_lock(lock)
    other = keeper.open_lock(tmp_path / "postgres.start")
    assert not keeper.try_lock(other)
    fcntl.flock(lock, fcntl.LOCK_UN)
    assert keeper.try_lock(other)
    os.close(lock)
    os.close(other)


# -- refusals


def test_a_server_that_cannot_start_says_its_own_reason(fresh_home: Path) -> None:
    with using(fresh_home):
        pass
    with (fresh_home / "postgres" / "postgresql.auto.conf").open("a") as settings:
        settings.write("max_connections = 'many'\n")
    assert "PostgreSQL did not start: configuration file" in User(fresh_home).said()
    assert not processes_of(fresh_home)


def test_what_lies_in_the_way_is_named(fresh_home: Path) -> None:
    data = fresh_home / "postgres"
    data.mkdir()
    (data / "letter.txt").touch()
    with pytest.raises(EmbeddedError, match="has files, but is not a database"):
        postgres.prepare(fresh_home, accounts.Account(), durable=False)
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedError, match="was written by PostgreSQL 15"):
        postgres.prepare(fresh_home, accounts.Account(), durable=False)
    (fresh_home / "run").mkdir()
    (fresh_home / "run" / "valkey.sock").touch()
    with pytest.raises(EmbeddedError, match=r"valkey\.sock is in the way"):
        embedded.prepare_folders(fresh_home)
    (fresh_home / "locks").rmdir()
    (fresh_home / "locks").symlink_to("/etc")
    with pytest.raises(EmbeddedError, match=r"locks is in the way"):
        embedded.prepare_folders(fresh_home)
    assert stat.S_IMODE(Path("/etc").stat().st_mode) == 0o755


def test_a_full_disk_is_named_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"full: \d+ MB are free, and 1024000000 are needed"):
        embedded.require_space(tmp_path, 1_000_000 << 30)


def test_the_command_line_shows_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"
    ended = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        env=environment(home),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert f"assay: Assay's folder {home} cannot be used: " in ended.stderr
    assert "Traceback" not in ended.stderr


# -- root


@needs_root
def test_a_private_folder_above_home_stays_private(fresh_home: Path) -> None:
    private = fresh_home / "private"
    private.mkdir(mode=0o700)
    said = User(private / "home").said()
    assert f"{private} is private and stays so" in said or f"{fresh_home} is private" in said
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert stat.S_IMODE(fresh_home.stat().st_mode) == 0o700


@needs_root
def test_a_private_home_is_opened_for_walking_by_the_servers_alone(used_home: Path) -> None:
    found = used_home.stat()
    assert stat.S_IMODE(found.st_mode) == 0o710
    assert found.st_gid == pwd.getpwnam(accounts.NAME).pw_gid
    with using(used_home):
        assert Path(f"/proc/{server_pid(used_home)}").stat().st_uid == found_account().user
    for name in ("postgres", "valkey", "run", "locks", "logs"):
        assert stat.S_IMODE((used_home / name).stat().st_mode) == 0o700, name


@needs_root
def test_the_account_of_the_servers_can_log_in_nowhere() -> None:
    entry = pwd.getpwnam(accounts.NAME)
    assert entry.pw_shell.endswith("nologin")
    assert not Path(entry.pw_dir).exists()


@needs_root
def test_programs_in_a_private_folder_are_copied_once(fresh_home: Path) -> None:
    fresh_home.chmod(0o711)
    site = fresh_home / "private" / "site"
    (site / "tool" / "bin").mkdir(parents=True)
    site.parent.chmod(0o700)
    program = site / "tool" / "bin" / "run"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    (fresh_home / "programs").mkdir()
    copy = fresh_home / "programs" / "tool-1"
    account = found_account()
    for _ in "ab":
        found = accounts.programs(site, ["tool"], ["tool/bin/run"], copy, account)
        assert found == copy
        assert account.may("-x", copy / "tool" / "bin" / "run")
    assert not account.may("-x", program)
    assert stat.S_IMODE(site.parent.stat().st_mode) == 0o700
    assert [path.name for path in copy.parent.iterdir()] == ["tool-1"]


def found_account() -> accounts.Account:
    return accounts.of_servers()


@needs_root
def test_an_ordinary_user_runs_the_servers_as_itself(fresh_home: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    account = accounts.Account(nobody.pw_uid, nobody.pw_gid)
    python = Path(sys.executable).resolve()
    if not account.may("-x", python) or not account.may("-x", ROOT):
        pytest.skip("Python or the checkout lies in a private folder")
    fresh_home.chmod(0o711)
    home = fresh_home / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    code = "from registry import embedded; embedded.start(durable=False); embedded.stop()"
    ended = accounts.run(
        [
            "/usr/bin/env",
            *(f"{name}={value}" for name, value in paths(home)),
            str(python),
            "-c",
            code,
        ],
        account,
        cwd=ROOT,
    )
    assert ended.returncode == 0, ended.stderr
    assert (home / "postgres" / "PG_VERSION").stat().st_uid == nobody.pw_uid
    assert stat.S_IMODE(home.stat().st_mode) == 0o755


def paths(home: Path) -> Iterator[tuple[str, str]]:
    """Where a bare Python finds Assay and what it needs."""
    yield "ASSAY_HOME", str(home)
    yield "PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, sys.path)])
