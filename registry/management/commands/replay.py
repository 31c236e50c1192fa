"""`manage.py replay RUN`: repeat a run from its evidence and say whether it agrees."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry import services, supervisor, watching
from registry.models import Finding, Run

# Two runs of one network on the same samples differ by at most a few samples that sit on the
# boundary between two classes, when another machine rounds otherwise.
FLIPPED = 2


class Command(BaseCommand):
    """Exit status 0: agrees. 1: disagrees. 2: cannot be repeated."""

    help = "Repeat a run with the data and the order that its evidence names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("run", type=int, metavar="RUN")
        parser.add_argument("--timeout", type=float, default=None, metavar="SECONDS")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        first = (
            Finding.objects.select_related("run__revision", "run__claim")
            .filter(run=options["run"])
            .first()
        )
        if first is None:
            raise CommandError(f"Run {options['run']} has no finding to repeat.", returncode=2)
        run = self._repeat(first, options["timeout"])
        second = Finding.objects.filter(run=run).first()
        answer, why = compare(first, second, run)
        if options["json"]:
            told = {"run": first.run_id, "replay": run.pk, "answer": answer, "why": why}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"{answer}: {why}")
        raise SystemExit({"agrees": 0, "disagrees": 1}.get(answer, 2))

    def _repeat(self, first: Finding, timeout_s: float | None) -> Run:
        """Ask for the same measurement as a run of its own, and wait for it."""
        original = first.run
        try:
            with supervisor.workers():
                run, _ = services.request_run(
                    original.revision,
                    original.check_id,
                    original.claim,
                    options=asked(first),
                    requested_by="replay",
                )
                if not watching.wait([run], timeout_s=timeout_s):
                    raise CommandError("The replay did not end in time.", returncode=2)
        except services.RequestRefused as error:
            raise CommandError(str(error), returncode=2) from error
        run.refresh_from_db()
        return run


def asked(first: Finding) -> dict[str, Any]:
    """Return the options of one more run of the same job: each replay measures anew."""
    original = first.run
    data = first.evidence.get("data") or {}
    before = Run.objects.filter(
        revision=original.revision, check_id=original.check_id, options__replay_of=original.pk
    )
    options = dict(original.options) | {"replay_of": original.pk, "replay": before.count() + 1}
    if data:
        options |= {
            "seed": data["order"]["seed"],
            "n": data["rows_used"],
            "dataset_revision": data["revision"],
        }
    return options


def compare(first: Finding, second: Finding | None, run: Run) -> tuple[str, str]:
    """Say whether two findings of the same job agree, and in which figure."""
    if second is None:
        return "cannot", run.reason
    figures = f"{first.verdict} {first.value} then, {second.verdict} {second.value} now"
    if first.verdict != second.verdict:
        return "disagrees", figures
    if first.value is None or second.value is None or not first.n:
        return ("agrees" if first.value == second.value else "disagrees"), figures
    # Half a sample of slack: two flipped samples are not lost to the rounding of a difference.
    close = abs(first.value - second.value) <= (FLIPPED + 0.5) / first.n
    return ("agrees" if close and first.n == second.n else "disagrees"), figures
