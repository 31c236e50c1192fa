"""`manage.py webhook`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.models import Delivery, Webhook
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.ASSAY_HOME = tmp_path


def webhook(*args):
    out, told = StringIO(), StringIO()
    call_command("webhook", *map(str, args), stdout=out, stderr=told)
    return out.getvalue().strip(), told.getvalue()


def test_it_works():
    factories.user("olga")
    add = ("add", "https://example.org/hook", "--owner", "olga", "--event", "finding.created")
    secret, told = webhook(*add, "--repo", "alice/net")
    made = Webhook.objects.get()
    assert secret.startswith("whsec_")
    assert secret not in told
    assert (made.owner.username, made.repo, made.events) == (
        "olga",
        "alice/net",
        ["finding.created"],
    )
    line = f"{made.pk}  olga  [active]  https://example.org/hook  finding.created"
    assert webhook("list")[0] == webhook("list", "--owner", "olga")[0] == line
    assert webhook("list", "--owner", "bob")[0] == ""
    webhook("test", made.pk)
    assert Delivery.objects.get().event.type == "webhook.test"
    webhook("remove", made.pk)
    for args, words in (
        (("test", made.pk), "There is no webhook"),
        (("add", "http://a.b/", "--owner", "olga", "--event", "run.ended"), "https://"),
        (("add", "https://a.b/", "--owner", "bob", "--event", "run.ended"), "no user 'bob'"),
    ):
        with pytest.raises(CommandError, match=words):
            webhook(*args)
