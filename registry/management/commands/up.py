"""``manage.py up``: all of Assay on this machine, until Ctrl-C."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry import supervisor
from registry.embedded import EmbeddedError


class Command(BaseCommand):
    """Start servers, web, beat and workers, and keep them running."""

    help = "Run Assay on this machine: database, broker, web, beat and workers, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument(
            "--streams-port", type=int, default=0, help="port of the stream server: the next one"
        )
        parser.add_argument("--hub", type=Path, metavar="FOLDER", help="also serve this folder")
        parser.add_argument("--hub-port", type=int, default=8001, help="port of the folder's hub")
        parser.add_argument(
            "--mirror", action="store_true", help="keep a mirror of the hub by itself"
        )
        parser.add_argument(
            "--no-workers", dest="workers", action="store_false", help="web only, no beat either"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Run until SIGINT or SIGTERM."""
        if options["hub"] is not None and not options["hub"].is_dir():
            raise CommandError(f"There is no folder {options['hub']}.")
        names = ("host", "port", "streams_port", "hub", "hub_port", "workers", "mirror")
        asked = supervisor.Options(**{name: options[name] for name in names})
        say = partial(supervisor.print_line, self.stdout)
        try:
            supervisor.Supervisor(asked, say).run()
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
