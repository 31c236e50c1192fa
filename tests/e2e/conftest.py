"""A browser, and a server with a page in every state for it to look at."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models import Count
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from registry.models import Embedding, Mark, Run, Scan, ScanExecution
from tests import factories, plugins
from tests.e2e import (
    gallery,
    gallery_around,
    gallery_docs,
    gallery_models,
    gallery_places,
    gallery_webhooks,
)

CHROMIUM = os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def browser(django_db_setup) -> Iterator[Browser]:
    """The system's own Chromium; nothing is downloaded.

    Its driver runs an event loop in this thread, where Django refuses to work unless it is told
    to. Hence no longer than a module, after the database is made and until before it is dropped.
    """
    if not CHROMIUM:
        pytest.skip("there is no chromium here: install it, or set ASSAY_CHROMIUM")
    arguments = ["--disable-gpu", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="session")
def screenshots() -> Path | None:
    """The folder of the pictures, which ASSAY_SCREENSHOTS names; without it none are taken."""
    named = os.environ.get("ASSAY_SCREENSHOTS")
    if not named:
        return None
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def site(browser, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """Serve the gallery for all tests of a module; return its address.

    pytest-django's own ``live_server`` empties the tables after each test, which would build the
    gallery anew for each page.
    """
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # A connection that a thread of the server keeps would forbid to drop the database.
        patch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", 0)
        patch.setattr(settings, "ASSAY_EXPORTS", str(tmp_path_factory.mktemp("exports")))
        patch.setattr(settings, "ASSAY_MARKED", str(tmp_path_factory.mktemp("marked")))
        plugins.install(tmp_path_factory.mktemp("plugin"), patch)
        gallery.hang()
        gallery_around.hang(gallery.HOSTILE)
        factories.listed()
        server = LiveServer(HOST)
        yield server.url
        server.stop()
        call_command("flush", interactive=False, verbosity=0)
        connections.close_all()  # the ones of the loop; others see other objects


def of_scans() -> dict[str, str]:
    """Return the addresses of the pages of scans."""
    executions = gallery.scanned()
    scan = executions["done"].scan
    never = Scan.objects.get(name="Never carried out")
    attacked = ScanExecution.objects.get(requested_by=gallery.HOSTILE)
    states = {
        f"execution-show-{state}": f"/scans/{one.scan_id}/{one.pk}"
        for state, one in executions.items()
    }
    return states | {
        "scan-list": "/scans",
        "scan-new": "/scans/new",
        "scan-show": f"/scans/{scan.pk}",
        "scan-show-never": f"/scans/{never.pk}",
        "scan-show-attacked": f"/scans/{attacked.scan_id}",
        "scan-edit": f"/scans/{scan.pk}/edit",
        "execution-show": f"/scans/{scan.pk}/{executions['done'].pk}",
        "execution-show-attacked": f"/scans/{attacked.scan_id}/{attacked.pk}",
    }


@pytest.fixture(scope="module")
def pages(site) -> dict[str, str]:
    """Return the address of a page for each name of an address, and for each state of a run."""
    revision = gallery.found()
    states = {run.status: run.pk for run in Run.objects.filter(revision=revision).order_by("-pk")}
    verdicts = {
        run.finding.verdict: run.pk
        for run in Run.objects.filter(revision=revision, finding__isnull=False)
        .annotate(seen=Count("finding__pictures"))
        .order_by("seen", "pk")  # of those with one verdict, the one with the most pictures
    }
    runs = {f"run-show-{state}": f"/runs/{pk}" for state, pk in (states | verdicts).items()}
    return (
        runs
        | of_scans()
        | gallery_around.pages()
        | gallery_places.addresses()
        | gallery_docs.addresses()
        | {f"mark-show-{mark.pk}": f"/marks/{mark.pk}" for mark in Mark.objects.all()}
        | {
            "home": "/",
            "repo-list": "/models",
            "repo-list-empty": "/models?q=nothing-like-it",
            "repo-list-filtered": "/models?q=resnet&task=image-classification&sort=name",
            "repo-list-misspelt": "/models?q=resnte20",
            "repo-list-by-gap": "/models?sort=gap&verdict=overstated&verdict=confirmed",
            "repo-show": "/models/alice/resnet20-cifar10",
            "check-ask": f"/revisions/{revision.pk}/checks/brightness",
            "repo-show-gated": "/models/meta/gated-net",
            "repo-show-record": "/models/erin/record-only",
            "repo-by-number": f"/models/-/{gallery.attacked().repo_id}",
            "revision-show": f"/models/alice/resnet20-cifar10/@{revision.sha}",
            "repo-history": "/models/alice/resnet20-cifar10/-/history",
            "repo-history-day": "/models/alice/resnet20-cifar10/-/history?day=2026-05-01",
            "repo-history-quiet": "/models/erin/record-only/-/history",
            **gallery_models.addresses(revision, gallery.attacked()),
            "change-list": "/changes",
            "change-list-alerts": "/changes?kind=alerts",
            "run-list": "/runs",
            "run-show": f"/runs/{verdicts['confirmed']}",
            "mark-list": "/marks",
            "mark-show": f"/marks/{Mark.objects.get(name='Disputed').pk}",
            "mark-show-own": f"/marks/{Mark.objects.get(name='Of the staff').pk}",
            "embedding-new": "/embeddings/new",
            "repo-show-copy": "/models/bob/copy",
            "webhook-list": "/webhooks",
            "mirror-show": "/mirror",
            "check-list": "/checks",
            "measure-list": "/ecosystem",
            "measure-show": "/ecosystem/claims",
            "measure-show-sample": "/ecosystem/overstatement",
            "measure-show-hostile": "/ecosystem/models",
            "measure-show-empty": "/ecosystem/signed-commits",
            "measure-show-words": "/ecosystem/permissions",
            "measure-show-day": "/ecosystem/claims?date=2026-11-19",
            "export-list": "/exports",
            "about": "/about",
            "style-guide": "/styleguide",
            "problem-list": "/problems",
            "not-found": "/nothing/here",
        }
    )


@pytest.fixture(scope="module")
def own_pages(site) -> dict[str, str]:
    """Return the addresses that only their owner may read, in each state."""
    found = Embedding.objects.order_by("pk").values_list("state", "pk")
    embeddings = {f"embedding-show-{state}": f"/embeddings/{pk}" for state, pk in found}
    return embeddings | gallery_webhooks.addresses()


@pytest.fixture(scope="module")
def staff(site, django_db_blocker) -> dict[str, str]:
    """Return the session cookie of somebody who may make and drive scans."""
    with django_db_blocker.unblock():  # outside of a test's transaction: the server must see it
        client = Client()
        client.force_login(factories.user("root", is_staff=True))
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site}
