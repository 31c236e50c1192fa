"""`manage.py demo`: everything at once, on models that are built here in a minute."""

import contextlib
import functools
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import connection

from registry import services, supervisor, watching
from registry.embedded import EmbeddedError
from registry.hub.problems import HubProblem
from registry.hub.sync import mirror
from registry.models import Repo, Run


class Command(BaseCommand):
    """Builds the demo hub, serves it, mirrors it, measures every claim, stays up until Ctrl-C."""

    help = "Start everything on a demo hub and measure what its models claim."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--hub-port", type=int, default=8001)
        parser.add_argument(
            "--datasets", metavar="FOLDER", help="more datasets for the hub, as <org>/<name>/…"
        )
        parser.add_argument("--once", action="store_true", help="leave when all runs have ended")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        folder = settings.ASSAY_HOME / "demo-hub"
        self._build(folder, options["datasets"])
        say = functools.partial(supervisor.print_line, self.stdout)
        asked = supervisor.Options(port=options["port"], hub=folder, hub_port=options["hub_port"])
        running = supervisor.Supervisor(asked, say)
        # Signals belong to the main thread, and so to the supervisor; the tour runs beside it.
        tour = threading.Thread(target=self._tour, args=[running, options["once"]], daemon=True)
        tour.start()
        try:
            running.run()
        except EmbeddedError as error:
            raise CommandError(str(error)) from error

    def _build(self, folder: Path, datasets: str | None) -> None:
        """Build the demo hub in a process of its own: it needs torch, this one does not."""
        command = [sys.executable, "-m", "workers.demo.build", str(folder)]
        if datasets:
            command += ["--datasets", datasets]
        if subprocess.run(command, check=False, cwd=settings.BASE_DIR).returncode:  # noqa: S603
            raise CommandError("The demo hub could not be built; the lines above say why.")

    def _tour(self, running: supervisor.Supervisor, only_once: bool) -> None:
        """Mirror and measure as soon as everything is up."""
        while not running.is_ready and not running.asked_to_stop:
            time.sleep(0.1)
        try:
            if not running.asked_to_stop:
                self._measure(running)
        except (HubProblem, DatabaseError) as error:
            if not running.asked_to_stop:  # else the services are going, which is no news
                self.stderr.write(str(error))
        finally:
            connection.close()
        if only_once:
            running.ask_to_stop()

    def _count(self) -> None:
        """Count what the schedule counts each ten minutes and each night, so no page is empty."""
        from registry.ecosystem import boards, datasets, measuring

        with contextlib.suppress(measuring.Busy, measuring.Faulty):  # the schedule was first
            if datasets.recount() >= 0:
                boards.remake()
            measuring.measure()

    def _measure(self, running: supervisor.Supervisor) -> None:
        """Mirror the hub, wait for every run on it, say where to look."""
        hub = f"http://127.0.0.1:{running.options.hub_port}"
        sync = mirror(hub)
        running.say(f"Mirrored {hub}: {sync.seen} models, {sync.failed} could not be read.")
        runs: list[Run] = []
        for repo in Repo.objects.listed().filter(hub__url=hub).order_by("name"):
            revision = repo.revisions.filter(sha=repo.head_sha).first()
            if revision is not None:
                runs += services.request_checks(revision, requested_by="demo")
        running.say(f"Measuring {len(runs)} claims.")

        def is_wanted() -> bool:
            return not running.asked_to_stop

        if watching.wait(runs, is_wanted=is_wanted):
            self._count()
            running.say(
                f"\nAll {len(runs)} runs have ended. Open {running.address()}/ in a browser."
                " Ctrl-C ends everything."
            )
