"""`manage.py token NAME --user U --scope runs`: make a token for the API."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from registry.models import ApiToken

LONGEST_DAYS = 3650


class Command(BaseCommand):
    """Prints the secret once; only its digest is stored."""

    help = "Make a token for the API. Its secret is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", metavar="NAME", help="what it is for, to tell it from others")
        parser.add_argument("--user", required=True, metavar="U", help="made where missing")
        parser.add_argument(
            "--scope", action="append", default=[], choices=ApiToken.Scope.values, metavar="S"
        )
        parser.add_argument("--days", type=int, default=90, metavar="N", help="until it expires")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        if not 1 <= options["days"] <= LONGEST_DAYS:
            raise CommandError(f"--days is {options['days']}; say 1 to {LONGEST_DAYS}.")
        users = get_user_model()._default_manager
        user, created = users.get_or_create(username=options["user"])
        if created:
            user.set_unusable_password()
            user.save()
        token, secret = ApiToken.issue(
            user, options["name"], options["scope"], timedelta(days=options["days"])
        )
        may = ", ".join(token.scopes) or "reading only"
        self.stderr.write(f"Token {token.name!r} of {user} ({may}), shown this once:")
        self.stdout.write(secret)
