"""Every command against a running server, for people and for programs."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from analysis import contract
from registry import services
from registry.models import Mark, Run, Scan
from tests import owners
from tests.client import rows

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("client")]
HAS_FILES = "/api/v1/files" in (Path(settings.BASE_DIR) / "docs/openapi.json").read_text()


def test_search(assay):
    said = assay("search", "alice", "net").stdout
    assert "alice/net" in said
    assert "272,474" in said
    assert "carol" not in said
    found = assay.json("search", "--task", "image-classification", "--limit", "3")
    assert [one["name"] for one in found["results"]][:1] == ["alice/net"]
    assert (len(found["results"]), found["is_more"]) == (3, True)
    found = assay.json("search", "--verdict", "overstated", "--licence", "mit", "--library", "timm")
    assert [one["name"] for one in found["results"]] == ["bob/other-net"]
    assert "No model fits" in assay("search", "nothing-like-it").stderr
    assert "sort" in assay("search", "--sort", "beauty", code=1).stderr


def test_search_follows_pages(assay):
    found = assay.json("search", "carol", "--sort", "name", "--limit", "150")
    assert len(found["results"]) == rows.MANY


def test_show(assay):
    said = assay("show", "alice/net").stdout
    for words in ("✓ Confirmed", "⊘ Not measurable", "The dataset is private.", "! Warn"):
        assert words in said
    assert "91.7 " in said
    assert "0.9173 [0.9118, 0.9226]" in said
    assert f'snapshot_download("alice/net", revision="{rows.SHA}")' in said
    found = assay.json("show", f"alice/net@{rows.SHA[:8]}")
    assert [one["state"] for one in found["claims"]] == ["confirmed", "unsupported"]
    assert [one["finding"]["summary"] for one in found["checks"]] == ["One file can run code."]
    assert "Nothing is known of commit" in assay("show", f"alice/net@{'0' * 40}", code=1).stderr
    assert "No model is called" in assay("show", "no/such", code=1).stderr
    assay("show", "alice/net@xyz", code=2)


def test_a_bad_verdict_ends_the_command_with_3(assay):
    assay("show", "alice/net", "--fail-on", "overstated,fail")
    assay("show", "alice/net", "--fail-on", "warn", code=3)
    assay("show", "alice/net", "--fail-on", "unchecked", code=3)
    found = assay.json("show", "bob/other-net", "--fail-on", "overstated", code=3)
    assert found["revision"] == rows.OTHER_SHA
    assert "is no verdict" in assay("show", "alice/net", "--fail-on", "bad", code=2).stderr


def test_compare(assay):
    said = assay("compare", "alice/net", "bob/other-net").stdout
    for words in ("✓ Confirmed", "↓ Overstated", "claims nothing", "library", "timm", "task"):
        assert words in said
    said = assay("compare", "alice/net", "bob/other-net", "--only-differences").stdout
    assert "licence" in said
    assert "task" not in said
    found = assay.json("compare", "alice/net", "bob/other-net")
    assert [one["repo"]["name"] for one in found["models"]] == ["alice/net", "bob/other-net"]
    assay("compare", "alice/net", code=2)
    assay("compare", *["alice/net"] * 7, code=2)
    assay("compare", "alice/net", "bob/other-net", "--fail-on", "overstated", code=3)


def test_names_of_strangers_do_not_steer_the_terminal(assay):
    result = assay("search", "mallory")
    shown = result.stdout + result.stderr + assay("show", rows.HOSTILE).stdout
    assert "mallory/[bold red]x[/]<U+001B>[2J<U+202E>gpj.exe" in shown
    assert "[link=x]y" in shown
    assert not {"\x1b", "\u202e"} & set(shown)
    refused = assay("show", "x\x1b]0;y\x07/[red]z", code=1).stderr
    assert "\x1b" not in refused
    assert "[red]z" in refused


def ends(run_of, verdict):
    """Be the worker of a run: wait for it, make progress, store what was found."""
    deadline = time.monotonic() + 20
    while not (waiting := Run.objects.filter(**run_of, status=Run.Status.QUEUED).first()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    run = Run.take(waiting.pk, "here")
    assert run is not None
    assert run.beat(stage="measuring", progress=3, total=9, note="Measuring.")
    time.sleep(0.7)  # as long as a look at the run takes, so that it is seen under way
    estimate = contract.Estimate(0.5, 0.4, 0.6, 100)
    found = contract.Finding(contract.Verdict(verdict), "Measured 50 %.", estimate)
    assert services.store_finding(run, found, {"measure": {}})


def test_verify_waits_for_a_run_that_another_ends(owner, broker, elsewhere):
    elsewhere(lambda: ends({"revision__repo__name": "dora/fresh"}, "overstated"))
    result = owner("verify", "dora/fresh", "--wait", "--fail-on", "overstated", code=3)
    assert "↓ Overstated" in result.stdout
    assert "0.5 [0.4, 0.6]" in result.stdout
    # Measured already: asked again, the answer is there, and nothing else is measured.
    found = owner.json("verify", "dora/fresh", "--wait")
    assert [one["finding"]["verdict"] for one in found["runs"]] == ["overstated"]


def test_verify_without_waiting(owner, broker):
    assert "claims nothing" in owner("verify", "carol/many-03", code=1).stderr
    assert "no check" in owner("verify", "dora/fresh", "--check", "nonsense", code=1).stderr
    assert "needs --wait" in owner("verify", "dora/fresh", "--fail-on", "fail", code=2).stderr
    owner("verify", "dora/fresh", "--option", "k", code=2)
    refused = owner("verify", "dora/fresh", "--option", "nonsense=1", code=1).stderr
    assert "options/nonsense" in refused


def test_scans(owner):
    made = owner.json("scan", "create", "weekly [x]", "--check", "claim", "--max-runs", "5")
    assert (made["name"], made["checks"], made["max_runs"]) == ("weekly [x]", ["claim"], 5)
    said = owner("scan", "create", "second", "--check", "claim", "--max-runs", "7")
    assert "second" in said.stdout
    assert "weekly [x]" in owner("scan", "list").stdout
    assert {one["name"] for one in owner.json("scan", "list")["results"]} > {"nightly", "second"}
    assert "done" in owner("scan", "show", "nightly").stdout
    assert "never carried out" in owner("scan", "show", str(made["id"])).stderr
    shown = owner.json("scan", "show", "nightly")
    assert [one["state"] for one in shown["executions"]] == ["done"]
    begun = owner.json("scan", "run", "second")
    assert begun["scan"] == Scan.objects.using("default").get(name="second").pk
    assert "Executions" in owner("scan", "run", "second").stdout
    assert "No scan is called" in owner("scan", "run", "third", code=1).stderr


def test_marks(owner, tmp_path):
    assert "There is no mark" in owner("mark", "list").stderr
    keys = tmp_path / "keys.safetensors"
    keys.write_bytes(owners.mark_keys())
    made = owner.json("mark", "register", str(keys), "--name", "My [b]net", "--home", "alice/net")
    assert made["commitment"]
    assert "My [b]net" in owner("mark", "list").stdout
    assert owner.json("mark", "list", "--owner", "alice")["results"][0]["id"] == made["id"]
    assert owner.json("mark", "list", "--owner", "nobody")["results"] == []
    shown = owner("mark", "show", str(made["id"]))
    assert made["commitment"] in shown.stdout
    assert "Nobody has looked" in shown.stderr
    assert owner.json("mark", "show", str(made["id"]))["matches"] == []
    refused = owner("mark", "register", str(keys), "--name", "again", code=1)
    assert refused.stderr
    owner("mark", "register", str(tmp_path / "none"), "--name", "x", code=2)
    assert Mark.objects.count() == 1


def test_exports(assay, tmp_path):
    assert rows.EXPORT in assay("export", "list").stdout
    assert assay.json("export", "list")["results"][0]["name"] == rows.EXPORT
    said = assay("export", "get", "latest", "--out", str(tmp_path)).stdout
    file = tmp_path / rows.EXPORT / "repos-1.ndjson.gz"
    assert str(file) in said
    assert file.read_bytes() == rows.CONTENT
    # A part goes on or begins anew, as the server can; what it becomes is the file.
    file.rename(part := file.with_name(file.name + ".part"))
    part.write_bytes(rows.CONTENT[:1000])
    assert assay.json("export", "get", rows.EXPORT, "--out", str(tmp_path))["files"] == [str(file)]
    assert file.read_bytes() == rows.CONTENT
    assert not part.exists()
    assert "no export of this name" in assay("export", "get", "none", code=1).stderr


def test_lookup(assay, tmp_path):
    file = tmp_path / "weights"
    file.write_bytes(b"weights")
    if not HAS_FILES:
        assert "too old" in assay("lookup", rows.DIGEST, code=1).stderr
        return
    found = assay.json("lookup", rows.DIGEST)
    assert {one["repo"] for one in found["results"]} == {"alice/net", "bob/other-net"}
    assert "model.safetensors" in assay("lookup", rows.DIGEST.upper()).stdout
    sha256 = hashlib.sha256(b"weights").hexdigest()
    assert sha256 in assay("lookup", str(file)).stderr


def test_login(site, secret, assay, tmp_path):
    assert "not known here" in assay("login", input="assay_wrong\n", code=1).stderr
    assay("login", input="\n", code=2)
    kept = tmp_path / "assay" / "tokens.json"
    assert not kept.exists()
    assert str(kept) in assay("login", input=f"{secret}\n").stderr
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text()) == {site: secret}
    assert "claims nothing" in assay("verify", "carol/many-03", code=1).stderr
    assert assay.json("login", "--forget")["has_token"] is False
    assert json.loads(kept.read_text()) == {}


def test_it_is_a_program(site, tmp_path):
    """As shells and scripts have it: a process, no terminal, JSON on stdout and nothing else."""
    env = os.environ | {
        "ASSAY_SERVER": site,
        "XDG_CONFIG_HOME": str(tmp_path),
        "PYTHONPATH": str(Path(settings.BASE_DIR) / "client"),
    }

    def run(*arguments):
        command = [sys.executable, "-m", "assay_cli", *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    done = run("show", "alice/net", "--json", "--fail-on", "warn")
    assert (done.returncode, done.stderr) == (3, "")
    assert json.loads(done.stdout)["revision"] == rows.SHA
    away = run("show", "alice/net", "--server", "http://127.0.0.1:9")
    assert (away.returncode, away.stdout) == (1, "")
    assert "cannot be reached" in away.stderr
    assert "\x1b" not in away.stderr
