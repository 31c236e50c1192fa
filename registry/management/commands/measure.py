"""`manage.py measure`: take the measures of the ecosystem, now or as of an earlier day."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import Measurement


class Command(BaseCommand):
    """Takes measures, stores them, prints them. Exit status 1 when one could not be taken."""

    help = "Take measures of the ecosystem; the pages and the API show what is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("ids", nargs="*", metavar="ID", help="which; all without any")
        parser.add_argument(
            "--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help="as of the end of a day"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON array")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        from registry.ecosystem import measuring, state

        as_json = options["json"]

        def show(one: Measurement) -> None:
            if not as_json:
                self.stdout.write(_line(one))

        try:
            taken = measuring.measure(options["ids"], options["date"], on_done=show)
        except (state.NotKnown, measuring.Busy, measuring.Faulty) as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps([_object(one) for one in taken], ensure_ascii=False))


def _line(one: Measurement) -> str:
    share = f"{100 * one.share:.2f} %" if one.share is not None else ""
    counts = f"{one.numerator:,}"
    if one.denominator is not None:
        counts += f" of {one.denominator:,}"
    untold = f", {one.unknown:,} could not be told" if one.unknown else ""
    return f"{one.measure:<28}{share:>9}  {counts}{untold}  ({one.seconds:.1f} s)"


def _object(one: Measurement) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "version": one.version,
        "date": one.date.isoformat(),
        "at": one.at.isoformat(timespec="seconds"),
        "numerator": one.numerator,
        "denominator": one.denominator,
        "share": one.share,
        "unknown": one.unknown,
        "unseen": one.unseen,
        "seconds": one.seconds,
        "breakdown": one.breakdown,
    }
