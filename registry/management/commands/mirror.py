"""`manage.py mirror`: mirror a hub, or some of its repos."""

import json
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry import search
from registry.hub.listing import NARROW
from registry.hub.problems import HubProblem
from registry.hub.sync import mirror
from registry.models import Errand, Repo, Sync
from registry.watching import Line

SHOWN_PROBLEMS = 20
_COUNTED = (
    *("pages", "narrow", "seen", "created", "changed", "unchanged", "failed", "gone"),
    "to_read",
)


class Command(BaseCommand):
    """Runs one pass and says what it did. Exit status 1 when the hub could not be read."""

    help = "Mirror what a hub says of its models. A pass that was cut goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--hub", default=settings.ASSAY_HUB, metavar="URL")
        parser.add_argument("--limit", type=_count, default=None, metavar="N", help="at most N")
        parser.add_argument(
            "--repo", action="append", metavar="NAME", help="only this one; may be repeated"
        )
        parser.add_argument(
            "--details",
            type=_details,
            default=None,
            metavar="N",
            help="read at most N repos of the work list in full; 0 for none; else all",
        )
        parser.add_argument(
            "--recent", action="store_true", help="only what changed since the last pass"
        )
        parser.add_argument("--fresh", action="store_true", help="do not resume a cut pass")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        hub = options["hub"]
        # The token belongs to one hub; no other one gets to see it.
        is_own = hub.rstrip("/") == settings.ASSAY_HUB.rstrip("/")
        line, started = Line(None), time.monotonic()
        try:
            sync = mirror(
                hub,
                limit=options["limit"],
                names=options["repo"],
                on_progress=lambda sync: line.show(_progress(sync, time.monotonic() - started)),
                token=settings.ASSAY_HUB_TOKEN if is_own else "",
                fresh=options["fresh"],
                details=options["details"],
                recent=options["recent"],
            )
        except HubProblem as error:
            raise CommandError(str(error)) from error
        finally:
            line.clear()
        search.refresh()
        result = _result(sync)
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self._table(result)
        if sync.status == Sync.Status.STOPPED:
            raise SystemExit(1)

    def _table(self, result: dict[str, Any]) -> None:
        self.stdout.write(f"{result['hub']}: {result['status']} in {result['seconds']:.1f} s")
        if result["reason"]:
            self.stdout.write(f"  {result['reason']}")
        for name in (*_COUNTED, "problem_count"):
            self.stdout.write(f"  {name.replace('_count', 's'):<10}{result[name]:>12,}")
        for problem in result["problems"]:
            self.stdout.write(f"  {problem['repo'] or 'a page'}, {problem['stage']}: ")
            self.stdout.write(f"    {problem['reason']}")
        more = result["problem_count"] - len(result["problems"])
        if more > 0:
            self.stdout.write(f"  and {more:,} more")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _details(text: str) -> int:
    return 0 if text == "0" else _count(text)


def _progress(sync: Sync, seconds: float) -> str:
    rate = sync.seen / seconds if seconds else 0.0
    return f"{sync.seen:>9,} repos  {rate:>7,.0f}/s  {sync.failed:,} could not be read"


def _result(sync: Sync) -> dict[str, Any]:
    """Return what the command prints with ``--json``."""
    problems = sync.problems.order_by("pk")
    ended = sync.finished_at or sync.started_at
    gone = Repo.objects.filter(
        hub=sync.hub, state=Repo.State.GONE, synced_at__gte=sync.started_at, synced_at__lte=ended
    )
    return {
        "hub": sync.hub.url,
        "sync": sync.pk,
        "status": sync.status,
        "reason": sync.reason,
        "seconds": round((ended - sync.started_at).total_seconds(), 3),
        "seen": sync.seen,
        "created": sync.created,
        "changed": sync.changed,
        "unchanged": sync.unchanged,
        "failed": sync.failed,
        "gone": gone.count(),
        "pages": sync.pages,
        # Pages that the hub gave only without cards and configurations.
        "narrow": problems.filter(repo_name="", reason__startswith=NARROW).count(),
        "to_read": Errand.objects.filter(repo__hub=sync.hub).count(),
        "problem_count": problems.count(),
        "problems": [
            {"repo": problem.repo_name, "stage": problem.stage, "reason": problem.reason}
            for problem in problems[:SHOWN_PROBLEMS]
        ],
    }
