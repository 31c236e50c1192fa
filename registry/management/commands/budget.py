"""`manage.py budget`: how many calls the hubs still allow."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from registry.hub.status import Allowance, allowances


class Command(BaseCommand):
    """Prints the windows of all hubs that count calls."""

    help = "Show what is left of each hub's allowance of calls, and until when."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        found = allowances()
        if options["json"]:
            rows = [asdict(one) for one in found]
            self.stdout.write(json.dumps(rows, cls=DjangoJSONEncoder))
            return
        if not found:
            self.stdout.write("No hub that was asked so far counts calls.")
        for one in found:
            self.stdout.write(_line(one))


def _line(one: Allowance) -> str:
    if one.left is None:
        left = "no quota is known"
    else:
        until = f" until {one.until:%H:%M:%S} UTC" if one.until else ""
        left = f"{one.left:,} of {one.quota:,} left{until}"
    blocked = f", nothing before {one.blocked_until:%H:%M:%S} UTC" if one.blocked_until else ""
    refused = f", {one.refused:,} refused so far" if one.refused else ""
    place = f"{one.origin} {one.identity} {one.bucket}"
    return f"{place}: {left}{blocked}, {one.rate:,.0f} a minute{refused}"
