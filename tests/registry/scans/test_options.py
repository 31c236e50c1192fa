"""Scans of checks with options: asked for, refused, carried out, in every door of the house."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from registry.models import ApiToken, Run, Scan, ScanItem
from registry.scans import control, engine, planning
from registry.scans.asked import Options, read, written
from registry.scans.drafts import Draft, ScanRefused
from tests import factories
from tests.plugins import installed  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installed")]

OPTIONS: Options = {"brightness": {"dataset": "d", "eps": 0.25}}
LINES = ["brightness.dataset = d", "brightness.eps = 0.25"]


def draft(name="weekly", **fields):
    fields = {"checks": ("brightness",), "options": OPTIONS} | fields
    return Draft(name, "q=net", **fields)


def test_it_works():
    for _ in range(2):
        factories.revision(factories.repo())
    factories.listed()
    scan = control.create(draft())
    execution, _ = control.run_now(scan, "alice")
    assert engine.tick().faults == 0
    runs = list(Run.objects.all())
    assert [run.options for run in runs] == [OPTIONS["brightness"]] * 2
    # Another one that asks the same joins them; with other options it does not.
    again, _ = control.run_now(control.create(draft("again")), "alice")
    other = draft("other", options={"brightness": {"dataset": "d"}})
    control.run_now(control.create(other), "alice")
    assert engine.tick().faults == 0
    assert Run.objects.count() == 4
    items = ScanItem.objects.filter(execution=again)
    assert {item.run for item in items} == set(runs)
    assert not any(item.is_own for item in items)
    # What is under way keeps its options when the scan is changed.
    control.change(scan, draft(options=other.options))
    execution.refresh_from_db()
    assert execution.options == OPTIONS


def test_a_plan_knows_what_was_measured_with_the_same_options():
    revision = factories.revision(factories.repo("alice/net"))
    run = factories.run(
        revision,
        check_id="brightness",
        check_version=1,
        options=OPTIONS["brightness"],
        status=Run.Status.DONE,
    )
    factories.finding(run, verdict="measured")
    factories.listed()
    same = planning.dry_run("q=net", ["brightness"], None, Decimal(0), OPTIONS)
    changed: Options = {"brightness": {"dataset": "e"}}
    other = planning.dry_run("q=net", ["brightness"], None, Decimal(0), changed)
    assert (same.runs, same.reused, other.runs, other.reused) == (0, 1, 1, 0)


def test_a_run_that_was_cancelled_ends_its_item():
    factories.revision(factories.repo())
    factories.listed()
    execution, _ = control.run_now(control.create(draft()), "alice")
    engine.tick()
    assert Run.objects.get().cancel("Cancelled by bob.")
    engine.tick()
    item = ScanItem.objects.get(execution=execution)
    assert (item.outcome, item.reason) == ("dead", "Cancelled by bob.")
    execution.refresh_from_db()
    assert execution.is_over


def test_lines_are_read_and_written():
    assert read([*LINES, "", "  "]) == OPTIONS
    assert written(OPTIONS) == LINES
    assert read(written(OPTIONS)) == OPTIONS


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "dataset: This is needed."),
        ({"brightness": {"dataset": "d", "eps": 7}}, "eps: Say at most 1."),
        ({"brightness": {"dataset": "d", "seed": 1}}, "seed: There is no such option"),
        ({"claim": {}} | OPTIONS, "which is not among the checks"),
    ],
)
def test_options_that_are_none_are_refused(options, said):
    with pytest.raises(ScanRefused) as refused:
        control.create(draft(options=options))
    assert said in refused.value.errors["options"]
    assert not Scan.objects.exists()


@pytest.mark.parametrize("line", ["eps = 1", "tarot.eps = 1", "brightness.eps", "= 5", "."])
def test_a_line_of_another_kind_is_refused(line):
    with pytest.raises(ValueError, match=r"CHECK\.OPTION = VALUE"):
        read([line])


def test_on_the_page(client):
    client.force_login(factories.user("root", is_staff=True))
    form = {"name": "weekly", "selection": "/models?q=net", "checks": ["brightness"], "save": ""}
    answer = client.post("/scans/new", form | {"options": "brightness.eps = many"})
    assert answer.status_code == 422
    assert "Say a number" in answer.content.decode()
    assert client.post("/scans/new", form | {"options": "\n".join(LINES)}).status_code == 302
    scan = Scan.objects.get()
    assert scan.options == OPTIONS
    assert LINES[1] in client.get(f"/scans/{scan.pk}").content.decode()
    assert "\n".join(LINES) in client.get(f"/scans/{scan.pk}/edit").content.decode()


def test_in_the_api():
    _, secret = factories.token(factories.user("carol"), scopes=[ApiToken.Scope.SCANS])
    carol = APIClient(headers={"authorization": f"Bearer {secret}"})
    body = {"name": "weekly", "selection": "q=net", "checks": ["brightness"]}
    refused = carol.post("/api/v1/scans", body, format="json")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/options"
    made = carol.post("/api/v1/scans", body | {"options": OPTIONS}, format="json")
    assert (made.status_code, made.json()["options"]) == (201, OPTIONS)


def test_in_a_terminal():
    out = StringIO()
    make = ["create", "weekly", "--select", "q=net", "--check", "brightness"]
    with pytest.raises(CommandError, match="no line of the kind"):
        call_command("scan", *make, "--option", "eps=1", stdout=out)
    with pytest.raises(CommandError, match="eps: Say a number"):
        call_command("scan", *make, "--option", "brightness.eps=x", stdout=out)
    pairs = [part for line in LINES for part in ("--option", line)]
    call_command("scan", *make, *pairs, stdout=out)
    assert Scan.objects.get().options == OPTIONS
