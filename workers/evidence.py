"""Evidence of a finding: enough for a stranger to repeat it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from analysis.contract import JSON, Finding
from registry.models import Run
from workers.sandbox.outcomes import Report

if TYPE_CHECKING:
    from workers.measure import Prepared

VERSION = "0.1.0"  # of Assay
SCHEMA = 1  # of this structure


def collect(
    run: Run, finding: Finding, prepared: "Prepared", seed: int, report: Report
) -> dict[str, JSON]:
    """Return the evidence of a run as JSON: subject, claim, data, measure, environment, sandbox."""
    evidence: dict[str, Any] = {
        "schema": SCHEMA,
        "assay": VERSION,
        "check": {"id": run.check_id, "version": run.check_version},
        "subject": {
            "hub": run.revision.repo.hub.url,
            "hub_key": run.revision.repo.hub_key,
            "repo": run.revision.repo.name,
            "revision": run.revision.sha,
            "files": [
                {"path": file.path, "size": file.size, "sha256": file.sha256}
                for file in prepared.files.values()
            ],
        },
        "claim": _claim(run),
        "data": _data(prepared, seed),
        "measure": dict(finding.evidence),
        "options": run.options,
        "attempt": run.attempt,
        "sandbox": _plain(asdict(report)),
    }
    return evidence


def _claim(run: Run) -> dict[str, JSON] | None:
    """Return the claim as it was made, with its place."""
    if run.claim is None:
        return None
    claim = run.claim
    return {
        "key": claim.key,
        "file": claim.file,
        "path": claim.path,
        "line": claim.line,
        "raw": claim.raw,
        "task": claim.task,
        "dataset": claim.dataset,
        "config": claim.config,
        "split": claim.split,
        "metric": claim.metric,
        "value": claim.value_text,
    }


def _data(prepared: "Prepared", seed: int) -> dict[str, JSON] | None:
    """Return which rows were used, in which order."""
    if prepared.split is None or prepared.sample is None or prepared.columns is None:
        return None
    request = prepared.split.request
    return {
        "dataset": request.dataset,
        "config": request.config,
        "split": request.split,
        "revision": request.revision,
        "fingerprint": prepared.split.fingerprint,
        "rows_of_split": prepared.split.rows,
        "rows_used": prepared.sample.rows,
        "order": {"generator": "numpy PCG64 permutation", "seed": seed},
        "inputs": list(prepared.columns.inputs),
        "target": prepared.columns.target,
        "assumptions": list(prepared.split.assumptions),
    }


def _plain(value: Any) -> Any:
    """Turn enums, paths and tuples into JSON."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
