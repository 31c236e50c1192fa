"""`manage.py commits REPO`: the commits of a repo, with their signatures where asked for."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.hub import commits
from registry.hub.problems import HubProblem
from registry.hub.signatures import Keys, Unable
from registry.models import Repo


class Command(BaseCommand):
    """Reads one repo that is mirrored."""

    help = "Read the commits of a mirrored repo, and their signatures by a partial git clone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("repo", metavar="REPO", help="name of a mirrored repo")
        parser.add_argument("--hub", default="", metavar="URL", help="where several have it")
        parser.add_argument("--signatures", action="store_true", help="clone the history")
        parser.add_argument("--keyring", type=Path, metavar="FILE", help="OpenPGP keys to trust")
        parser.add_argument("--signers", type=Path, metavar="FILE", help="SSH signers to trust")
        parser.add_argument("--most", type=int, default=commits.MOST, metavar="N")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        repo = _repo(options["repo"], options["hub"])
        keys = Keys(options["keyring"], options["signers"])
        for path in (keys.keyring, keys.signers):
            if path is not None and not path.is_file():
                raise CommandError(f"There is no file {path}.")
        try:
            history = commits.fetch(repo, most=max(1, options["most"]))
            if options["signatures"]:
                read = commits.fetch_signatures(repo, keys=keys, most=max(1, options["most"]))
                read.problems = [*history.problems, *read.problems]
                history = read
        except (HubProblem, Unable) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"repo": repo.name} | asdict(history)))
        else:
            self._table(repo, history, has_signatures=options["signatures"])

    def _table(self, repo: Repo, history: commits.History, *, has_signatures: bool) -> None:
        self.stdout.write(f"{repo.name}: {history.stored:,} commits")
        if has_signatures:
            self.stdout.write(f"  verified   {history.verified:>9,}")
            self.stdout.write(f"  unverified {history.unverified:>9,}")
        if not history.is_whole:
            self.stdout.write("  Older ones were left out.")
        for problem in history.problems:
            self.stdout.write(f"  {problem}")


def _repo(name: str, hub_url: str) -> Repo:
    repos = Repo.objects.listed().named(name).select_related("hub")
    found = (repos.filter(hub__url=hub_url.rstrip("/")) if hub_url else repos).first()
    if found is None:
        raise CommandError(f"There is no mirrored repo {name}.")
    return found
