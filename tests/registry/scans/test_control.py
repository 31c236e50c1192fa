"""What people do with scans, also two of them at once."""

import threading

import pytest
from django.db import connection

from registry.models import Scan, ScanExecution
from registry.scans import control, selection
from registry.scans.control import NotNow
from registry.scans.drafts import Draft, ScanRefused
from tests import factories

State = ScanExecution.State


@pytest.mark.django_db(transaction=True)
def test_two_who_press_run_now_at_once_begin_one_execution():
    scan = factories.scan()
    line, got = threading.Barrier(6), []

    def press():
        line.wait()
        try:
            got.append(control.run_now(scan, "alice"))
        finally:
            connection.close()

    people = [threading.Thread(target=press) for _ in range(6)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len({execution.pk for execution, _ in got}) == 1
    assert sorted(is_new for _, is_new in got) == [False] * 5 + [True]


@pytest.mark.django_db
def test_all_that_is_wrong_is_said_at_once():
    draft = Draft("", "colour=red", ("tarot",), "x", max_runs=0, window=0)
    with pytest.raises(ScanRefused) as refused:
        control.create(draft)
    assert set(refused.value.errors) == {
        "name",
        "selection",
        "checks",
        "schedule",
        "max_runs",
        "window",
    }
    assert not Scan.objects.exists()


@pytest.mark.django_db
def test_a_name_is_free_again_after_a_scan_was_removed():
    scan = control.create(Draft("weekly", "q=net", ("claim",)))
    control.remove(scan)
    assert control.create(Draft("weekly", "q=net", ("claim",))).pk != scan.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        control.pause,
        control.resume,
        control.remove,
        lambda scan: control.stop(scan, "alice"),
        lambda scan: control.run_now(scan, "alice"),
        lambda scan: control.change(scan, Draft.of(scan)),
    ],
)
def test_a_scan_that_was_removed_meanwhile_is_not_driven(act):
    scan = factories.scan()
    control.remove(scan)
    with pytest.raises(NotNow, match="The scan was removed"):
        act(scan)


@pytest.mark.django_db
def test_what_is_under_way_is_stopped_with_its_scan():
    scan = factories.scan()
    execution, _ = control.run_now(scan, "alice")
    control.remove(scan)
    execution.refresh_from_db()
    assert (execution.state, execution.reason) == (State.STOPPED, "The scan was removed.")


@pytest.mark.django_db
def test_a_change_keeps_what_an_execution_began_with():
    scan = factories.scan(selection="q=net")
    execution, _ = control.run_now(scan, "alice")
    draft = Draft.of(scan)
    draft.selection = "q=other"
    control.change(scan, draft)
    execution.refresh_from_db()
    assert execution.selection == "q=net"


# -- selections


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("/models", ""),
        ("q=a+b&task=x", "q=a+b&task=x"),
        ("?q=net", "q=net"),
        ("/models?q=net&sort=name&cursor=abc", "q=net"),
        ("https://assay.example/models?verdict=overstated", "verdict=overstated"),
        ("q=%3Cb%3E&task=", "q=%3Cb%3E"),
        ("task=y&task=x&licence=mit", "task=x&task=y&licence=mit"),
    ],
)
def test_an_address_becomes_a_selection(text, kept):
    assert selection.read(text) == kept


@pytest.mark.parametrize(
    "text",
    ["net", "/runs?status=done", "q=a\0b", "q=" + "x" * 3000, "licenze=mit", "verdict=nonsense"],
)
def test_what_is_no_selection_is_refused(text):
    with pytest.raises(selection.BadSelection):
        selection.read(text)


@pytest.mark.django_db
def test_selected_repos_come_in_order_and_in_pages():
    wanted = [factories.repo(f"alice/net-{n}", pipeline_tag="x") for n in range(5)]
    factories.repo("alice/net-private", pipeline_tag="x", is_private=True)
    factories.repo("alice/net-gone", pipeline_tag="x", state="gone")
    factories.repo("alice/other", pipeline_tag="x")
    factories.listed()
    keys = [repo.pk for repo in wanted]
    assert selection.repo_ids("q=net+alice&task=x", 0, 3) == keys[:3]
    assert selection.repo_ids("q=net+alice&task=x", keys[2], 3) == keys[3:]
    assert selection.count("q=net", 100) == 5
    assert selection.count("q=net", 4) == 4


@pytest.mark.django_db
def test_a_selection_by_verdict_means_the_heads():
    finding = factories.finding(verdict="overstated")
    old = factories.finding(verdict="overstated")
    old.run.revision.repo.head_sha = "f" * 40
    old.run.revision.repo.save()
    factories.listed()
    assert selection.repo_ids("verdict=overstated", 0, 9) == [finding.run.revision.repo_id]
