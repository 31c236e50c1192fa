"""One run from its lease to its end: fetch, sample, probe in the sandbox, judge, store."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from analysis import checks
from analysis.contract import (
    JSON,
    Case,
    Check,
    CheckError,
    Finding,
    Job,
    LimitedCheck,
    Limits,
    Part,
    Subject,
    Unsupported,
    VettingCheck,
)
from analysis.marks import MarksCheck
from registry import services
from registry.hub.problems import GatedOrForbidden, HubProblem, Missing, Unauthorised
from registry.models import FindingPicture, Run
from registry.models.leased import MAX_FAULTS
from workers import evidence, marks, pictures
from workers.asking import Asking, Begin, Changed, facts_of
from workers.fetching import Prepared, prepare, subject_of
from workers.folders import work_folder
from workers.leases import Heartbeat
from workers.predictions import Predictions, key_of
from workers.prefetch import AHEAD
from workers.sandbox.outcomes import Cancelled, Died, Reason, SandboxUnavailable
from workers.sandbox.runner import Sandbox
from workers.sandbox.session import Session
from workers.trials import Rounds

log = logging.getLogger(__name__)

Measured = tuple[Finding, dict[str, JSON], list[FindingPicture]]

DEVICES = {"files": "cpu", "cpu": "cpu", "gpu": "cuda"}
# The only options of a run that a probe sees: others name the data, or what is expected of them.
FOR_THE_PROBE = ("batch_size", "precision")

_sandbox: tuple[str, Sandbox] | None = None


def device_of(run: Run) -> str:
    """Return where the network of a run goes: what this worker is told, or what its queue says."""
    return str(settings.ASSAY_DEVICE) or DEVICES[run.queue]


def sandbox(device: str = "cpu") -> Sandbox:
    """Return this process's sandbox for a device, started when it is first needed."""
    global _sandbox
    if _sandbox is not None and _sandbox[0] != device:
        close_sandbox()
    if _sandbox is None:
        made = Sandbox(settings.ASSAY_HOME, device=device, threads=settings.ASSAY_THREADS)
        made.start()
        _sandbox = device, made
    return _sandbox[1]


def close_sandbox() -> None:
    """End this process's sandbox."""
    global _sandbox
    if _sandbox is not None:
        _sandbox[1].close()
        _sandbox = None


def execute(run: Run) -> None:
    """Carry a run that was taken to its end. Never raises for what a hub or a network did."""
    with Heartbeat(run) as beat:
        try:
            finding, facts, drawn = _measure(run, beat)
        except Unsupported as error:
            _lacking(run, error)
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
                services.store_finding(run, finding, facts, drawn)


def _lacking(run: Run, error: Unsupported) -> None:
    """End the run with the missing piece, and the commit of the dataset that lacks it."""
    if error.dataset_sha:
        Run.objects.filter(pk=run.pk).update(dataset_sha=error.dataset_sha)
    run.finish(Run.Status.UNSUPPORTED, code=error.missing[:30] or "check", reason=str(error))


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


def _measure(run: Run, beat: Heartbeat) -> Measured:
    """Do the work of a run; raise what kept it from being done."""
    check = checks.load(run.check_id)
    if check.version != run.check_version:
        raise Unsupported(
            f"This worker has version {check.version} of the check, the run asks for"
            f" {run.check_version}: ask again.",
            "check",
        )
    AHEAD.meet(run, beat.alive)
    subject = subject_of(run)
    if not check.applies_to(subject):
        task = subject.pipeline_tag
        said = f"the model is said to be for {task[:60]!a}" if task else "the model names no task"
        raise Unsupported(f"“{check.title}” has nothing to measure here: {said}.", "check")
    _vet(check, subject)
    with work_folder(settings.ASSAY_HOME, run.pk) as work:
        prepared = prepare(run, check, subject, beat.show, beat.alive)
        job = job_of(run, check, subject, prepared)
        beat.show("measuring", 0, job.rows)
        AHEAD.begin(run)
        try:
            return _judged(run, check, subject, prepared, job, work, beat)
        except Changed:  # what it had answered was dropped; nothing of it is used now
            return _judged(run, check, subject, prepared, job, work, beat)


def _judged(
    run: Run,
    check: Check,
    subject: Subject,
    prepared: Prepared,
    job: Job,
    work: Path,
    beat: Heartbeat,
) -> Measured:
    """Ask the network, judge what it answers, and collect the evidence."""
    case = _case(run, subject, prepared)
    begin = _beginner(prepared, beat)
    shown = Shown(beat, job.rows)
    if isinstance(check, MarksCheck):
        trial = check.begin(subject, marks.opened(run, subject.asked))
        rounds = Rounds(run.pk, trial, job, begin, work, shown.tell)
        finding = check.judge(replace(case, trial=trial), shown.watched(rounds.parts()))
        job, asked = rounds.settled()
    else:
        store, key = _store(run, prepared, job)
        sample, tell = prepared.sample, shown.tell
        with Asking(run.pk, job, sample, begin, work, store, key, tell=tell) as asking:
            finding = check.judge(case, shown.watched(asking.parts()))
            asked = asking.settle(finding.evidence.get("rows_read"))
    drawn = pictures.encoded(finding.pictures)
    facts = evidence.collect(run, finding, prepared, job, asked)
    facts |= {"asked": dict(subject.asked), "pictures": pictures.digests(drawn)}
    return finding, facts, drawn


def _vet(check: Check, subject: Subject) -> None:
    """Have the check look at what it is asked with; raise Unsupported (missing options)."""
    if isinstance(check, VettingCheck):
        try:
            check.vet(subject.asked)
        except ValueError as error:
            raise Unsupported(str(error), "options") from error


def _beginner(prepared: Prepared, beat: Heartbeat) -> Begin:
    """Return what opens a session of the sandbox on the files of a run."""
    blobs = {path: file.blob for path, file in prepared.files.items()}

    def begin(job: Job, rows: Path | None) -> Session:
        return sandbox(job.device).run(job, blobs, rows, on_beat=beat.alive)

    return begin


def _store(run: Run, prepared: Prepared, job: Job) -> tuple[Predictions | None, str]:
    """Return where answers are kept, and under which name; None for a run that asks anew."""
    sample = prepared.sample
    if run.options.get("fresh") or sample is None or settings.ASSAY_PREDICTIONS_BYTES <= 0:
        return None, ""
    if sample.tables:
        return None, ""  # their answers come before those of the rows, and are not kept yet
    request = sample.split.request
    network = {
        "hub": run.revision.repo.hub.url,
        "sha": run.revision.sha,
        "files": {path: file.sha256 for path, file in prepared.files.items()},
        "check_version": run.check_version,
    }
    data = {
        "split": [request.dataset, request.config, request.split, request.revision],
        "rows": [sample.split.rows, sample.split.sha256],
        "columns": list(sample.columns.inputs),
        "order": prepared.seeds.order,
    }
    store = Predictions(settings.ASSAY_HOME, settings.ASSAY_PREDICTIONS_BYTES)
    return store, key_of(facts_of(job, network, data))


def job_of(run: Run, check: Check, subject: Subject, prepared: Prepared) -> Job:
    """Return what the probe may see; the runner replaces the paths by those inside.

    Nothing here names the dataset, says where a row stood in it, or is the claimed value.
    """
    told = {**subject.asked, **run.options}
    options = {name: told[name] for name in FOR_THE_PROBE if name in told}
    limits = run.options.get("limits")
    usual = check.limits if isinstance(check, LimitedCheck) else Limits()
    sample = prepared.sample
    chosen = sample.columns.options if sample else {}
    return Job(
        check=run.check_id,
        snapshot=Path("/model"),
        inputs=Path("/inputs") if sample else None,
        rows=sample.rows if sample else 0,
        columns=sample.names if sample else (),
        device=device_of(run),
        seed=prepared.seeds.probe,
        allow_code=settings.ASSAY_ALLOW_CODE,
        options=options | dict(chosen) | dict(check.options(subject)),
        limits=Limits(**limits) if isinstance(limits, dict) else usual,
        tables=sample.lengths if sample else (),
    )


def _case(run: Run, subject: Subject, prepared: Prepared) -> Case:
    """Return what the judge knows."""
    sample = prepared.sample
    # Also what a judge draws follows from the seed, and is drawn again in a replay.
    options = {**subject.asked, **run.options, "seed": prepared.seeds.order}
    if sample is None:
        return Case(subject, [], 0, options=options)
    return Case(
        subject=subject,
        targets=sample.targets,
        population=sample.population,
        label_names=sample.split.features[sample.columns.target].names,
        options=options,
        tables=sample.beside,
    )


class Shown:
    """How far a run is, on its page: by what the probe says, else by the samples answered."""

    def __init__(self, beat: Heartbeat, rows: int) -> None:
        self._beat = beat
        self._rows = rows
        self._is_told = False

    def tell(self, done: int, total: int, sentence: str) -> None:
        """Show what the probe says."""
        self._is_told = True
        self._beat.show("measuring", done, total, sentence)

    def watched(self, parts: Iterator[Part]) -> Iterator[Part]:
        """Pass parts on, and show how many samples were answered."""
        done = 0
        for part in parts:
            arrays = part.arrays.values()
            done += max((array.shape[0] for array in arrays if array.shape), default=0)
            if not self._is_told:
                self._beat.show("measuring", min(done, self._rows), self._rows)
            yield part
