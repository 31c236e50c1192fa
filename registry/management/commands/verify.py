"""`manage.py verify REPO_ID`: measure what a model claims, and say what came out."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analysis import catalog
from analysis import options as schema
from analysis.contract import JSON
from registry import services, supervisor, watching
from registry.hub.problems import HubProblem
from registry.hub.sync import mirror_one
from registry.models import Repo, Revision


class Command(BaseCommand):
    """Asks for the runs, waits for them, prints them. Exit status 1 when a claim is overstated."""

    help = "Measure what a model claims. Mirrors it first where it is not mirrored yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("repo", metavar="REPO_ID")
        parser.add_argument("--check", action="append", default=[], metavar="ID")
        parser.add_argument(
            "--option",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="an option of the one check that is named",
        )
        parser.add_argument("--revision", default="", metavar="SHA", help="a commit; the newest")
        parser.add_argument("--hub", default=settings.ASSAY_HUB, metavar="URL")
        parser.add_argument("--timeout", type=float, default=None, metavar="SECONDS")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        asked = _asked(options["check"], options["option"])
        revision = revision_of(options["repo"], options["revision"], options["hub"])
        try:
            with supervisor.workers():
                runs = services.request_checks(
                    revision, options["check"], asked=asked, requested_by="verify"
                )
                ended = watching.wait(runs, timeout_s=options["timeout"])
        except services.RequestRefused as error:
            raise CommandError(str(error)) from error
        for run in runs:
            run.refresh_from_db()
        described = [watching.described(run) for run in runs]
        if options["json"]:
            answer = {"repo": revision.repo.name, "revision": revision.sha, "runs": described}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        elif not runs:
            self.stdout.write(f"{revision.repo.name} claims nothing that could be read.")
        if not ended:
            raise CommandError("Not all runs ended in time; they go on in the background.")
        if any(run["verdict"] in {"overstated", "fail"} for run in described):
            raise SystemExit(1)


def revision_of(name: str, sha: str, hub: str) -> Revision:
    """Find the revision in the mirror, or mirror it; raise CommandError."""
    repo = Repo.objects.listed().named(name).first()
    if repo is None:
        try:
            repo = mirror_one(hub, name)
        except HubProblem as error:
            raise CommandError(str(error)) from error
    found = repo.revisions.filter(sha__startswith=sha or repo.head_sha).order_by("-pk").first()
    if found is None:
        raise CommandError(f"{name} has no mirrored revision {sha or repo.head_sha!r}.")
    return found


def _asked(checks: list[str], given: list[str]) -> dict[str, JSON]:
    """Read NAME=VALUE of the one check that is named; raise CommandError."""
    if not given:
        return {}
    entry = catalog.entries().get(checks[0]) if len(checks) == 1 else None
    if entry is None:
        raise CommandError("Options belong to a check: name one, and only one, with --check.")
    pairs = [one.partition("=") for one in given]
    try:
        return schema.parsed(entry.options, {name.strip(): value for name, _, value in pairs})
    except schema.BadOptions as error:
        raise CommandError(str(error)) from error
