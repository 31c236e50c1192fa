"""The pages of scans."""

import re

import pytest
from django.urls import reverse

from registry.models import Finding, Repo, Run, Scan, ScanExecution, ScanItem
from tests import factories

pytestmark = pytest.mark.django_db

NEW = "/scans/new"
FORM = {
    "name": "weekly",
    "selection": "/models?q=net",
    "checks": ["claim"],
    "schedule": "0 3 * * 1",
}


@pytest.fixture
def staff(client):
    """A client of somebody who may make and drive scans."""
    client.force_login(factories.user("root", is_staff=True))
    return client


def act(client, scan, action):
    return client.post(f"/scans/{scan.pk}/do/{action}")


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_it_works(read):
    scan = factories.scan("weekly", schedule="0 3 * * 1", selection="task=image-classification")
    execution = factories.execution(scan, state=ScanExecution.State.DONE, repos=7, begun=3)
    factories.scan_item(execution, factories.finding().run, outcome=ScanItem.Outcome.MEASURED)
    page = read("/scans")
    for words in (
        "weekly",
        "At 03:00, only on Monday, UTC",
        "Done",
        "1 with a finding, 0 without.",
    ):
        assert words in page.text
    assert f"/scans/{scan.pk}" in page.links()
    assert f"/scans/{scan.pk}/{execution.pk}" in page.links()


def test_an_empty_list_shows_an_example(read):
    page = read("/scans")
    assert "No scans yet" in page.text
    assert "manage.py scan create monday" in page.text


def test_a_list_takes_as_many_queries_for_one_as_for_twenty(queries_of):
    factories.execution(factories.scan())
    one = queries_of("/scans")
    for _ in range(19):
        factories.execution(factories.scan())
    assert queries_of("/scans") == one


def test_a_scan_shows_its_executions_with_their_difference(read):
    scan = factories.scan(max_bytes=3 << 30, max_minutes=90)
    missed = factories.execution(
        scan, state=ScanExecution.State.MISSED, slot=factories.NOON, reason="It was too late."
    )
    counts = {"changed": 1, "new": 2, "vanished": 3, "same": 4}
    factories.execution(
        scan,
        state=ScanExecution.State.DONE,
        difference={"against": missed.pk, "counts": counts, "rows": []},
    )
    text = read(f"/scans/{scan.pk}").text
    for words in (
        "Missed It was too late.",
        "1 changed, 2 new, 3 vanished",
        "20 Nov 2026, 12:00:00 UTC by its schedule",
        "200 runs · 90 minutes of measuring · 3.0 GiB to download",
    ):
        assert words in text


def test_an_execution_says_what_could_not_be_done_and_why(read):
    execution = factories.execution(repos=4)
    for _ in range(2):
        run = factories.run(status=Run.Status.UNSUPPORTED, code="split", reason="No such split.")
        factories.scan_item(
            execution, run, outcome=ScanItem.Outcome.UNSUPPORTED, reason="No such split."
        )
    factories.scan_item(
        execution,
        repo=factories.repo(),
        outcome=ScanItem.Outcome.REFUSED,
        reason="It claims nothing.",
    )
    planned = factories.claim()
    factories.scan_item(
        execution, repo=planned.revision.repo, claim=planned, expected_bytes=1 << 20
    )
    text = read(f"/scans/{execution.scan_id}/{execution.pk}").text
    for words in (
        "For instance: No such split. Not measurable split 2",
        "It claims nothing. No run possible 1",
        "3 ended; 0 under way; 1 or more to begin.",
        "Still expected of what is planned: 1 runs, a time not known yet, 1.0 MiB to download.",
        "Runs 0 of 200",
        "not measurable 2",
    ):
        assert words in text, words


def test_only_one_outcome_is_shown_where_the_address_says_so(read):
    execution = factories.execution()
    finding = factories.finding(verdict=Finding.Verdict.OVERSTATED)
    factories.scan_item(execution, finding.run, outcome=ScanItem.Outcome.MEASURED)
    factories.scan_item(execution, repo=factories.repo("bob/other"))
    address = f"/scans/{execution.scan_id}/{execution.pk}"
    assert "bob/other" in read(address).text
    text = read(f"{address}?outcome=measured").text
    assert "Overstated" in text
    assert "bob/other" not in text
    Repo.objects.filter(name="bob/other").update(is_private=True)
    assert "bob/other" not in read(address).text


def test_the_difference_links_both_runs_and_leaves_private_repos_out(read):
    scan = factories.scan()
    before, after = factories.finding(), factories.finding(verdict=Finding.Verdict.OVERSTATED)
    hidden = factories.repo("carol/secret", is_private=True)
    row = {
        "kind": "changed",
        "check": "claim",
        "metric": "Accuracy",
        "dataset": "CIFAR-10",
        "before": "confirmed",
        "after": "overstated",
        "before_run": before.run_id,
        "after_run": after.run_id,
    }
    rows = [
        row | {"repo_id": after.run.revision.repo_id, "repo": after.run.revision.repo.name},
        row | {"repo_id": hidden.pk, "repo": "carol/secret"},
    ]
    first = factories.execution(scan, state=ScanExecution.State.DONE)
    counts = {"changed": 2, "new": 0, "vanished": 0, "same": 0}
    execution = factories.execution(
        scan, difference={"against": first.pk, "counts": counts, "rows": rows}
    )
    page = read(f"/scans/{scan.pk}/{execution.pk}")
    assert "2 verdicts changed" in page.text
    assert "carol/secret" not in page.text
    assert {f"/runs/{before.run_id}", f"/runs/{after.run_id}"} <= set(page.links())


def test_an_execution_is_followed_only_where_the_reader_asks(client):
    going = factories.execution()
    over = factories.execution(factories.scan(), state=ScanExecution.State.DONE)
    address = f"/scans/{going.scan_id}/{going.pk}"
    assert "Refresh" not in client.get(address)
    assert client.get(f"{address}?follow=1")["Refresh"] == "4"
    assert client.get(f"/scans/{going.scan_id}?follow=1")["Refresh"] == "4"
    assert "Refresh" not in client.get(f"/scans/{over.scan_id}/{over.pk}?follow=1")


@pytest.mark.parametrize("path", ["/scans/9", "/scans/9/1", "/scans/9/edit"])
def test_what_is_not_there(read, path):
    assert "There is no scan of this number." in read(path, status=404).text


def test_a_removed_scan_is_not_shown(read):
    scan = factories.scan("gone soon", state=Scan.State.REMOVED)
    assert "gone soon" not in read("/scans").text
    read(f"/scans/{scan.pk}", status=404)


@pytest.mark.parametrize("path", ["/scans?cursor=x", "/scans/{}?cursor=x", "/scans/{}/{}?cursor=x"])
def test_a_cursor_that_is_none_of_this_list_is_refused(read, path):
    execution = factories.execution()
    text = read(path.format(execution.scan_id, execution.pk), status=400).text
    assert "This cursor is not one of this list." in text


def test_the_form_shows_the_plan_before_it_saves(staff):
    factories.claim(factories.revision(factories.repo("alice/net")))
    factories.revision(factories.repo("bob/net"))
    factories.listed()
    answer = staff.post(NEW, FORM | {"try": "", "max_runs": "200"})
    text = text_of(answer)
    for words in (
        "Models 2",
        "Runs 1",
        "Cannot be measured 1",
        "Measuring not known yet",
        "At 03:00, only on Monday, UTC",
        "1 of 2 models: It claims nothing that could be read.",
    ):
        assert words in text, words
    assert not Scan.objects.exists()


def test_a_plan_says_that_the_budget_is_too_small(staff):
    for _ in range(3):
        factories.claim(factories.revision(factories.repo()))
    factories.listed()
    text = text_of(staff.post(NEW, FORM | {"try": "", "max_runs": "2"}))
    assert "More than the budget: runs." in text


def test_a_selection_that_matches_nothing_is_said(staff):
    text = text_of(staff.post(NEW, FORM | {"try": "", "selection": "/models?q=nothing-like-it"}))
    assert "No model matches the selection today." in text


def test_a_scan_is_saved(staff):
    answer = staff.post(NEW, FORM | {"save": "", "max_gib": "1.5", "max_runs": "7"})
    scan = Scan.objects.get()
    assert answer["Location"] == f"/scans/{scan.pk}"
    assert (scan.name, scan.selection, scan.schedule) == ("weekly", "q=net", "0 3 * * 1")
    assert (scan.max_bytes, scan.max_runs, scan.owner) == (3 << 29, 7, factories.user("root"))


def test_a_scan_is_changed_and_its_form_is_filled_in(staff):
    scan = factories.scan("weekly", max_bytes=3 << 29, selection="q=net")
    shown = staff.get(f"/scans/{scan.pk}/edit").content.decode()
    for value in ('value="weekly"', 'value="1.500"', 'value="/models?q=net"', 'value="200"'):
        assert value in shown
    staff.post(f"/scans/{scan.pk}/edit", FORM | {"save": "", "max_runs": "9"})
    scan.refresh_from_db()
    assert (scan.max_runs, scan.max_bytes, scan.schedule) == (9, None, "0 3 * * 1")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"schedule": "0 3 31 2 *"}, "never occurs"),
        ({"schedule": "* * * * *"}, "the shortest distance is 5 minutes"),
        ({"schedule": "every day"}, "A schedule has five fields"),
        ({"checks": ["tarot"]}, "tarot is not one of the available choices"),
        ({"max_runs": "0"}, "Say a whole number from 1"),
        ({"max_minutes": "-5"}, "Say a whole number from 1"),
        ({"max_gib": "-1"}, "Say a whole number from 1"),
        ({"max_gib": "1e99"}, "less than or equal to"),
        ({"max_cost": "5"}, "needs the price of a GPU hour"),
        ({"max_cost": "NaN"}, "Enter a number."),
        ({"gpu_hour_price": "-1"}, "Say a price of 0 or more."),
        ({"selection": "/models"}, "This selects every model."),
        ({"selection": "/models?colour=red"}, "A search has no filter “colour”"),
        ({"selection": "https://elsewhere.example/papers"}, "Paste the address of a search"),
        ({"window": "0"}, "Say a number of runs from 1 to 200."),
        ({"name": " "}, "This field is required."),
        ({"name": "a\u202eb"}, "Give the scan a name"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_saved(staff, fields, words):
    answer = staff.post(NEW, FORM | fields | {"save": ""})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Scan.objects.exists()


def test_two_scans_have_two_names(staff):
    factories.scan("weekly")
    answer = staff.post(NEW, FORM | {"save": "", "max_runs": "5"})
    assert "There is a scan of this name already." in text_of(answer)


def test_buttons_drive_a_scan(staff):
    scan = factories.scan()
    answer = act(staff, scan, "run")
    assert answer["Location"] == reverse("web:scan-show", args=[scan.pk])
    assert scan.executions.get().requested_by == "root"
    assert "An execution begins." in text_of(staff.get(answer["Location"]))
    act(staff, scan, "run")
    assert "It is under way already." in text_of(staff.get(answer["Location"]))
    for action, state in (("pause", "paused"), ("resume", "planning"), ("stop", "running")):
        act(staff, scan, action)
        assert scan.executions.get().state == state
    act(staff, scan, "remove")
    assert not Scan.objects.kept().exists()


def test_what_cannot_be_done_now_is_said(staff):
    scan = factories.scan()
    act(staff, scan, "stop")
    said = text_of(staff.get(f"/scans/{scan.pk}"))
    assert "No execution of this scan is under way." in said
    assert act(staff, scan, "explode").status_code == 404


@pytest.mark.parametrize("action", ["run", "pause", "resume", "stop", "remove"])
def test_strangers_drive_nothing(client, action):
    scan = factories.scan()
    assert "/admin/login/" in act(client, scan, action)["Location"]
    client.force_login(factories.user("bob"))
    assert act(client, scan, action).status_code == 403
    assert client.get(f"/scans/{scan.pk}/do/{action}").status_code == 405
    assert (Scan.objects.get().state, ScanExecution.objects.count()) == ("active", 0)


def test_strangers_make_nothing(client):
    assert "Only staff" in text_of(client.get(NEW))
    assert "/admin/login/" in client.post(NEW, FORM | {"save": ""})["Location"]
    client.force_login(factories.user("bob"))
    assert client.post(NEW, FORM | {"try": ""}).status_code == 403
    assert not Scan.objects.exists()
    assert "Run now" not in text_of(client.get(f"/scans/{factories.scan().pk}"))


def test_a_post_from_another_site_is_refused():
    from django.test import Client

    careful = Client(enforce_csrf_checks=True)
    careful.force_login(factories.user("root", is_staff=True))
    scan = factories.scan()
    assert act(careful, scan, "run").status_code == 403
    assert not scan.executions.exists()
