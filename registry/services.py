"""Changes across tables, and whatever queues work."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.timezone import now
from kombu.exceptions import OperationalError

from analysis import catalog, contract
from analysis import options as schema
from analysis.contract import JSON
from registry import marks, signing
from registry.celery import app
from registry.models import Claim, Finding, FindingPicture, Revision, Run, StaleListing
from registry.models.leased import MESSAGE_LIFE

log = logging.getLogger(__name__)

RESENT_AT_ONCE = 200  # bounds what a tick of the reaper puts on the broker, however long the queue


_OF_REPLAYS = ("expect", "replay", "replay_from")  # options that repeat one evidence to the letter


class RequestRefused(Exception):  # noqa: N818 - reads as what happened
    """A run that was asked for cannot be made; the message says why in one sentence.

    ``errors`` has a sentence for each option that is none.
    """

    def __init__(self, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.errors = dict(errors or {})


def run_key(
    revision: Revision, check: catalog.Entry, claim: Claim | None, options: Mapping[str, JSON]
) -> str:
    """Return what makes a run one run: asked for twice, it is measured once."""
    parts = [revision.pk, check.id, check.version, claim.key if claim else "", dict(options)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def request_run(
    revision: Revision,
    check_id: str,
    claim: Claim | None = None,
    *,
    asked: Mapping[str, JSON] | None = None,
    options: Mapping[str, JSON] | None = None,
    requested_by: str = "",
) -> tuple[Run, bool]:
    """Ask for a run; return it and whether there is something new to wait for.

    ``asked`` are options of the check as a person gives them, vetted by what the catalog says of
    them; ``options`` are our own and stored as they are.

    A run with a finding is not repeated, one that is under way is joined, one that ended without a
    finding is queued again. The message goes out after commit. Raises RequestRefused.
    """
    check = _known_check(check_id, revision, claim)
    about = claim if check.needs_claim else None
    chosen = run_options(check, revision, asked or {}, options or {})
    with transaction.atomic():
        run, created = Run.objects.get_or_create(
            key=run_key(revision, check, about, chosen),
            defaults={
                "revision": revision,
                "claim": about,
                "check_id": check.id,
                "check_version": check.version,
                "queue": str(check.queue),
                "options": chosen,
                "requested_by": requested_by,
            },
        )
        is_new = created or run.revive()
        if is_new:
            transaction.on_commit(lambda: send([run]))
    run.refresh_from_db()
    return run, is_new


def _known_check(check_id: str, revision: Revision, claim: Claim | None) -> catalog.Entry:
    """Return the check of this id, where it can measure this; raise RequestRefused."""
    check = catalog.entries().get(check_id)
    if check is None:
        known = ", ".join(sorted(catalog.entries()))
        raise RequestRefused(f"There is no check {check_id!r}; there are: {known}.")
    if check.needs_claim and claim is None:
        raise RequestRefused(f"The check {check_id!r} measures a claim; name one.")
    if claim is not None and claim.revision_id != revision.pk:
        raise RequestRefused("That claim belongs to another revision.")
    return check


def run_options(
    check: catalog.Entry,
    revision: Revision,
    asked: Mapping[str, JSON],
    own: Mapping[str, JSON] | None = None,
) -> dict[str, JSON]:
    """Return the options that a run on this revision is stored with; raise RequestRefused.

    A check for marks gets the numbers of those that it looks for, whoever asks for it.
    """
    found = {**(own or {}), **_vetted(check, asked)}
    if check.id != marks.CHECK:
        return found
    try:
        return marks.chosen(found, revision.repo.pipeline_tag)
    except marks.MarksRefused as error:
        raise RequestRefused(str(error)) from error


def _vetted(check: catalog.Entry, asked: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the options as they are stored; raise RequestRefused with what is wrong of each."""
    try:
        return schema.kept(check.options, asked)
    except schema.BadOptions as error:
        raise RequestRefused(f"Options of the check {check.id!r}: {error}", error.errors) from error


def request_checks(
    revision: Revision,
    check_ids: Iterable[str] = (),
    *,
    asked: Mapping[str, JSON] | None = None,
    options: Mapping[str, JSON] | None = None,
    requested_by: str = "",
) -> list[Run]:
    """Ask for each named check, or all usual ones, on a revision and on each of its claims."""
    known = catalog.entries()
    usual = sorted(entry.id for entry in known.values() if entry.is_usual)
    runs = []
    for check_id in list(check_ids) or usual:
        check = known.get(check_id)
        claims: list[Claim | None] = [None]
        if check is not None and check.needs_claim:
            claims = list(revision.claims.order_by("pk"))
        for claim in claims:
            run, _ = request_run(
                revision,
                check_id,
                claim,
                asked=asked,
                options=options,
                requested_by=requested_by,
            )
            runs.append(run)
    return runs


def cancel_run(run: Run, by: str) -> bool:
    """End a run that waits or is under way; False for one that has ended.

    What it had answered is kept by its worker, so that it goes on there when it is asked for again.
    """
    return run.cancel(f"Cancelled by {by}." if by else "Cancelled.")


def run_again(run: Run) -> bool:
    """Queue a run again that ended without a finding; False for any other. Sent after commit."""
    with transaction.atomic():
        is_new = run.revive()
        if is_new:
            transaction.on_commit(lambda: send([run]))
    return is_new


def measure_again(run: Run, by: str) -> tuple[Run, bool]:
    """Ask for what a run with a finding measured once more, from the start, as a run of its own.

    The finding stays, whatever the other one says. One that is under way is joined. Return the run
    and whether there is something new to wait for; raise RequestRefused.
    """
    repeats = Run.objects.filter(revision=run.revision_id, options__replay_of=run.pk)
    pending = repeats.filter(status__in=[Run.Status.QUEUED, Run.Status.RUNNING]).first()
    if pending is not None:
        return pending, False
    then = {name: run.options[name] for name in run.options if name not in _OF_REPLAYS}
    number = 1 + repeats.count()
    options = {**then, "fresh": True, "replay_of": run.pk, "replay": number}
    return request_run(run.revision, run.check_id, run.claim, options=options, requested_by=by)


def send(runs: Iterable[Run]) -> int:
    """Put a message for each run on its queue; return how many went out.

    A broker that is away is no error: the row waits, and the reaper sends again.
    """
    sent = []
    for run in runs:
        try:
            app.send_task(
                "workers.run",
                args=[run.pk],
                queue=run.queue,
                expires=MESSAGE_LIFE.total_seconds(),
                retry=False,
            )
        except (OperationalError, OSError) as error:
            log.warning("the broker is away, run %s waits in the database: %s", run.pk, error)
            break
        sent.append(run.pk)
    Run.objects.filter(pk__in=sent, status=Run.Status.QUEUED).update(sent_at=Now())
    return len(sent)


@dataclass(frozen=True, slots=True)
class Reaped:
    """What one tick of the reaper did."""

    requeued: int
    buried: int
    sent: int


def reap() -> Reaped:
    """Bring back what dead workers left, bury what killed them too often, send lost messages."""
    buried = Run.objects.bury(Run.Status.DEAD, "ran this", code="worker-lost")
    requeued = Run.objects.bring_back()
    waiting = Run.objects.unsent().order_by("pk")[:RESENT_AT_ONCE]
    return Reaped(requeued, buried, send(list(waiting)))


def store_finding(
    run: Run,
    finding: contract.Finding,
    evidence: dict[str, JSON],
    pictures: Sequence[FindingPicture] = (),
) -> bool:
    """Store what a run found, signed; False when a later attempt has taken the run over.

    The run ends and the finding appears with its pictures in one transaction, so that there is
    never one without the other, and never two. ``pictures`` are not stored yet; the evidence names
    their digests.
    """
    at = now()
    estimate = finding.estimate
    statement = signing.statement(run, finding, evidence, at)
    envelope = signing.sign(statement, signing.load_key(settings.ASSAY_HOME))
    with transaction.atomic():
        if not run.finish(Run.Status.DONE):
            return False
        stored = Finding.objects.create(
            run=run,
            verdict=str(finding.verdict),
            summary=finding.summary,
            value=estimate.value if estimate else None,
            low=estimate.low if estimate else None,
            high=estimate.high if estimate else None,
            n=estimate.n if estimate else None,
            evidence=evidence,
            envelope=envelope,
            created_at=at,
        )
        for picture in pictures:
            picture.finding = stored
        FindingPicture.objects.bulk_create(pictures)
        if run.check_id == marks.CHECK:
            marks.record(stored, run, _marks_in(finding))
        StaleListing.mark([run.revision.repo_id])
    return True


def _marks_in(finding: contract.Finding) -> list[dict[str, JSON]]:
    """Return what the check says of each mark that it looked for."""
    found = finding.evidence.get("marks")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
