"""`manage.py evidence`: print, save and check, here and from a file."""

import hashlib
import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from analysis.contract import Estimate, Verdict
from analysis.contract import Finding as Found
from registry import blobs, services, signing
from registry.models import Finding, Run
from tests import factories

pytestmark = pytest.mark.django_db

CONTENT = {"config.json": b"{}", "model.safetensors": b"weights"}


@pytest.fixture
def finding(settings, tmp_path):
    """A finding as a worker stores it, with both files on this machine."""
    settings.ASSAY_HOME = tmp_path / "home"
    files = []
    for path, content in CONTENT.items():
        draft = tmp_path / path
        draft.write_bytes(content)
        sha256 = blobs.digest(draft)
        place = blobs.place(settings.ASSAY_HOME, sha256)
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
        files.append({"path": path, "size": len(content), "sha256": sha256})
    evidence = factories.evidence()
    evidence["subject"]["files"] = files
    run = factories.taken()
    found = Found(Verdict.CONFIRMED, "It holds.", Estimate(0.9, 0.8, 1.0, 100))
    assert services.store_finding(run, found, evidence)
    return Finding.objects.get(run=run)


def told(*arguments, **options):
    """Return exit status and output of the command."""
    out = StringIO()
    try:
        call_command("evidence", *map(str, arguments), stdout=out, **options)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_it_works(finding):
    assert json.loads(told(finding.run_id)[1]) == finding.envelope
    assert json.loads(told(finding.run_id, json=True)[1]) == finding.evidence
    code, said = told(finding.run_id, verify=True)
    assert code == 0, said
    assert said.count("holds") == 2 + len(CONTENT) + said.count("signature holds")


def test_a_file_is_checked_by_the_published_key(finding, settings, tmp_path):
    file, key = tmp_path / "finding.json", tmp_path / "key.json"
    told(finding.run_id, out=file)
    public = signing.described(signing.load_key(settings.ASSAY_HOME).public_key())
    key.write_text(json.dumps({"keys": [public]}))
    for named in (str(key), public["pem"], public["public_key"]):
        assert told(file=file, verify=True, key=named)[0] == 0
    settings.ASSAY_HOME = tmp_path / "elsewhere"
    code, said = told(file=file, verify=True, key=str(key))
    assert code == 2
    assert said.count("not on this machine") == len(CONTENT)
    assert told(file=file, verify=True)[1].startswith("not checked")
    assert not settings.ASSAY_HOME.exists()


def test_a_changed_envelope_does_not_hold(finding, tmp_path):
    file = tmp_path / "finding.json"
    payload = finding.envelope["payload"]
    for place in (10, len(payload) // 2, len(payload) - 10):
        other = "A" if payload[place] != "A" else "B"
        changed = payload[:place] + other + payload[place + 1 :]
        file.write_text(json.dumps(finding.envelope | {"payload": changed}))
        try:
            code, _ = told(file=file, verify=True)
        except CommandError as refused:  # no evidence can be read any more
            code = refused.returncode
        assert code != 0


def test_a_changed_result_does_not_hold(finding, tmp_path):
    """The text stays readable evidence: only the signature tells."""
    statement = signing.content_of(finding.envelope)
    statement["predicate"]["verdict"] = "overstated"
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    forged = signing.sign(statement, Ed25519PrivateKey.generate())
    file = tmp_path / "finding.json"
    file.write_text(json.dumps(forged))
    code, said = told(file=file, verify=True)
    assert code == 1
    assert "DOES NOT HOLD  No signature" in said


def test_a_row_that_is_not_what_was_signed_does_not_hold(finding):
    other = factories.finding(factories.run(status=Run.Status.DONE), envelope=finding.envelope)
    code, said = told(other.run_id, verify=True)
    assert code == 1
    assert "another finding" in said


def test_a_changed_blob_is_named(finding, settings):
    file = finding.evidence["subject"]["files"][1]
    blobs.place(settings.ASSAY_HOME, file["sha256"]).write_bytes(b"Weights")
    code, said = told(finding.run_id, verify=True)
    assert code == 1
    assert "model.safetensors: its SHA-256 is" in said
    assert f"expected was {file['sha256']}" in said


def test_pictures_are_held_against_the_digests_that_were_signed(settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    run, data = factories.taken(), factories.PNG
    sha256 = hashlib.sha256(data).hexdigest()
    named = {"name": "clean-1", "title": "Clean", "kind": "clean", "sha256": sha256}
    evidence = factories.evidence(pictures=[named, named | {"name": "lost"}])
    found = Found(Verdict.MEASURED, "A number.", Estimate(0.9, 0.8, 1.0, 100))
    assert services.store_finding(run, found, evidence)
    finding = Finding.objects.get(run=run)
    factories.picture(finding)
    factories.picture(finding, "strange")
    code, said = told(run.pk, verify=True)
    assert code == 1
    assert f"holds          Picture clean-1: SHA-256 {sha256}." in said
    assert "DOES NOT HOLD  Picture lost: its SHA-256 is missing" in said
    assert "DOES NOT HOLD  Picture strange: the evidence does not name it." in said


def test_a_finding_without_signature_is_not_checked():
    code, said = told(factories.finding().run_id, verify=True)
    assert code == 2
    assert "not signed" in said


@pytest.mark.parametrize(
    "arguments", [(), ("7", "--file", "x.json"), ("--file", "none.json"), ("7",)]
)
def test_what_cannot_be_read_is_refused(arguments):
    with pytest.raises(CommandError):
        call_command("evidence", *arguments)


def test_the_program_of_the_manual_checks_it(finding, settings, tmp_path):
    page = Path(settings.BASE_DIR, "docs", "evidence.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(program.strip().splitlines()) <= 16
    (tmp_path / "check.py").write_text(program)
    told(finding.run_id, out=tmp_path / "finding.json")
    public = signing.described(signing.load_key(settings.ASSAY_HOME).public_key())
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [public]}))
    command = [sys.executable, "check.py", "finding.json", "keys.json", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["same", "config.json", "same", "model.safetensors"]
    (tmp_path / "config.json").write_text("{ }")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "CHANGED config.json" in done.stdout
    assert now() >= finding.created_at
