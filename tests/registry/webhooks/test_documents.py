"""The receiver of docs/webhooks.md takes a real message, and refuses a forged one."""

import re
import threading
from typing import Any

import pytest
from django.conf import settings as configured

from registry.models import Webhook
from registry.webhooks import delivering, registering
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_documented_receiver_works(send, capsys):
    text = (configured.BASE_DIR / "docs" / "webhooks.md").read_text()
    (source,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    program: dict[str, Any] = {"__name__": "receiver"}
    exec(source, program)  # noqa: S102 - our own page
    program["Receiver"].log_message = lambda *_: None
    server = program["serve"](0)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    wish = registering.Wish(
        f"http://127.0.0.1:{server.server_address[1]}/", (Webhook.On.FINDING, Webhook.On.RUN)
    )
    webhook, program["SECRET"] = registering.create(factories.user("olga"), wish)
    factories.finding()
    assert send() == 1
    assert capsys.readouterr().out.startswith("finding.created {'api': 'http")
    program["SECRET"] = "whsec_" + "A" * 43 + "="
    registering.test(webhook)
    assert delivering.deliver(webhook.pk) == 0
    assert webhook.deliveries.filter(status_code=401, state="waiting").count() == 1
    server.shutdown()
    server.server_close()


def test_every_event_is_documented():
    text = (configured.BASE_DIR / "docs" / "webhooks.md").read_text()
    for kind in (*Webhook.On.values, registering.TEST):
        assert f"| `{kind}` |" in text
