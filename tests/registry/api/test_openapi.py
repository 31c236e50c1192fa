"""The OpenAPI document."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from registry.api.entry import NOUNS

COMMAND = "manage.py spectacular --format openapi-json --file docs/openapi.json"


def generated():
    out = StringIO()
    call_command("spectacular", format="openapi-json", fail_on_warn=True, validate=True, stdout=out)
    return out.getvalue()


def test_the_committed_document_is_the_one_that_the_code_describes():
    committed = (settings.BASE_DIR / "docs" / "openapi.json").read_text()
    assert json.loads(committed) == json.loads(generated()), f"run {COMMAND}"


@pytest.mark.django_db
def test_it_is_served(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    described = json.loads(answer.content)
    assert described["openapi"] == "3.1.0"
    rows = {f"/api/v1/{noun.name}" for noun in NOUNS}
    rows |= {f"/api/v1/{n.name}/{{{'name' if n.name == 'exports' else 'id'}}}" for n in NOUNS}
    driven = {f"/api/v1/scans/{{id}}/{act}" for act in ("run", "pause", "resume", "stop")}
    driven.add("/api/v1/runs/{id}/cancel")
    driven |= {f"/api/v1/marks/{{id}}/{act}" for act in ("matches", "verify", "scan")}
    driven |= {f"/api/v1/webhooks/{{id}}/{act}" for act in ("test", "rotate", "deliveries")}
    driven |= {f"/api/v1/deliveries/{{id}}{tail}" for tail in ("", "/replay")}
    driven |= {
        f"/api/v1/{noun}/{{id}}/events" for noun in ("runs", "scan-executions", "embeddings")
    }
    others = ["facets", "keys", "mirror"]
    others += ["repos/{id}/counters", "repos/{id}/earlier-claims"]
    others += ["syncs/{id}/problems", "embeddings/{id}/files/{path}"]
    assert set(described["paths"]) == rows | driven | {f"/api/v1/{path}" for path in others}
    ask = described["paths"]["/api/v1/runs"]["post"]
    assert set(ask["responses"]) == {"200", "202", "default"}
    assert ask["security"] == [{"token": []}]
    upload = described["paths"]["/api/v1/marks"]["post"]["requestBody"]["content"]
    assert set(upload) == {"multipart/form-data"}
