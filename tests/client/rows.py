"""What the server of these tests has: models with verdicts, a hostile name, enough for pages."""

import gzip
import hashlib
import json
from pathlib import Path

from django.conf import settings

from registry.models import Finding, Repo, Run
from tests import factories

SHA = factories.sha(7001)
OTHER_SHA = factories.sha(7002)
# Markup of rich, an escape sequence of terminals, letters that turn the line around.
HOSTILE = "mallory/[bold red]x[/]\x1b[2J\u202egpj.exe"
DIGEST = "ab" * 32
EXPORT = "20261122T023000Z"
CONTENT = gzip.compress(b'{"id": 1}\n' * 4000, mtime=0) * 40
MANY = 25


def make() -> None:
    """Make all rows."""
    honest = Repo.objects.get(pk=_honest())
    other = factories.repo("bob/other-net", head_sha=OTHER_SHA, library="timm", licence="mit")
    revision = factories.revision(other)
    claim = factories.claim(revision, value_text="95 %", value=95.0)
    factories.finding(claim, verdict=Finding.Verdict.OVERSTATED, summary="Measured 91.73 %.")
    factories.file(revision, sha256=DIGEST)
    factories.repo(HOSTILE, library="[link=x]y", downloads=90)
    for number in range(MANY):
        factories.repo(f"carol/many-{number:02}", downloads=10 + number)
    fresh = factories.revision(factories.repo("dora/fresh", downloads=80))
    factories.claim(fresh)
    factories.execution(factories.scan("nightly", max_runs=5), state="done", selected=3)
    _export(Path(settings.ASSAY_EXPORTS))
    assert honest.head_sha == SHA


def _honest() -> int:
    """Make a model with a claim that holds, one that could not be measured, and a risk."""
    repo = factories.repo(
        "alice/net", head_sha=SHA, downloads=5000, parameters=272_474, model_type="resnet"
    )
    revision = factories.revision(repo)
    factories.file(revision, sha256=DIGEST)
    factories.finding(factories.claim(revision))
    broken = factories.claim(revision, dataset="secret/set", metric="f1", value_text="0.9")
    factories.run(
        broken, status=Run.Status.UNSUPPORTED, code="dataset", reason="The dataset is private."
    )
    risk = factories.run(
        revision, check_id="pickles", check_version=1, queue="files", status=Run.Status.DONE
    )
    factories.finding(
        risk,
        verdict=Finding.Verdict.WARN,
        summary="One file can run code.",
        value=None,
        low=None,
        high=None,
        n=None,
    )
    return repo.pk


def _export(folder: Path) -> None:
    """Write an export of one file."""
    place = folder / EXPORT
    place.mkdir(parents=True)
    (place / "repos-1.ndjson.gz").write_bytes(CONTENT)
    one = {
        "file": "repos-1.ndjson.gz",
        "table": "repos",
        "rows": 4000,
        "bytes": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    manifest = {"schema_version": 1, "licence": "CC0-1.0", "files": [one]}
    (place / "manifest.json").write_text(json.dumps(manifest))
