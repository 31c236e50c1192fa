"""Evidence of a finding: enough for a stranger to repeat it."""

import platform
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.contract import JSON, Finding, Job
from registry.models import Claim, Run
from registry.version import VERSION
from workers.asking import Asked, plain
from workers.fetching import Prepared
from workers.inputs import Drawn, Sample

SCHEMA = 2  # of this structure
_CPU = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)
_GPU = re.compile(r"^Model:\s*(.+)$", re.MULTILINE)


def collect(
    run: Run, finding: Finding, prepared: Prepared, job: Job, asked: Asked
) -> dict[str, JSON]:
    """Return the evidence of a run as JSON; docs/evidence.md says it field by field."""
    measure = dict(finding.evidence)
    estimate = finding.estimate
    evidence: dict[str, Any] = {
        "schema": SCHEMA,
        "assay": VERSION,
        "check": {"id": run.check_id, "version": run.check_version},
        "subject": _subject(run, prepared),
        "claim": claim_of(run.claim) if run.claim else None,
        "data": _data(prepared),
        "measure": measure,
        "result": {
            "verdict": str(finding.verdict),
            "summary": finding.summary,
            "estimate": asdict(estimate) if estimate else None,
        },
        "options": run.options,
        "attempt": run.attempt,
        "sandbox": asked.sandbox | _job(job, measure),
        "predictions": _predictions(asked) if prepared.sample else None,
    }
    return evidence


def _subject(run: Run, prepared: Prepared) -> dict[str, JSON]:
    """Return which network it was, to the byte."""
    return {
        "hub": run.revision.repo.hub.url,
        "hub_key": run.revision.repo.hub_key,
        "repo": run.revision.repo.name,
        "revision": run.revision.sha,
        "files": [
            {"path": file.path, "size": file.size, "sha256": file.sha256}
            for file in prepared.files.values()
        ],
    }


def _job(job: Job, measure: dict[str, Any]) -> dict[str, JSON]:
    """Return on what and how it ran, beside what the sandbox reports."""
    return {
        "device": job.device,
        "device_name": device_name(job.device),
        "probe_seed": job.seed,
        "batch_size": measure.get("batch_size"),
        "dtype": measure.get("dtype"),
        "limits": asdict(job.limits),
        "allow_code": job.allow_code,
    }


def claim_of(claim: Claim) -> dict[str, JSON]:
    """Return the claim as it was made, with its place: all that makes its key."""
    fields = Claim.fields_of(claim.as_contract())
    return {name: plain(value) for name, value in fields.items()} | {"key": claim.key}


def _data(prepared: Prepared) -> dict[str, JSON] | None:
    """Return which rows were used, in which order."""
    sample = prepared.sample
    if sample is None:
        return None
    split = sample.split
    return {
        "dataset": split.request.dataset,
        "config": split.request.config,
        "split": split.request.split,
        "revision": split.request.revision,
        "fingerprint": split.fingerprint,
        "sha256": split.sha256,
        "read_by": plain(split.reader),
        "rows_of_split": split.rows,
        "rows_used": sample.rows,
        "order": {
            "generator": "numpy PCG64 permutation",
            "seed": prepared.seeds.order,
            "first_rows": _first(sample),
        },
        "inputs": list(sample.columns.inputs),
        "target": sample.columns.target,
        "tables": [_table(table) for table in sample.tables],
        "assumptions": list(split.assumptions),
    }


def _table(table: Drawn) -> dict[str, JSON]:
    """Return which rows of another split stood before the sample."""
    request = table.split.request
    return {
        "name": table.name,
        "dataset": request.dataset,
        "config": request.config,
        "split": request.split,
        "revision": request.revision,
        "fingerprint": table.split.fingerprint,
        "sha256": table.split.sha256,
        "rows_of_split": table.split.rows,
        "rows_used": len(table.order),
        "inputs": list(table.columns.inputs),
        "target": table.columns.target,
    }


def _first(sample: Sample) -> list[JSON]:
    """Return the places of the first rows, to see whether another numpy draws the same ones."""
    return [int(place) for place in sample.order[:8]]


def _predictions(asked: Asked) -> dict[str, JSON]:
    """Return which run answered which rows: answers of earlier runs are used again."""
    return {
        "reused_rows": asked.reused,
        "passes": [
            {
                "run": segment.run,
                "first_row": segment.first,
                "rows": segment.rows,
                "wall_s": segment.sandbox.get("wall_s"),
                "level": segment.sandbox.get("level"),
                "was_cut": bool(segment.sandbox.get("is_cut")),
            }
            for segment in asked.segments
        ],
    }


def device_name(device: str) -> str:
    """Return what the machine calls its processor; "" where it does not say."""
    if device != "cpu":
        cards = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
        found = [match[1] for card in cards if (match := _GPU.search(card.read_text()))]
        return ", ".join(dict.fromkeys(found))
    try:
        match = _CPU.search(Path("/proc/cpuinfo").read_text())
    except OSError:
        match = None
    return match[1].strip() if match else platform.processor() or platform.machine()
