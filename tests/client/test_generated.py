"""The generated client against a running server."""

import importlib.util
import json
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from assay_client import AuthenticatedClient, Client
from assay_client.api.findings import list_findings, read_finding
from assay_client.api.repos import list_repos
from assay_client.api.runs import read_run, request_run
from assay_client.models import Estimate, FindingDetail, Problem, RunRequest
from assay_client.models.paginated_repo_list import PaginatedRepoList
from assay_client.models.run import Run
from tests.client import rows

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("client")]
GENERATOR = Path(settings.BASE_DIR) / "client" / "generate.py"


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("client_generate", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def client(site):
    with Client(base_url=site) as opened:
        yield opened


def test_pages_are_followed_to_the_end(client):
    names: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(10):
        page = list_repos.sync(client=client, author=["carol"], limit=10, sort="name", **cursor)  # type: ignore[arg-type]
        assert isinstance(page, PaginatedRepoList)
        names += [str(repo.name) for repo in page.results]
        if not page.next_:
            break
        cursor = {"cursor": httpx.URL(page.next_).params["cursor"]}
    assert names == [f"carol/many-{number:02}" for number in range(rows.MANY)]


def test_rows_are_read_as_classes(client):
    found = list_findings.sync(client=client, repo="alice/net", verdict="confirmed")
    assert not isinstance(found, Problem | None)
    whole = read_finding.sync(client=client, id=str(found.results[0].id))
    assert isinstance(whole, FindingDetail)  # not a part of one, which ``fields`` would give
    assert isinstance(whole.estimate, Estimate)
    assert (whole.verdict, whole.estimate.value, whole.estimate.n) == ("confirmed", 0.9173, 10_000)


def test_a_problem_is_a_value_with_its_sentence(site, client):
    with AuthenticatedClient(base_url=site, token="assay_wrong") as stranger:
        asked = request_run.sync(client=stranger, body=RunRequest(repo="alice/net"))
    assert isinstance(asked, Problem)
    assert (asked.status, asked.type_) == (401, "/problems#no-token")
    nothing = read_run.sync(client=client, id="999999")
    assert isinstance(nothing, Problem)
    assert nothing.status == 404


def test_a_server_that_knows_a_new_word_is_still_read():
    row = {
        "id": 1,
        "repo": "a/b",
        "repo_id": 2,
        "revision": "c" * 40,
        "claim": None,
        "check": {"id": "claim", "version": 1},
        "options": {},
        "queue": "tpu",
        "note": "",
        "status": "postponed",
        "created_at": "2026-11-20T12:00:00Z",
        "finding": None,
        "field_of_tomorrow": 1,
    }
    assert Run.from_dict(row).status == "postponed"


def test_names_say_what_is_done(generator):
    assert generator.named("repos_list", "repos") == "list_repos"
    assert generator.named("scan_executions_retrieve", "scan-executions") == "read_scan_execution"
    assert generator.named("scans_pause_create", "scans") == "pause_scan"
    assert generator.named("repos_earlier_claims_list", "repos") == "list_repo_earlier_claims"
    assert generator.named("something", "repos") == "something"


def test_no_default_is_sent_and_one_class_stands_for_all_problems(generator):
    document = json.loads(generator.DESCRIPTION.read_text())
    made = generator.prepared(document)
    asked = made["paths"]["/api/v1/repos"]["get"]["parameters"]
    assert all("default" not in one["schema"] for one in asked)
    answers = (one["responses"].get("default") for one in generator.operations(made))
    shared = {json.dumps(one["content"]) for one in answers if one}
    assert len(shared) == 1
    assert '"default": 50' in json.dumps(document)  # its argument is left as it is


def test_a_change_of_any_file_is_noticed(generator, tmp_path):
    for name in ("ours", "theirs"):
        (tmp_path / name / "api").mkdir(parents=True)
        (tmp_path / name / "api" / "one.py").write_text("1\n")
    assert generator.different(tmp_path / "ours", tmp_path / "theirs") == []
    (tmp_path / "ours" / "api" / "one.py").write_text("2\n")
    (tmp_path / "theirs" / "new.py").touch()
    assert generator.different(tmp_path / "ours", tmp_path / "theirs") == ["new.py", "api/one.py"]
