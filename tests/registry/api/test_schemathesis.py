"""The whole API as its own document describes it: no fault, and every answer of the kind it says.

Schemathesis makes the requests out of the document that is served: as it says, and against what it
says. There is a row of every noun, and most requests are for rows that are there. Each request is
undone before the next one. In short form there are a few for each operation, always the same;
under ASSAY_LONG there are many, and others each time.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings as project
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from rest_framework.test import APIClient
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from registry.api.entry import NOUNS
from registry.models import ApiToken, Delivery, Mark, Repo, Scan, Sync
from registry.wsgi import application
from tests import factories, owners
from tests.registry.api.test_nouns import seeded

IS_LONG = bool(os.environ.get("ASSAY_LONG"))
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("schemathesis"),
    pytest.mark.timeout(3600 if IS_LONG else 120),
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = settings(
    max_examples=int(os.environ.get("ASSAY_EXAMPLES", "60")) if IS_LONG else 5,
    derandomize=not IS_LONG,
    phases=[Phase.generate],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def closing(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer a request, and close the answer: nobody reads on."""
    answer = application(environ, start_response)
    with contextlib.closing(answer):
        return list(answer)


# It belongs to the repository; another test sees to it that it is the document that is served.
document = schemathesis.openapi.from_path(project.BASE_DIR / "docs" / "openapi.json")
document.app = closing

MANIFEST = {
    "schema_version": 1,
    "licence": "CC0-1.0",
    "files": [
        {"file": "repos-0000.parquet", "table": "repos", "rows": 1, "bytes": 9, "sha256": "ab" * 32}
    ],
}
# What makes sense in a body, by field: with these whatever is written does succeed.
SENSE: dict[str, Any] = {
    "repo": "alice/sense",
    "revision": "",
    "check": "claim",
    "claim": None,
    "dataset": "alice/digits",
    "scheme": "triggers",
    "split": "train",
    "config": "",
    "images": 5_000,
    "bits": 64,
    "home": "alice/coming",
    "name": "A name",
    "task": "image-classification",
    "selection": "",
    "checks": ["claim"],
    "options": {},
    "schedule": "0 3 * * *",
    "max_repos": 10,
    "max_runs": 10,
    "max_minutes": None,
    "max_bytes": None,
    "max_cost": None,
    "gpu_hour_price": "0",
    "window": 7,
    "url": "https://example.org/hook",
    "events": ["finding.created"],
    "author": "",
    "state": "paused",
}
FINE = {200, 201, 202, 204, 307}
NO_PLAIN_BODY = {"POST /api/v1/marks"}  # but a file; its own tests send one
BODIES = {
    "POST /api/v1/embeddings": ("repo", "dataset", "name", "home"),
    "POST /api/v1/marks/{id}/scan": ("selection",),
    "POST /api/v1/marks/{id}/verify": ("repo",),
    "POST /api/v1/runs": ("repo", "claim"),
    "POST /api/v1/scans": ("name", "checks", "max_runs"),
    "PATCH /api/v1/scans/{id}": ("name",),
    "POST /api/v1/webhooks": ("url", "events"),
    "PATCH /api/v1/webhooks/{id}": ("state",),
}


@pytest.fixture
def headers(settings, tmp_path, broker) -> Iterator[dict[str, str]]:
    """A token that may do everything, where there is a place for what it asks for.

    The test's own transaction stays open over requests, as with Django's client.
    """
    settings.ASSAY_STREAMS_URL = "https://live.example/"
    settings.ASSAY_EXPORTS = str(tmp_path / "exports")
    settings.ASSAY_MARKED = str(tmp_path / "marked")
    secret = factories.token(scopes=list(ApiToken.Scope))[1]
    yield {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def rows_of_all(client: APIClient) -> dict[str, dict[str, str]]:
    """Make a row of each noun; return noun → what stands in its address."""
    seeded()
    sense = factories.revision(factories.repo("alice/sense"))
    SENSE["claim"] = factories.claim(sense).pk
    factories.sync_problem(Sync.objects.get())
    factories.counters(Repo.objects.earliest("pk"))
    owners.match(Mark.objects.get())
    delivery = owners.delivery(state=Delivery.State.FAILED)
    owners.embedded()
    mark = owners.mark()
    waiting = factories.run()
    paused = factories.scan("Paused", state=Scan.State.PAUSED)
    keys = {
        noun.name: {"id": str(client.get(f"/api/v1/{noun.name}").json()["results"][-1]["id"])}
        for noun in NOUNS
        if noun.name != "exports"
    }
    export = Path(project.ASSAY_EXPORTS) / "20261120T120000Z"
    export.mkdir(parents=True)
    (export / "manifest.json").write_text(json.dumps(MANIFEST))
    keys["embeddings"]["path"] = "model.safetensors"
    keys["marks"]["id"] = str(mark.pk)
    keys["runs"]["id"] = str(waiting.pk)
    keys["resume"] = {"id": str(paused.pk)}  # the one thing that others of its noun refuse
    return keys | {"deliveries": {"id": str(delivery.pk)}, "exports": {"name": "latest"}}


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Forget what was written."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Asked:
    """Requests for one operation, and the status of each answer."""

    def __init__(self, operation: Any, headers: dict[str, str], row: dict[str, str]) -> None:
        self.operation = operation
        self.headers = headers
        named = {one.name for one in operation.path_parameters}
        self.row = {name: value for name, value in row.items() if name in named}
        self.codes: list[int] = []
        self.first = ""

    def send(self, case: Any) -> None:
        """Send one. Raises FailureGroup."""
        with undone():
            answer = case.call(headers=self.headers)
        self.codes.append(answer.status_code)
        self.first = self.first or f"{answer.status_code}: {answer.text[:300]}"
        case.validate_response(answer, checks=CHECKS, headers=self.headers)

    def plainly(self) -> None:
        """Ask for the row that is there, and nothing else."""
        body: dict[str, Any] = {}
        if names := BODIES.get(self.operation.label):
            body = {"media_type": "application/json", "body": {one: SENSE[one] for one in names}}
        self.send(self.operation.Case(path_parameters=self.row, **body))

    def examples(self) -> None:
        """Ask as the document says, and otherwise."""
        made = [self.operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

        @EXAMPLES
        @given(case=some.one_of(made), sense=some.sampled_from((0, 1, 2, 3, 3)))
        def each(case: Any, sense: int) -> None:
            if sense:
                case.path_parameters = dict(self.row)
            if sense > 1 and isinstance(case.body, dict):
                known = {name: SENSE[name] for name in set(case.body) & set(SENSE)}
                kept = set(sorted(known)[:: 4 - sense])  # all of them, or every other one
                case.body = case.body | {name: known[name] for name in kept}
            self.send(case)

        each()


def test_every_answer_is_as_the_document_says(headers):
    known = rows_of_all(APIClient(headers=headers))
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    wrong, failed = [], []
    operations: list[Any] = []
    for result in document.get_all_operations():
        assert isinstance(result, Ok), result
        operations.append(result.ok())
    # What is removed from the disk stays away.
    for operation in sorted(operations, key=lambda one: one.method == "delete"):
        names = operation.path.split("/")
        row = known.get("resume" if names[-1] == "resume" else names[3], {})
        asked = Asked(operation, headers, row)
        try:
            asked.plainly()
            asked.examples()
        except BaseExceptionGroup as error:  # what the checks found
            wrong.append(f"{operation.label}\n{error}")
        if asked.codes[0] not in FINE and operation.label not in NO_PLAIN_BODY:
            failed.append(f"{operation.label} {asked.first}")
    assert not wrong, "\n\n".join(wrong)
    # A refusal shows nothing of the answers that others get.
    assert not failed, "\n".join(failed)
