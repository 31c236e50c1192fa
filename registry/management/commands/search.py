"""`manage.py search`: bring the listings of search up to date, or make all of them anew."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from registry import search
from registry.watching import Line


class Command(BaseCommand):
    """Refreshes what is stale and says how much that was."""

    help = "Bring the listings of search up to date with what is mirrored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--rebuild", action="store_true", help="make all listings and counts anew"
        )

    def handle(self, **options: Any) -> None:
        """Run the command."""
        line, started = Line(None), time.monotonic()
        try:
            if options["rebuild"]:
                done = search.rebuild(on_progress=lambda n: line.show(f"{n:>10,} repos"))
            else:
                done = search.refresh()
        finally:
            line.clear()
        seconds = time.monotonic() - started
        self.stdout.write(f"{done:,} repos looked at in {seconds:.1f} s")
