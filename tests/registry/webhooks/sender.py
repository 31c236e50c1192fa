"""A sender in a process of its own, on the database of the test that starts it."""

import sys
from pathlib import Path

import django
from django.conf import settings

if __name__ == "__main__":
    database, home, webhook = sys.argv[1:]
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    settings.ASSAY_HOME = Path(home)
    settings.ASSAY_WEBHOOK_PRIVATE = True
    from registry.webhooks import delivering

    delivering.deliver(int(webhook))
