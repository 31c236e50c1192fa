"""One run from its lease to its end: fetch, sample, probe in the sandbox, judge, store."""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from django.conf import settings

from analysis import checks
from analysis.contract import (
    JSON,
    Case,
    Check,
    CheckError,
    Columns,
    Finding,
    Job,
    Limits,
    Part,
    Subject,
    Unsupported,
)
from registry import services
from registry.hub.client import HubClient
from registry.hub.problems import GatedOrForbidden, HubProblem, Missing, Unauthorised
from registry.models import Run
from registry.models.runs import MAX_FAULTS
from workers import evidence
from workers.leases import Heartbeat
from workers.samples import Sample, Split, Splits, sample
from workers.sandbox.outcomes import Cancelled, Died, Reason, SandboxUnavailable
from workers.sandbox.runner import Sandbox
from workers.snapshots import Fetched, Snapshots

log = logging.getLogger(__name__)

SEED = 20_230_514  # of the sample order, fixed before anything is seen; a request may name another
DEVICES = {"files": "cpu", "cpu": "cpu", "gpu": "cuda"}

_sandbox: Sandbox | None = None


def sandbox() -> Sandbox:
    """Return this process's sandbox, started when it is first needed."""
    global _sandbox
    if _sandbox is None:
        _sandbox = Sandbox(settings.ASSAY_HOME)
        _sandbox.start()
    return _sandbox


def close_sandbox() -> None:
    """End this process's sandbox."""
    global _sandbox
    if _sandbox is not None:
        _sandbox.close()
        _sandbox = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that a probe needs, fetched and sampled."""

    files: dict[str, Fetched]
    split: Split | None
    sample: Sample | None
    columns: Columns | None


def execute(run: Run) -> None:
    """Carry a run that was taken to its end. Never raises for what a hub or a network did."""
    with Heartbeat(run) as beat:
        try:
            finding, facts = _measure(run, beat)
        except Unsupported as error:
            run.finish(
                Run.Status.UNSUPPORTED, code=error.missing[:30] or "check", reason=str(error)
            )
        except CheckError as error:
            run.finish(Run.Status.DEAD, code="check", reason=str(error))
        except Died as error:
            _died(run, error)
        except (Unauthorised, GatedOrForbidden) as error:
            run.finish(Run.Status.UNSUPPORTED, code="access", reason=str(error))
        except Missing as error:
            run.finish(Run.Status.UNSUPPORTED, code="files", reason=str(error))
        except Cancelled:
            log.warning("run %s: attempt %s ends, it was overtaken", run.pk, run.attempt)
        except (HubProblem, SandboxUnavailable, OSError) as error:
            log.warning("run %s: %s", run.pk, error)
            try_again(run, "machine", str(error))
        else:
            if beat.alive():
                services.store_finding(run, finding, facts)


def _died(run: Run, error: Died) -> None:
    """End the run, or try again where the kill may have been the machine's doing."""
    if error.reason in {Reason.SIGNAL, Reason.SANDBOX}:
        try_again(run, str(error.reason), error.detail)
    else:
        run.finish(Run.Status.DEAD, code=str(error.reason), reason=error.detail)


def try_again(run: Run, code: str, reason: str) -> None:
    """Queue the run once more after a while; give it up where it was tried often enough."""
    if run.faults >= MAX_FAULTS:
        run.finish(Run.Status.DEAD, code=code, reason=f"Tried {run.faults} times. {reason}")
    else:
        run.give_back(reason=reason)


def _measure(run: Run, beat: Heartbeat) -> tuple[Finding, dict[str, JSON]]:
    """Do the work of a run; raise what kept it from being done."""
    check = checks.load(run.check_id)
    if check.version != run.check_version:
        raise Unsupported(
            f"This worker has version {check.version} of the check, the run asks for"
            f" {run.check_version}: ask again.",
            "check",
        )
    subject = _subject(run)
    if not check.applies_to(subject):
        raise Unsupported("The check has nothing to measure on this revision.", "check")
    options = cast("dict[str, JSON]", run.options)
    seed = int(cast("int", options.get("seed", SEED)))
    settings.ASSAY_HOME.joinpath("work").mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=settings.ASSAY_HOME / "work", prefix=f"run-{run.pk}-"))
    try:
        prepared = _prepare(run, check, subject, beat, work, seed)
        job = _job(run, check, subject, prepared, seed)
        blobs = {path: file.blob for path, file in prepared.files.items()}
        inputs = prepared.sample.inputs if prepared.sample else None
        beat.show("measuring", 0, job.rows)
        with sandbox().run(job, blobs, inputs, on_beat=beat.alive) as session:
            case = _case(subject, prepared, options)
            finding = check.judge(case, _watched(session.parts(), beat, job.rows))
            session.stop()
        facts = evidence.collect(run, finding, prepared, seed, session.report)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return finding, facts


def _subject(run: Run) -> Subject:
    """Describe what is to be measured, with the claim as the card states it."""
    plain = run.revision.subject()
    claim = run.claim.as_contract() if run.claim else None
    return Subject(
        repo=plain.repo,
        sha=plain.sha,
        files=plain.files,
        config=plain.config,
        pipeline_tag=plain.pipeline_tag,
        library=plain.library,
        claim=claim,
    )


def _prepare(
    run: Run, check: Check, subject: Subject, beat: Heartbeat, work: Path, seed: int
) -> Prepared:
    """Fetch the dataset's split first (it is what is most often missing), then the files."""
    split = drawn = columns = None
    request = check.wants(subject)
    hub = run.revision.repo.hub.url
    # The token is that of one hub, and no other ever sees it.
    token = settings.ASSAY_HUB_TOKEN if hub == settings.ASSAY_HUB.rstrip("/") else ""
    with HubClient(hub, token) as client:
        if request is not None:
            asked = str(run.options.get("dataset_revision") or request.revision)
            request = replace(request, revision=asked)
            beat.show("reading the dataset")
            split = Splits(settings.ASSAY_HOME).read(client, request, beat.alive)
            Run.objects.filter(pk=run.pk).update(dataset_sha=split.request.revision)
            columns = check.columns(subject, split.features)
            limit = run.options.get("n")
            drawn = sample(split, columns, seed=seed, limit=limit, folder=work)
        files = Snapshots(settings.ASSAY_HOME).fetch(
            client,
            run.revision,
            lambda done, total: beat.show("fetching the files", done >> 20, total >> 20),
        )
    return Prepared(files, split, drawn, columns)


def _job(run: Run, check: Check, subject: Subject, prepared: Prepared, seed: int) -> Job:
    """Return what the probe may see; the runner replaces the paths by those inside."""
    options = {key: value for key, value in run.options.items() if key != "limits"}
    limits = run.options.get("limits")
    return Job(
        check=run.check_id,
        snapshot=Path("/model"),
        inputs=Path("/inputs") if prepared.sample else None,
        rows=prepared.sample.rows if prepared.sample else 0,
        columns=prepared.columns.inputs if prepared.columns else (),
        device=DEVICES[run.queue],
        seed=seed,
        allow_code=settings.ASSAY_ALLOW_CODE,
        options=options | dict(check.options(subject)),
        limits=Limits(**limits) if isinstance(limits, dict) else Limits(),
    )


def _case(subject: Subject, prepared: Prepared, options: dict[str, JSON]) -> Case:
    """Return what the judge knows."""
    if prepared.split is None or prepared.sample is None or prepared.columns is None:
        return Case(subject, [], 0, options=options)
    target = prepared.split.features[prepared.columns.target]
    return Case(
        subject=subject,
        targets=prepared.sample.targets,
        population=prepared.split.rows,
        label_names=target.names,
        options=options,
    )


def _watched(parts: Iterator[Part], beat: Heartbeat, total: int) -> Iterator[Part]:
    """Pass parts on, and show how many samples were answered."""
    done = 0
    for part in parts:
        done += max((array.shape[0] for array in part.arrays.values() if array.shape), default=0)
        beat.show("measuring", min(done, total), total)
        yield part
