"""Commands that start what they need, beside others that come and go."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.processes import (
    ROOT,
    environment,
    named,
    processes_of,
    throwaway_home,
    until,
)

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with throwaway_home() as home:
        yield home


COMMAND = """
import django, os, sys
django.setup()
from registry import embedded, supervisor
from registry.children import descendants
def own():
    files = [f"/proc/{pid}/cmdline" for pid in descendants(os.getpid())]
    return sum("celery" in open(name).read() for name in files)
with embedded.running():
    with supervisor.workers(["io"]):
        print(sorted(supervisor.served()), own() > 0, flush=True)
        sys.stdin.readline()
        print(sorted(supervisor.served()), own() > 0, flush=True)
    print(own(), flush=True)
"""


def command(home: Path) -> subprocess.Popen[str]:
    """A command that uses workers, and says what there is: now, at a word, and after them."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND],
        env=environment(home, DJANGO_SETTINGS_MODULE="registry.settings"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_command_starts_workers_where_there_are_none_also_when_others_leave(home: Path) -> None:
    first = command(home)
    assert first.stdout is not None
    assert first.stdout.readline() == "['io'] True\n"
    second = command(home)
    assert second.stdout is not None
    assert second.stdout.readline() == "['io'] False\n"
    assert first.communicate("\n", timeout=60)[0] == "['io'] True\n0\n"
    assert until(lambda: any(f"once-{second.pid}" in line for line in named(home)), 60)
    time.sleep(5)  # until it answers
    assert second.communicate("\n", timeout=60)[0] == "['io'] True\n0\n"
    assert not processes_of(home), named(home)


def test_a_command_on_a_new_home_finds_its_tables() -> None:
    with throwaway_home() as fresh:
        ran = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", COUNT],
            env=environment(fresh, DJANGO_SETTINGS_MODULE="registry.settings"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.stdout, ran.stderr) == ("0\n", "")
        assert not processes_of(fresh)


COUNT = "from registry.models import Repo; print(Repo.objects.count())"


def test_a_broker_that_does_not_answer_is_one_sentence(home: Path) -> None:
    code = "import django; django.setup(); from registry import supervisor; supervisor.served()"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(home, DJANGO_SETTINGS_MODULE="registry.settings"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "EmbeddedError: The broker cannot be used: " in ran.stderr.splitlines()[-1]
