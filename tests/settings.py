"""Settings of the tests: the product's own, with a key of their own and quiet logs."""

import os

from tests import home  # isort: skip  # moves ASSAY_HOME before the product's settings read it

from registry.settings import *  # noqa: F403
from registry.settings import BROKER_URL, DATABASES

SECRET_KEY = "tests-only"
LOGGING = {"version": 1, "disable_existing_loggers": False}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
ASSAY_HUB_BUDGET = "local"  # a test's hub must not live on in the next test's budget

if not os.environ.get("DATABASE_URL"):
    DATABASES["default"]["TEST"] = {"NAME": f"{home.DATABASE}{home.SESSION}"}
if not os.environ.get("BROKER_URL"):
    # Workers of one session run side by side: each empties and counts queues of its own.
    WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    BROKER_URL += f"?virtual_host={(int(home.SESSION) + WORKER * 61) % 255 + 1}"

# So that no test is refused for what the others asked.
ASSAY_LIMIT_API = ASSAY_LIMIT_TOKEN = ASSAY_LIMIT_PAGES = ASSAY_LIMIT_FILES = 1_000_000
