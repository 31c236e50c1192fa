"""The examples of the documents work: parsed by the real parsers, run against a real server."""

import importlib
import importlib.util
import io
import json
import re
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError

from assay_cli.main import app as client_app
from registry.celery import QUEUES
from registry.models import ApiToken
from tests import factories, owners
from tests.docs.blocks import PROGRAMS, blocks, commands, words
from tests.registry.streams.conftest import Streams

TEXTS = {"text", "markdown", "toml"}
# Run by a test of their own, with what they need.
RUN_ELSEWHERE = {
    "evidence.md": "tests/registry/test_evidence_command.py",
    "webhooks.md": "tests/registry/webhooks/test_documents.py",
}
READ_ONLY = ("budget", "mark list", "evidence 17 --json", "scan create")
HOMES = ("http://127.0.0.1:8000", "https://assay.example")
ALL = [
    one for block in blocks() if block.language in {"sh", "console"} and not block.reason
    for one in commands(block)
]  # fmt: skip


def test_no_example_is_skipped_without_a_reason():
    found = list(blocks())
    assert {block.language for block in found} <= PROGRAMS | TEXTS
    not_run = {block.place.partition(":")[0]: block.reason for block in found if block.reason}
    # May only shrink.
    assert sorted(not_run) == [
        "checks/watermark-tables.md",
        "exports.md",
        "mirror.md",
        "streams.md",
    ]
    assert all(len(reason) > 10 for reason in not_run.values())
    assert all(block.language != "js" or block.reason for block in found)


def parsed(command):
    """Parse a line of manage.py as manage.py does; return the name of the command."""
    _, name, *rest = words(command.line)
    where = get_commands()[name]
    parser = load_command_class(where, name).create_parser("manage.py", name)
    parser.parse_args(rest)
    return name


def is_sound(command):
    """Say whether a command that is not run here names what there is."""
    match words(command.line):
        case ["make", target]:
            makefile = (configured.BASE_DIR / "Makefile").read_text()
            return re.search(rf"^{target}: ", makefile, re.MULTILINE) is not None
        case ["gunicorn", module]:
            return hasattr(importlib.import_module(module), "application")
        case ["celery", "-A", "registry", "beat" | "worker", *options]:
            named = options[options.index("-Q") + 1].split(",") if "-Q" in options else []
            return set(named) <= set(QUEUES)
        case ["assay", command, *_]:  # run whole in tests/client
            return command in {one.name for one in client_app.registered_commands} | {
                one.name for one in client_app.registered_groups
            }
        case [python, "-m", module, *_] if python.endswith("python"):
            return importlib.util.find_spec(module) is not None
    return False


def test_commands_are_understood():
    refused, seen = [], 0
    for command in ALL:
        first = words(command.line)[0]
        if first == "curl":
            continue
        seen += 1
        try:
            if first != "manage.py" and not is_sound(command):
                refused.append((command.place, command.line, "unknown"))
            elif first == "manage.py":
                parsed(command)
        except (CommandError, KeyError) as error:
            refused.append((command.place, command.line, str(error)))
    assert refused == []
    assert seen > 40


def test_commands_within_sentences_exist():
    from tests.docs.test_complete import everything

    named = re.findall(r"`(?:\S*python )?manage\.py ([a-z]+)", everything())
    assert len(named) > 20
    assert set(named) <= set(get_commands())


@pytest.mark.parametrize("block", [b for b in blocks() if b.language == "json"], ids=str)
def test_json_is_json(block):
    assert json.loads(block.text)


def test_python_that_is_not_run_here_compiles_and_finds_what_it_imports():
    for block in blocks():
        if block.language != "python":
            continue
        compile(block.text, block.place, "exec")
        for module, names in re.findall(
            r"^from (registry\S*|analysis\S*) import (.+)$", block.text, re.M
        ):
            found = importlib.import_module(module)
            for name in names.split(", "):
                assert hasattr(found, name) or importlib.util.find_spec(f"{module}.{name}")
        home = block.place.partition(":")[0]
        if home in RUN_ELSEWHERE:
            assert home in (configured.BASE_DIR / RUN_ELSEWHERE[home]).read_text()


@pytest.fixture
def served(transactional_db, broker, live_server, settings, tmp_path):
    """Serve the rows that the documents speak of; return how to make an example fit."""
    settings.ASSAY_HOME, settings.ASSAY_MARKED = tmp_path, str(tmp_path / "marked")
    settings.ASSAY_EXPORTS = str(tmp_path / "exports")
    streams = Streams()
    settings.ASSAY_PUBLIC_URL = live_server.url
    settings.ASSAY_STREAMS_URL = f"http://127.0.0.1:{streams.port}"
    repo = factories.repo("alice/net", pipeline_tag="image-classification")
    revision = factories.revision(repo)
    factories.file(revision)
    claim = factories.claim(revision, pk=7)
    factories.finding(factories.run(claim, pk=31, status="done"), pk=12, verdict="overstated")
    factories.finding(factories.run(factories.claim(revision), pk=17, status="done"))
    factories.repo("alice/resnet20-cifar10", pipeline_tag="image-classification")
    factories.listed()
    user = factories.user("alice")
    _, secret = factories.token(user, scopes=list(ApiToken.Scope.values))
    (tmp_path / "keys.safetensors").write_bytes(owners.mark_keys())
    call_command("export", stdout=io.StringIO())

    def fitted(text):
        for home in HOMES:
            text = text.replace(home, live_server.url)
        return text.replace("assay_…", secret)

    yield fitted
    streams.stop()


SHELL = 'set -o pipefail; curl() { command curl -sS --fail-with-body --max-time 20 "$@"; }; '


@pytest.mark.timeout(120)
def test_examples_do_what_the_documents_say(served, tmp_path, subtests_of):
    asked = [command for command in ALL if words(command.line)[0] == "curl"]
    assert len(asked) >= 9
    for command in asked:
        done = subprocess.run(
            ["bash", "-c", SHELL + served(command.line)],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        subtests_of(command.place, done.returncode == 0, done.stdout + done.stderr)
        for key in re.findall(r'"(\w+)":', command.prints):
            subtests_of(command.place, f'"{key}":' in done.stdout, f"{key} in {done.stdout}")
    for command in ALL:
        line = " ".join(words(command.line))
        if line.startswith(tuple(f"manage.py {one}" for one in READ_ONLY)):
            call_command(*words(command.line)[1:], stdout=io.StringIO())
    for block in blocks():
        home = block.place.partition(":")[0]
        if block.language == "python" and not block.reason and home not in RUN_ELSEWHERE:
            done = subprocess.run(
                [sys.executable, "-c", served(block.text)],
                cwd=configured.BASE_DIR, capture_output=True, text=True, check=False,
            )  # fmt: skip
            subtests_of(block.place, done.returncode == 0 and done.stdout, done.stderr)


@pytest.fixture
def subtests_of():
    """Collect what does not hold, so that all examples are seen at once."""
    wrong = []

    def note(place, holds, said):
        if not holds:
            wrong.append((place, said[-600:]))

    yield note
    assert wrong == []
