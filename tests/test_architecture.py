"""Rules of the house that no linter knows."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("registry", "analysis", "workers", "benchmarks", "tests", "client")
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if not {"migrations", "assay_client"} & set(path.parts)  # the second is generated
)
MODULE_LINES = 400
FUNCTION_LINES = 40
# May only shrink. Functions of tests may be tables as long as they like.
LONG_MODULES = {"tests/registry/test_embedded.py", "tests/workers/sandbox/hostile.py"}
LONG_FUNCTIONS: set[str] = set()


def name(path):
    return str(path.relative_to(ROOT))


def test_no_module_is_too_long():
    long = {name(path) for path in SOURCES if len(path.read_text().splitlines()) > MODULE_LINES}
    assert long == LONG_MODULES


def test_no_function_is_too_long():
    long = set()
    for path in (path for path in SOURCES if "tests" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                documented = ast.get_docstring(node)
                lines -= len(documented.splitlines()) if documented else 0
                if lines > FUNCTION_LINES:
                    long.add(f"{name(path)}:{node.name}")
    assert long == LONG_FUNCTIONS


@pytest.mark.parametrize("module", ["registry.urls", "registry.celery", "registry.gate.urls"])
def test_the_web_process_loads_nothing_that_measures(module):
    program = (
        "import importlib, sys, django; django.setup(); importlib.import_module(sys.argv[1]);"
        "print([m for m in ('torch', 'transformers', 'numpy', 'datasets', 'analysis.checks',"
        " 'pyarrow', 'workers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, module],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_every_task_that_is_sent_by_name_is_registered():
    from registry.celery import app

    sent = set()
    for path in (ROOT / "registry").rglob("*.py"):
        sent.update(re.findall(r'"(workers\.[a-z_]+)"', path.read_text()))
    sent -= {"workers.tasks", "workers.embedding"}  # modules
    app.loader.import_default_modules()
    assert sent
    assert sent <= set(app.tasks)


def test_locks_name_no_index_and_hash_everything():
    locks = sorted((ROOT / "requirements").glob("*.lock"))
    assert {"web.lock", "worker.lock", "dev.lock", "demo.lock"} <= {lock.name for lock in locks}
    for lock in locks:
        text = lock.read_text()
        assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|https?://", text)
        assert not re.search(r"^torch==", text, re.MULTILINE)
        pins = re.findall(r"^[a-z0-9][^\s=]*==\S+ \\$", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))


def test_the_web_lock_has_no_torch_and_nothing_of_its_size():
    text = (ROOT / "requirements" / "web.lock").read_text()
    for package in ("torch", "transformers", "datasets", "numpy", "scipy", "pyarrow"):
        assert not re.search(rf"^{package}==", text, re.MULTILINE)


def test_a_migration_changes_schema_or_data_and_never_both():
    for path in (ROOT / "registry" / "migrations").glob("0*.py"):
        text = path.read_text()
        has_schema = re.search(r"migrations\.(Add|Alter|Create)", text)
        assert not ("RunPython" in text and has_schema), path


def test_no_path_of_a_machine_is_in_the_project():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    found = []
    for file in filter(None, listed):
        path = ROOT / file
        if path.suffix in {".lock", ".png"} or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if re.search(r"/home/(?!assay)[a-z]+/|/Users/|/work/|\.pyenv", line):
                found.append(f"{file}:{number}")
    assert [f for f in found if not f.startswith("tests/test_architecture.py")] == []
