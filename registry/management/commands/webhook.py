"""`manage.py webhook`: list, add, test and remove webhooks."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.views.decorators.debug import sensitive_variables

from registry.models import Webhook
from registry.webhooks import registering


class Command(BaseCommand):
    """Drives webhooks from a terminal; a secret is printed once."""

    help = "List, add, test and remove webhooks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the actions and their options."""
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="one line for each")
        listing.add_argument("--owner", default="", metavar="U")
        add = actions.add_parser("add", help="make one, and print its secret")
        add.add_argument("url", metavar="URL")
        add.add_argument("--owner", required=True, metavar="U")
        add.add_argument(
            "--event", action="append", required=True, choices=Webhook.On.values, metavar="E"
        )
        for name in ("repo", "author", "check"):
            add.add_argument(f"--{name}", default="", help=f"only what is about this {name}")
        for name, words in (("test", "send a test message"), ("remove", "with its log")):
            actions.add_parser(name, help=words).add_argument("number", type=int, metavar="N")

    def handle(self, **options: Any) -> None:
        """Run the command."""
        try:
            getattr(self, f"_{options['action']}")(options)
        except (registering.WebhookRefused, registering.NotNow) as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        found = Webhook.objects.select_related("owner").order_by("pk")
        if options["owner"]:
            found = found.filter(owner__username=options["owner"])
        for one in found.iterator():
            heard = ", ".join(one.events)
            reason = f"  {one.reason}" if one.reason else ""
            self.stdout.write(f"{one.pk}  {one.owner}  [{one.state}]  {one.url}  {heard}{reason}")

    @sensitive_variables("secret")
    def _add(self, options: dict[str, Any]) -> None:
        users = get_user_model()._default_manager
        owner = users.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user {options['owner']!r}.")
        filters = {name: options[name] for name in ("repo", "author", "check")}
        wish = registering.Wish(options["url"], tuple(options["event"]), **filters)
        made, secret = registering.create(owner, wish)
        self.stderr.write(f"Webhook {made.pk} of {owner}; its secret, shown this once:")
        self.stdout.write(secret)

    def _test(self, options: dict[str, Any]) -> None:
        registering.test(self._found(options))
        self.stderr.write("A test is on its way.")

    def _remove(self, options: dict[str, Any]) -> None:
        registering.remove(self._found(options))
        self.stderr.write("Removed.")

    def _found(self, options: dict[str, Any]) -> Webhook:
        found = Webhook.objects.filter(pk=options["number"]).first()
        if found is None:
            raise CommandError(f"There is no webhook {options['number']}.")
        return found
