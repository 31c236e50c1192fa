"""`manage.py export`: write all public tables as Parquet, and the changes of a day as NDJSON."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Writes an export and says what is in it. Exit status 1 when it could not be written."""

    help = "Write the public tables as Parquet; needs pyarrow, which comes with the worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="ASSAY_HOME/exports else")
        parser.add_argument("--json", action="store_true", help="print the manifest")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        from registry.ecosystem.exports import folder

        try:
            from registry.ecosystem.exports import making
        except ModuleNotFoundError as error:
            raise CommandError("Exports need pyarrow: it comes with the worker's image.") from error

        as_json, out = options["json"], options["out"] or folder.place()

        def show(table: str, rows: int) -> None:
            if not as_json:
                self.stdout.write(f"  {table:<14}{rows:>14,} rows")

        try:
            made = making.make(out, on_table=show)
        except making.Busy as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The export could not be written: {error}") from error
        if as_json:
            self.stdout.write(json.dumps({"name": made.name, **made.manifest}, ensure_ascii=False))
        else:
            self.stdout.write(f"{out / made.name}: {len(made.files)} files, {made.bytes:,} bytes")
