"""Rows for tests: one function a table, with keyword defaults; parents are made where missing."""

import hashlib
import struct
import zlib
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from analysis import catalog
from registry import search
from registry.models import (
    ApiToken,
    Author,
    Card,
    Change,
    Claim,
    CounterSeries,
    Edge,
    File,
    Finding,
    FindingPicture,
    Hub,
    Listing,
    Repo,
    Revision,
    Run,
    Scan,
    ScanExecution,
    ScanItem,
    StaleListing,
    Sync,
    SyncProblem,
)

CLAIM = catalog.entries()["claim"]
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_numbers = count(1)


def _png(side: int = 28) -> bytes:
    """Return a small picture: a chequered one, so that its pixels can be seen."""
    pixels = b"".join(
        b"\0" + bytes(220 if (x // 4 + y // 4) % 2 else 60 for x in range(side))
        for y in range(side)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    ends = chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + ends


PNG = _png()


def sha(number: int | None = None) -> str:
    """Return a commit name of 40 digits; a new one each time unless a number is given."""
    seed = next(_numbers) if number is None else number
    return hashlib.sha256(str(seed).encode()).hexdigest()[:40]


def hub(url: str = "https://hub.example", **fields: Any) -> Hub:
    """Return the hub of this address, made where it is missing."""
    return Hub.objects.get_or_create(url=url, defaults=fields)[0]


def author(name: str = "alice", **fields: Any) -> Author:
    """Return the author of this name, made where it is missing."""
    place = fields.pop("hub", None) or hub()
    return Author.objects.get_or_create(hub=place, name=name, defaults=fields)[0]


def repo(name: str = "", **fields: Any) -> Repo:
    """Make a repo ``alice/net-N`` whose head is a new commit (without a Revision)."""
    number = next(_numbers)
    name = name or f"alice/net-{number}"
    place = fields.pop("hub", None) or hub()
    defaults: dict[str, Any] = {
        "hub_key": f"{number:024x}",
        "author": author(name.partition("/")[0][:100], hub=place) if "/" in name else None,
        "head_sha": sha(),
        "pipeline_tag": "image-classification",
        "library": "transformers",
        "licence": "apache-2.0",
        "downloads": 100,
        "hub_created_at": NOON - timedelta(days=400),
        "hub_modified_at": NOON - timedelta(days=3),
        "first_seen_at": NOON - timedelta(days=300),
        "synced_at": NOON,
    }
    return Repo.objects.create(hub=place, name=name, **(defaults | fields))


def change(of: Repo | None = None, **fields: Any) -> Change:
    """Make a change of a repo: its licence."""
    defaults: dict[str, Any] = {
        "what": Change.What.LICENCE,
        "old": "mit",
        "new": "gpl-3.0",
        "at": NOON,
    }
    return Change.objects.create(repo=of or repo(), **(defaults | fields))


def counters(of: Repo | None = None, **fields: Any) -> CounterSeries:
    """Make the counters of a repo over the second quarter of 2026."""
    defaults: dict[str, Any] = {
        "quarter": date(2026, 4, 1),
        "days": [0, 3, 40],
        "downloads": [10, 12, 900],
        "likes": [0, 0, 2],
        "trending": [0.0, 0.0, 1.5],
    }
    return CounterSeries.objects.create(repo=of or repo(), **(defaults | fields))


def revision(of: Repo | None = None, **fields: Any) -> Revision:
    """Make the head revision of a repo, or another one where ``sha`` is given."""
    of = of or repo()
    defaults: dict[str, Any] = {
        "sha": of.head_sha or sha(),
        "config": {"model_type": "resnet", "architectures": ["ResNetForImageClassification"]},
        "architecture": "ResNetForImageClassification",
        "parameters": 272_474,
        "has_tree": True,
        "seen_at": NOON,
    }
    return Revision.objects.create(repo=of, **(defaults | fields))


def card(of: Revision | None = None, **fields: Any) -> Card:
    """Make the card of a revision."""
    defaults: dict[str, Any] = {"text": "# A network", "front_matter": {}, "has_front_matter": True}
    return Card.objects.create(revision=of or revision(), **(defaults | fields))


def file(of: Revision | None = None, path: str = "model.safetensors", **fields: Any) -> File:
    """Make a file of a revision."""
    defaults: dict[str, Any] = {"size": 1_094_321, "sha256": "5b" * 32, "git_oid": "9e" * 20}
    return File.objects.create(revision=of or revision(), path=path, **(defaults | fields))


def claim(of: Revision | None = None, **fields: Any) -> Claim:
    """Make a claim: accuracy 91.7 on the test split of CIFAR-10, out of the model-index."""
    defaults: dict[str, Any] = {
        "key": f"{next(_numbers):064x}",
        "source": Claim.Source.MODEL_INDEX,
        "file": "README.md",
        "path": "model-index[0].results[0].metrics[0]",
        "line": None,
        "raw": '{"type": "accuracy", "value": 91.7}',
        "task": "image-classification",
        "dataset": "cifar10",
        "dataset_name": "CIFAR-10",
        "config": "plain_text",
        "split": "test",
        "metric": "accuracy",
        "metric_name": "Accuracy",
        "value_text": "91.7",
        "value": 91.7,
    }
    return Claim.objects.create(revision=of or revision(), **(defaults | fields))


def run(of: Claim | Revision | None = None, **fields: Any) -> Run:
    """Make a run of the check "claim"; queued unless a status is given."""
    of = of or claim()
    on_claim = of if isinstance(of, Claim) else None
    status = fields.get("status", Run.Status.QUEUED)
    defaults: dict[str, Any] = {
        "revision": of.revision if isinstance(of, Claim) else of,
        "claim": on_claim,
        "check_id": "claim",
        "check_version": CLAIM.version,
        "queue": "cpu",
        "key": f"{next(_numbers):064x}",
    }
    if status != Run.Status.QUEUED:
        defaults |= {"attempt": 1, "faults": 1, "started_at": NOON}
    if status == Run.Status.RUNNING:
        defaults |= {"lease_until": NOON + timedelta(days=3650), "stage": "measuring"}
    if status in Run.ENDED:
        defaults |= {"finished_at": NOON + timedelta(seconds=42)}
    return Run.objects.create(**(defaults | fields))


def finding(of: Run | Claim | None = None, **fields: Any) -> Finding:
    """Make a finding on a run that is done: accuracy 0.9173 over 10,000, confirmed."""
    if not isinstance(of, Run):
        of = run(of, status=Run.Status.DONE)
    defaults: dict[str, Any] = {
        "verdict": Finding.Verdict.CONFIRMED,
        "summary": "Measured 91.73 % on all 10,000 samples; the claim of 91.7 % holds.",
        "value": 0.9173,
        "low": 0.9118,
        "high": 0.9226,
        "n": 10_000,
        "evidence": evidence(),
        "envelope": {},
        "created_at": NOON + timedelta(seconds=42),
    }
    return Finding.objects.create(run=of, **(defaults | fields))


def picture(of: Finding | None = None, name: str = "clean-1", **fields: Any) -> FindingPicture:
    """Make a picture of a finding: 28 by 28, of one grey."""
    of = of or finding()
    data = fields.pop("data", PNG)
    defaults: dict[str, Any] = {
        "place": next(_numbers) % 30_000,
        "title": f"Title of {name}",
        "alt": f"What {name} shows.",
        "kind": "clean",
        "width": 28,
        "height": 28,
        "sha256": hashlib.sha256(data).hexdigest(),
        "data": data,
    }
    return FindingPicture.objects.create(finding=of, name=name, **(defaults | fields))


def evidence(**sections: Any) -> dict[str, Any]:
    """Return the evidence of a finding in the shape that workers store it."""
    stored: dict[str, Any] = {
        "schema": 1,
        "assay": "0.1.0",
        "check": {"id": "claim", "version": CLAIM.version},
        "subject": {
            "hub": "https://hub.example",
            "hub_key": "a" * 24,
            "repo": "alice/net",
            "revision": "c" * 40,
            "files": [
                {"path": "config.json", "size": 812, "sha256": "1f" * 32},
                {"path": "model.safetensors", "size": 1_094_321, "sha256": "5b" * 32},
            ],
        },
        "claim": {"file": "README.md", "metric": "accuracy", "value": "91.7"},
        "data": {
            "dataset": "cifar10",
            "config": "plain_text",
            "split": "test",
            "revision": "d" * 40,
            "fingerprint": "7e3f2a9c1b5d8e40",
            "rows_of_split": 10_000,
            "rows_used": 10_000,
            "order": {"generator": "numpy PCG64 permutation", "seed": 20_230_514},
            "inputs": ["img"],
            "target": "label",
            "assumptions": [],
        },
        "measure": {
            "task": "image-classification",
            "metric": "accuracy",
            "stated": 0.917,
            "stated_as": "91.7",
            "conversion": "91.7 is read as 91.7 %",
            "tolerance": 0.0007,
            "tolerance_reason": "half a unit of the last digit claimed and 2 of 10,000 samples",
            "population": 10_000,
            "is_full_split": True,
            "assumptions": [
                "The claim names no revision of the dataset; the current one was taken."
            ],
            "looks": [
                {"n": 64, "estimate": 0.8906, "low": 0.7401, "high": 0.9712},
                {"n": 640, "estimate": 0.9219, "low": 0.8872, "high": 0.9481},
                {"n": 2_400, "estimate": 0.9163, "low": 0.9012, "high": 0.9297},
                {"n": 10_000, "estimate": 0.9173, "low": 0.9173, "high": 0.9173},
            ],
        },
        "options": {},
        "attempt": 1,
        "sandbox": {
            "level": "bubblewrap",
            "wall_s": 41.7,
            "peak_memory_bytes": 731_906_048,
            "device": "cpu",
            "versions": {"python": "3.11.7", "torch": "2.13.0", "transformers": "5.23.0"},
        },
    }
    return stored | sections


def edge(child: Revision | None = None, parent: Repo | None = None, **fields: Any) -> Edge:
    """Make a declared edge from a revision to a parent, known or only named."""
    defaults: dict[str, Any] = {
        "parent_name": parent.name if parent else "somebody/base",
        "relation": Edge.Relation.FINETUNE,
        "basis": Edge.Basis.DECLARED,
    }
    return Edge.objects.create(child=child or revision(), parent=parent, **(defaults | fields))


def sync(**fields: Any) -> Sync:
    """Make a pass of the mirror that is done."""
    place = fields.pop("hub", None) or hub()
    defaults: dict[str, Any] = {
        "status": Sync.Status.DONE,
        "seen": 5,
        "created": 5,
        "started_at": NOON,
        "finished_at": NOON + timedelta(seconds=9),
    }
    return Sync.objects.create(hub=place, **(defaults | fields))


def sync_problem(of: Sync | None = None, **fields: Any) -> SyncProblem:
    """Make a problem of a pass."""
    defaults: dict[str, Any] = {
        "repo_name": "alice/broken",
        "stage": "card",
        "reason": "The front matter is no YAML.",
        "at": NOON,
    }
    return SyncProblem.objects.create(sync=of or sync(), **(defaults | fields))


def user(username: str = "alice", **fields: Any) -> User:
    """Return the user of this name, made where missing."""
    return get_user_model().objects.get_or_create(username=username, defaults=fields)[0]


def token(owner: User | None = None, **fields: Any) -> tuple[ApiToken, str]:
    """Make a token that allows asking for runs; return it with its secret."""
    scopes = fields.pop("scopes", [ApiToken.Scope.RUNS])
    made, secret = ApiToken.issue(owner or user(), fields.pop("name", "laptop"), scopes)
    if fields:
        ApiToken.objects.filter(pk=made.pk).update(**fields)
        made.refresh_from_db()
    return made, secret


def taken(of: Run | None = None, worker: str = "here") -> Run:
    """Return a run as the worker that took it holds it."""
    held = Run.take((of or run()).pk, worker)
    assert held is not None
    return held


def scan(name: str = "", **fields: Any) -> Scan:
    """Make a scan of all models with the check "claim", without schedule, of at most 200 runs."""
    defaults: dict[str, Any] = {
        "name": name or f"scan {next(_numbers)}",
        "checks": ["claim"],
        "max_runs": 200,
        "due_from": NOON,
    }
    return Scan.objects.create(**(defaults | fields))


def execution(of: Scan | None = None, **fields: Any) -> ScanExecution:
    """Make an execution of a scan that is being planned, unless a state is given."""
    of = of or scan()
    defaults: dict[str, Any] = {
        "state": ScanExecution.State.PLANNING,
        "selection": of.selection,
        "checks": of.checks,
        "requested_by": "alice",
        "started_at": NOON,
    }
    return ScanExecution.objects.create(scan=of, **(defaults | fields))


def scan_item(of: ScanExecution, run: Run | None = None, **fields: Any) -> ScanItem:
    """Make an item of an execution, of a run where one is given, and note it in the counts."""
    defaults: dict[str, Any] = {"check_id": "claim", "outcome": ScanItem.Outcome.PLANNED}
    if run is not None:
        defaults |= {
            "run": run,
            "repo": run.revision.repo,
            "claim": run.claim,
            "subject": run.claim.key if run.claim else "",
        }
    made = ScanItem.objects.create(execution=of, **(defaults | fields))
    of.moved("", made.outcome)
    of.save(update_fields=["counts"])
    return made


def listed() -> int:
    """Bring the listings of all repos up to date, as the writers of the product would have it."""
    StaleListing.mark(Repo.objects.values_list("pk", flat=True))
    StaleListing.mark(Listing.objects.values_list("pk", flat=True))
    return search.refresh()
