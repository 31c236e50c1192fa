"""`manage.py docs`: write the documentation as files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.web import doc_files


class Command(BaseCommand):
    """Writes the pages of /docs into a folder. They open without a server."""

    help = "Write the documentation as files that open without a server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--out", type=Path, metavar="FOLDER", required=True)

    def handle(self, **options: Any) -> None:
        """Run the command."""
        out: Path = options["out"]
        try:
            number = doc_files.write(out)
        except OSError as error:
            raise CommandError(f"The documentation could not be written: {error}") from error
        self.stdout.write(f"{number} documents: {(out / doc_files.INDEX).absolute()}")
