"""A running server with real rows, for the client and the command line to talk to."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner, Result

from assay_cli.main import app
from registry.models import ApiToken
from tests import factories
from tests.client import rows


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """Serve rows for all tests of a module; return the address.

    pytest-django's own ``live_server`` empties the tables after each test.
    """
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # A connection that a thread of the server keeps would forbid to drop the database.
        patch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", 0)
        patch.setattr(settings, "ASSAY_EXPORTS", str(tmp_path_factory.mktemp("exports")))
        patch.setattr(settings, "ASSAY_HOME", tmp_path_factory.mktemp("home"))
        rows.make()
        factories.listed()
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()
        call_command("flush", interactive=False, verbosity=0)
        connections.close_all()


@pytest.fixture(scope="module")
def secret(site, django_db_blocker) -> str:
    """A token that allows everything."""
    with django_db_blocker.unblock():
        return factories.token(scopes=list(ApiToken.Scope.values))[1]


class Assay:
    """The command, with a folder of its own and a server."""

    def __init__(self, **env: str) -> None:
        self.env = {"COLUMNS": "160"} | env  # a worker of these tests may claim that there are 80

    def __call__(self, *arguments: str, code: int = 0, **more: Any) -> Result:
        result = CliRunner().invoke(app, list(arguments), env=self.env, **more)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, (result.stdout, result.stderr)
        return result

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Return what it answers with ``--json``, where nothing else is on stdout."""
        result = self(*arguments, "--json", code=code)
        assert result.stdout.isascii()
        return json.loads(result.stdout)


@pytest.fixture
def assay(site, tmp_path) -> Assay:
    """The command of somebody without a token."""
    return Assay(ASSAY_SERVER=site, XDG_CONFIG_HOME=str(tmp_path), ASSAY_TOKEN="")


@pytest.fixture
def owner(site, secret, tmp_path) -> Assay:
    """The command of somebody who may do everything."""
    return Assay(ASSAY_SERVER=site, XDG_CONFIG_HOME=str(tmp_path), ASSAY_TOKEN=secret)


@pytest.fixture
def elsewhere(site) -> Iterator[Callable[[Callable[[], Any]], threading.Thread]]:
    """Do something in a thread with a connection of its own, so that the server sees it."""
    begun: list[threading.Thread] = []

    def begin(act: Callable[[], Any]) -> threading.Thread:
        def work() -> None:
            try:
                act()
            finally:
                connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        begun.append(thread)
        return thread

    yield begin
    for thread in begun:
        thread.join(30)
