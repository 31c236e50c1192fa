"""What tests of webhooks share."""

import pytest

from registry.api import messages
from registry.models import Webhook
from registry.webhooks import delivering, outbox, registering
from tests import factories
from tests.receivers import Receiver


@pytest.fixture
def receiver():
    listening = Receiver()
    yield listening
    listening.close()


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    """Let messages go to this machine, and have keys of the test's own."""
    settings.ASSAY_WEBHOOK_PRIVATE = True
    settings.ASSAY_HOME = tmp_path


@pytest.fixture
def make(receiver):
    """Make a webhook that leads to the receiver; return it with its secret."""

    def made(*events, **filters):
        wish = registering.Wish(receiver.url, events or (Webhook.On.FINDING,), **filters)
        return registering.create(factories.user("olga"), wish)

    return made


@pytest.fixture
def send():
    """Do what tick and worker do: expand what happened, send what is due; return what went."""

    def sent():
        outbox.expand(messages.of)
        return sum(delivering.deliver(pk) for pk in Webhook.objects.values_list("pk", flat=True))

    return sent
