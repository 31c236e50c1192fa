"""Rows that show every state that a page can be in."""

from datetime import timedelta
from typing import Any

from registry.ecosystem import measuring
from registry.ecosystem.definitions import Row
from registry.ecosystem.exports import making
from registry.models import (
    BudgetWindow,
    Change,
    Claim,
    Edge,
    Errand,
    Measurement,
    Repo,
    Revision,
    Run,
    Scan,
    ScanExecution,
    ScanItem,
    Sync,
    SyncProblem,
)
from tests import factories
from tests.e2e import (
    gallery_marks,
    gallery_measured,
    gallery_models,
    gallery_places,
    gallery_webhooks,
)
from tests.e2e.gallery_hostile import HOSTILE as HOSTILE
from tests.e2e.gallery_hostile import hostile as hostile
from tests.factories import NOON

SENTENCES = {
    "confirmed": "Measured 91.73 % on all 10,000 samples; the claim of 91.7 % holds.",
    "overstated": "Measured 91.73 % on all 10,000 samples; 95 % is claimed, 3.27 points more.",
    "understated": "Measured 98.89 % on all 10,000 samples; 97 % is claimed, 1.89 points less.",
    "inconclusive": "Measured between 86.1 % and 92.9 % on 312 samples; that does not settle 90 %.",
}


def found() -> Revision:
    """Return the model whose claims are in all states."""
    commits = Revision.objects.select_related("repo").order_by("-pk")
    return commits.filter(repo__name="alice/resnet20-cifar10")[0]


def attacked() -> Revision:
    """Return the model whose every text is an attack."""
    return Revision.objects.select_related("repo").get(repo__name__startswith="mallory/")


def hang() -> None:
    """Make everything."""
    full = every_state()
    parent = factories.repo("alice/resnet20", downloads=48_200, licence="mit")
    factories.revision(parent)
    factories.edge(full, parent)
    factories.edge(full, parent_name="somebody/teacher", relation=Edge.Relation.DISTILLED)
    child = factories.revision(factories.repo("carol/resnet20-int8", downloads=1_350))
    factories.edge(child, full.repo, relation=Edge.Relation.QUANTIZED)
    similar()
    gated = factories.repo("meta/gated-net", gate=Repo.Gate.MANUAL, downloads=1_204_331)
    factories.finding(factories.claim(factories.revision(gated)))
    gone = factories.repo("dave/vanished", state=Repo.State.GONE)
    factories.claim(factories.revision(gone))
    factories.repo("erin/record-only", head_sha="", pipeline_tag="", library="", licence="")
    factories.repo("frank/disabled", is_disabled=True, downloads=3)
    hostile()
    gallery_marks.hang(full, HOSTILE)
    gallery_models.hang(full, HOSTILE)
    gallery_webhooks.hang(HOSTILE)
    gallery_places.hang()
    past(full.repo)
    scans(full)
    mirrored()
    counted()


def counted() -> None:
    """Take all measures, give one of them a past, and write an export."""
    measuring.measure()
    for days in range(1, 40):
        Measurement.objects.create(
            measure="claims",
            version=1,
            date=NOON.date() - timedelta(days=days),
            at=NOON,
            numerator=40 + days % 7,
            denominator=900 + days,
            unknown=days,
            unseen=3,
            breakdown=[Row("task", HOSTILE, 1, 9, 2).as_json()],
            seconds=1.5,
        )
    making.make(at=NOON - timedelta(days=1))
    making.make(at=NOON)


def mirrored() -> None:
    """Make passes in every state, a work list, problems and a budget."""
    passes: list[dict[str, Any]] = [
        {"status": "done", "seen": 2_512_000, "created": 2_511_998, "finished_at": NOON},
        {"status": "stopped", "kind": "recent", "reason": HOSTILE, "finished_at": NOON},
        {"status": "running", "seen": 1_200_000, "failed": 12},
    ]
    for fields in passes:
        sync = Sync.objects.create(hub=factories.hub(), started_at=NOON, **fields)
        SyncProblem.objects.create(
            sync=sync, repo_name=HOSTILE, stage="card", reason=HOSTILE, at=NOON
        )
    Errand.objects.create(repo=attacked().repo, reason="changed", wanted_at=NOON)
    for bucket, quota in (("api", 1_000), ("resolve", None)):
        BudgetWindow.objects.create(
            origin="https://hub.example",
            identity="token-0123456789abcdef",
            bucket=bucket,
            quota=quota,
            length_s=300.0,
            ends_at=NOON + timedelta(days=9_000),
            blocked_until=NOON + timedelta(days=9_000),
            granted=640,
            refused=1,
            changed_at=NOON,
        )


def past(repo: Repo) -> None:
    """Give a model a history with every kind of change."""
    factories.counters(repo)
    paths = {f"{word}_paths": [f"{word}.bin"] for word in ("added", "removed", "changed")}
    values: dict[str, tuple[Any, Any]] = {
        "tags": (["vision"], ["vision", "cifar10", HOSTILE]),
        "datasets": (["cifar100"], ["cifar10"]),
        "head": ("b" * 40, "c" * 40),
        "files": (
            {"sha": "b" * 40, "files": 2},
            {"sha": "c" * 40, "added": 1, "removed": 1, "changed": 1} | paths,
        ),
        "card": ({"sha": "b" * 40, "length": 900}, {"sha": "c" * 40, "length": 4_812}),
        "claims": (
            {"removed": 1, "claims": [{"metric": "accuracy", "value": "95", "dataset": HOSTILE}]},
            {"added": 1, "claims": [{"metric": "accuracy", "value": "91.7", "dataset": ""}]},
        ),
        "gate": ("open", "manual"),
        "private": (True, False),
        "disabled": (False, True),
        "renamed": ("alice/old-name", HOSTILE),
        "parameters": (None, 272_474),
        "modified": ("2026-11-01T10:00:00+00:00", "2026-11-17T12:00:00+00:00"),
        "replaced": (
            {"key": "1" * 24, "name": HOSTILE, "repo": 1},
            {"key": "2" * 24, "name": HOSTILE, "repo": 2},
        ),
    }
    for what in Change.What.values:
        old, new = values.get(what, ("mit", HOSTILE))
        factories.change(repo, what=what, old=old, new=new)


def every_state() -> Revision:
    """Make a model whose claims are in all states."""
    repo = factories.repo(
        "alice/resnet20-cifar10",
        downloads=271_828,
        refs={"branches": {"main": "c" * 40}, "tags": {"v1.0": "c" * 40}},
    )
    once = factories.revision(repo, sha="a" * 40)
    factories.finding(factories.claim(once, value_text="93.1", value=93.1))
    factories.finding(factories.claim(once, metric="recall", value_text="0.9", value=0.9))
    revision = factories.revision(repo)
    factories.card(
        revision, text="---\nlicense: apache-2.0\n---\n\n# ResNet-20\n\nA small network."
    )
    for path, size in (
        ("README.md", 4_812),
        ("config.json", 812),
        ("model.safetensors", 1_094_321),
    ):
        factories.file(revision, path, size=size, sha256="" if path == "README.md" else "5b" * 32)
    verdicts(revision)
    standing(revision)
    gallery_measured.hang(revision, HOSTILE)
    factories.claim(
        revision,
        metric="acc",
        value=None,
        value_text="see paper",
        problem="“see paper” is no number.",
    )
    return revision


def verdicts(revision: Revision) -> None:
    """Make a claim and its finding for each verdict."""
    measured = {
        "confirmed": ("91.7", 0.9173, 0.9118, 0.9226, 10_000, "test"),
        "overstated": ("95", 0.9173, 0.9118, 0.9226, 10_000, "test"),
        "understated": ("97.0", 0.9889, 0.9866, 0.9908, 10_000, "train"),
        "inconclusive": ("90", 0.8974, 0.8613, 0.9291, 312, "validation"),
    }
    for verdict, (text, value, low, high, n, split) in measured.items():
        claim = factories.claim(revision, value_text=text, value=float(text), split=split)
        evidence = factories.evidence()
        evidence["measure"]["stated"] = float(text) / 100
        factories.finding(
            claim,
            verdict=verdict,
            summary=SENTENCES[verdict],
            value=value,
            low=low,
            high=high,
            n=n,
            evidence=evidence,
        )


def standing(revision: Revision) -> None:
    """Make a claim and its run for each state that is no verdict, and one without a run."""
    states: dict[str, dict[str, Any]] = {
        "f1": {
            "status": Run.Status.UNSUPPORTED,
            "code": "split",
            "reason": "The dataset cifar10 has no split “test2”; there are: test, train.",
        },
        "precision": {
            "status": Run.Status.DEAD,
            "code": "memory",
            "reason": "The network used more than 4 GiB and was stopped.",
            "faults": 3,
        },
        "recall": {
            "status": Run.Status.RUNNING,
            "progress": 6_400,
            "total": 10_000,
            "note": "APGD-T, target 3 of 9: 412 images are left.",
        },
        "auc": {"status": Run.Status.QUEUED},
    }
    for metric, fields in states.items():
        claim = factories.claim(
            revision, metric=metric, metric_name="", value_text="0.91", value=0.91
        )
        factories.run(claim, **fields)
    factories.claim(revision, metric="mcc", metric_name="MCC", value_text="0.88", value=0.88)


def similar() -> None:
    """Make a sentence encoder with a correlation."""
    repo = factories.repo(
        "sentence-transformers/all-MiniLM-L6-v2",
        pipeline_tag="sentence-similarity",
        library="sentence-transformers",
        downloads=98_433_120,
    )
    claim = factories.claim(
        factories.revision(repo, parameters=22_713_728, architecture="BertModel"),
        source=Claim.Source.EVAL_RESULTS,
        file=".eval_results/stsb.yaml",
        line=7,
        path="",
        metric="spearman",
        metric_name="",
        dataset="mteb/stsbenchmark-sts",
        dataset_name="STSBenchmark",
        value_text="82.03",
        value=82.03,
        task="sentence-similarity",
    )
    factories.finding(
        claim,
        summary="Measured a Spearman correlation of 0.8203 on all 1,379 pairs; the claim holds.",
        value=0.82032,
        low=0.8016,
        high=0.8374,
        n=1_379,
        created_at=NOON + timedelta(hours=1),
    )


def scanned() -> dict[str, ScanExecution]:
    """Return an execution for each state that is shown."""
    return {one.state: one for one in ScanExecution.objects.order_by("-pk")}


def scans(full: Revision) -> None:
    """Make a scan with an execution in each state, one that never ran, and a hostile one."""
    state, outcome = ScanExecution.State, ScanItem.Outcome
    scan = factories.scan(
        "Image classifiers, weekly",
        selection="task=image-classification",
        schedule="0 3 * * 1",
        next_slot=NOON + timedelta(days=3),
        max_minutes=90,
        max_bytes=3 << 30,
        max_cost=12,
        gpu_hour_price=2,
    )
    missed = "Nothing was running when it was due, and 9 hours later was too late."
    slots = [NOON - timedelta(days=7 * weeks) for weeks in range(9, 0, -1)]
    factories.execution(scan, state=state.MISSED, code="missed", slot=slots[0], reason=missed)
    stopped = factories.execution(
        scan,
        state=state.STOPPED,
        code="budget",
        slot=slots[1],
        repos=231,
        begun=200,
        reason="Stopped at its budget of 200 runs; 31 were not begun.",
        finished_at=NOON,
    )
    counts = {"changed": 1, "new": 2, "vanished": 1, "same": 195}
    verdicts = {"confirmed": 150, "overstated": 40, "inconclusive": 8}
    done = factories.execution(
        scan,
        state=state.DONE,
        slot=slots[2],
        repos=240,
        begun=42,
        spent_s=4_321,
        spent_bytes=1 << 31,
        totals={"verdicts": verdicts},
        difference={"against": stopped.pk, "counts": counts, "rows": differences(full)},
        finished_at=NOON + timedelta(hours=1, minutes=12),
    )
    going = factories.execution(scan, repos=200, selected=412, begun=4, spent_s=73)
    factories.execution(scan, state=state.WAITING, slot=slots[4])
    for execution in (done, going):
        for run in Run.objects.filter(revision=full).select_related("finding"):
            ends = {Run.Status.UNSUPPORTED: outcome.UNSUPPORTED, Run.Status.DEAD: outcome.DEAD}
            ended = outcome.MEASURED if hasattr(run, "finding") else outcome.SENT
            became = ends.get(Run.Status(run.status), ended)
            factories.scan_item(execution, run, outcome=became, reason=run.reason)
        said = "It claims nothing that could be read."
        factories.scan_item(execution, repo=full.repo, outcome=outcome.REFUSED, reason=said)
        factories.scan_item(execution, repo=full.repo)
    factories.scan("Never carried out", max_runs=None, max_repos=50, state=Scan.State.PAUSED)
    attack = factories.scan(HOSTILE[:100], selection=f"q={HOSTILE}")
    bad = factories.execution(attack, state=state.STOPPED, reason=HOSTILE, requested_by=HOSTILE)
    run = Run.objects.filter(reason=HOSTILE).get()
    factories.scan_item(bad, run, outcome=outcome.DEAD, reason=HOSTILE)


def differences(full: Revision) -> list[dict[str, Any]]:
    """Return a row of each kind of difference."""
    runs = list(full.runs.filter(finding__isnull=False).order_by("pk")[:2])
    row = {
        "repo_id": full.repo_id,
        "repo": full.repo.name,
        "check": "claim",
        "metric": "Accuracy",
        "dataset": "CIFAR-10",
        "before_run": runs[0].pk,
        "after_run": runs[1].pk,
    }
    return [
        row | {"kind": "changed", "before": "confirmed", "after": "overstated"},
        row | {"kind": "vanished", "before": "confirmed", "after": ""},
        row | {"kind": "new", "before": "", "after": "understated"},
    ]
