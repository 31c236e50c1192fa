"""What all tests share: servers, the limits of the network, the folder of real material.

Servers start when the first test asks for one, so tests of pure code never wait. Django's settings
are read before this file: ``tests.settings`` chooses the folders.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from hypothesis import settings as examples
from psycopg import sql

from registry import embedded
from tests import home

# The suite runs a process on each core: more threads in each only wait for each other. torch looks
# at this when it is first imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
examples.register_profile("long", max_examples=2000, deadline=None)

LOOPBACK = "127.0.0.1,::1,localhost"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep tests from the network: loopback and unix sockets only, also without options."""
    if not config.getoption("--allow-hosts"):
        config.option.allow_hosts = LOOPBACK
    config.option.allow_unix_socket = True
    if os.environ.get("ASSAY_LONG"):
        examples.load_profile("long")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Open the network to the tests that say that they talk to the Hub."""
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session")
def services() -> Iterator[None]:
    """PostgreSQL and Valkey, those of DATABASE_URL and BROKER_URL or the tests' own."""
    assert home.private(), f"{home.HOME} belongs to somebody else: set ASSAY_TEST_HOME"
    with embedded.running(home.HOME, durable=False):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(services, django_db_modify_db_settings_parallel_suffix) -> None:
    """Have PostgreSQL before the test database is made, and drop what killed sessions left."""
    if not os.environ.get("DATABASE_URL"):
        drop_orphans()


def drop_orphans() -> None:
    """Drop the test databases whose session does not run any more."""
    place = settings.DATABASES["default"]
    with psycopg.connect(
        host=place["HOST"], port=place["PORT"], user=place["USER"], dbname="assay", autocommit=True
    ) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{home.DATABASE}%"]
        )
        for (name,) in found.fetchall():
            session = name.removeprefix(home.DATABASE).partition("_")[0]
            if session == home.SESSION or (session.isdecimal() and is_alive(int(session))):
                continue
            with contextlib.suppress(psycopg.Error):  # another session is dropping it
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def is_alive(pid: int) -> bool:
    """Say whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Forget what pages keep for a minute."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _logs_as_they_were(request: pytest.FixtureRequest) -> Iterator[None]:
    """Blame the test that changes what is logged, not the one after it that misses a line."""
    before = (logging.root.level, logging.root.manager.disable)
    yield
    after = (logging.root.level, logging.root.manager.disable)
    logging.root.setLevel(before[0])
    logging.disable(before[1])
    assert after == before, f"{request.node.nodeid} left the level of all logs changed"


@pytest.fixture
def broker(services) -> Iterator[str]:
    """The address of a real, empty broker, for tests that send messages."""
    from registry.celery import QUEUES, app

    with app.connection_for_write() as connection:
        for queue in QUEUES:
            connection.SimpleQueue(queue).clear()
    yield settings.BROKER_URL
    forget_connections()


def forget_connections() -> None:
    """Close what Celery keeps open to a broker, and let it begin anew."""
    from kombu import pools

    from registry.celery import app

    pools.reset()
    app._after_fork()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real test material; the test is skipped where there is none."""
    named = os.environ.get("ASSAY_REAL_DATA")
    beside = Path(settings.BASE_DIR).parent / "shared" / "data"
    folder = Path(named) if named else beside
    if not folder.is_dir():
        pytest.skip("the folder of real test material is missing: set ASSAY_REAL_DATA")
    return folder
