"""The examples of docs/client.md, carried out against a running server."""

import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings

from assay_cli.main import app

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("client")]
PAGE = (Path(settings.BASE_DIR) / "docs" / "client.md").read_text()


def fenced(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_commands_of_the_page_work(owner):
    lines = [line for block in fenced("sh") for line in block.splitlines()]
    assert len(lines) >= 8
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "assay"
        owner(*arguments)


def test_the_program_of_the_page_works(site, capsys):
    (program,) = fenced("python")
    exec(compile(program.replace("http://127.0.0.1:8000", site), "client.md", "exec"), {})  # noqa: S102
    said = capsys.readouterr().out
    assert "alice/net 5000" in said
    assert "confirmed Measured 91.73 %" in said


def test_each_command_is_on_the_page():
    commands = [one.name for one in app.registered_commands]
    for command in commands + [one.name for one in app.registered_groups]:
        assert re.search(rf"^\| `{command}[ `]", PAGE, re.MULTILINE), command
