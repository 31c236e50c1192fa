"""Which marks a run looks for."""

import pytest

from registry import marks, replaying, services
from registry.models import Mark, Run, ScanItem
from registry.scans import control, copies, engine
from registry.scans.drafts import Draft, ScanRefused
from tests import factories, owners

pytestmark = pytest.mark.django_db


def ask(revision=None, **asked):
    run, _ = services.request_run(revision or factories.revision(), marks.CHECK, asked=asked)
    return run


def test_it_works():
    one, two = owners.mark(), owners.mark()
    run = ask(marks=f" {two.pk},{one.pk} {two.pk}")
    assert run.options == {"marks": f"{one.pk},{two.pk}"}
    assert ask(run.revision, marks=f"{one.pk}, {two.pk}") == run
    assert ask(run.revision) == run  # all there are


def test_without_a_choice_it_is_all_ready_ones_of_the_task():
    wanted = [owners.mark() for _ in range(2)]
    owners.mark(state=Mark.State.NEW)
    owners.mark(state=Mark.State.REFUSED)
    owners.mark(task="audio-classification")
    marks.withdraw(owners.mark())
    run = ask()
    assert run.options == {"marks": ",".join(str(mark.pk) for mark in wanted)}


def test_a_new_mark_makes_a_new_run():
    owners.mark()
    run = ask()
    assert ask(run.revision) == run
    late = owners.mark()
    again = ask(run.revision)
    assert again != run
    assert again.options["marks"].endswith(f",{late.pk}")


def test_of_many_the_newest_are_taken_and_the_rest_is_counted(monkeypatch):
    monkeypatch.setattr("registry.marks.asking.MOST", 3)
    made = [owners.mark() for _ in range(5)]
    newest = ",".join(str(mark.pk) for mark in made[2:])
    assert ask().options == {"marks": newest, "marks_left_out": 2}
    with pytest.raises(services.RequestRefused, match="at most 3 marks"):
        ask(marks=",".join(str(mark.pk) for mark in made))


@pytest.mark.parametrize("text", ["x", "1,", "1;2", "-3", "1.5", "9" * 19, "٣", "1' OR 1=1"])
def test_what_is_no_list_of_numbers_is_refused(text):
    with pytest.raises(services.RequestRefused, match="Say the numbers of marks"):
        ask(marks=text)


def test_marks_that_cannot_be_looked_for_are_named():
    new = owners.mark(state=Mark.State.NEW)
    refused = owners.mark(state=Mark.State.REFUSED, reason="They fit no network.")
    gone = owners.mark()
    marks.withdraw(gone)
    for number, words in (
        (10**17, f"There is no mark {10**17}."),
        (new.pk, "were not looked at yet"),
        (refused.pk, f"Mark {refused.pk} was refused: They fit no network."),
        (gone.pk, f"Mark {gone.pk} was withdrawn by its owner; its keys are gone."),
    ):
        with pytest.raises(services.RequestRefused, match=words):
            ask(marks=str(number))
    with pytest.raises(services.RequestRefused, match="No mark is registered for the task"):
        ask()
    with pytest.raises(services.RequestRefused, match="models without a task"):
        ask(factories.revision(factories.repo(pipeline_tag="")))
    assert not Run.objects.exists()


def test_options_of_a_replay_are_vetted_too():
    revision = factories.revision()
    with pytest.raises(services.RequestRefused, match="Say the numbers"):
        services.request_run(revision, marks.CHECK, options={"marks": [1, 2], "replay": 1})


def test_a_scan_asks_for_the_marks_there_are_and_joins_what_was_found():
    mark = owners.mark()
    revisions = [factories.revision(factories.repo()) for _ in range(2)]
    measured = ask(revisions[0])
    Run.objects.filter(pk=measured.pk).update(status=Run.Status.DONE)
    factories.listed()
    scan, execution, is_new = copies.search([], max_runs=5)
    assert is_new
    assert (scan.selection, scan.checks, scan.options) == (
        "task=image-classification",
        [marks.CHECK],
        {},
    )
    assert engine.tick().faults == 0
    items = {item.repo: item for item in ScanItem.objects.filter(execution=execution)}
    assert items[revisions[0].repo].outcome == ScanItem.Outcome.REUSED
    assert items[revisions[1].repo].outcome == ScanItem.Outcome.SENT
    run = items[revisions[1].repo].run
    assert run is not None
    assert run.options == {"marks": str(mark.pk)}


def test_the_same_search_again_carries_out_the_same_scan():
    mark = owners.mark()
    scan, first, _ = copies.search([mark], mark.owner)
    assert scan.name == f"Copies of mark {mark.pk}"
    assert scan.owner == mark.owner
    again, second, is_new = copies.search([mark], mark.owner)
    assert (again, second, is_new) == (scan, first, False)
    other, _, is_new = copies.search([mark], mark.owner, selection="/models?q=net")
    assert (other.name, is_new) == (f"Copies of mark {mark.pk} (2)", True)


def test_a_scan_for_a_mark_that_is_gone_says_so_item_by_item():
    mark = owners.mark()
    factories.revision(factories.repo())
    factories.listed()
    _, execution, _ = copies.search([mark])
    marks.withdraw(mark)
    assert engine.tick().faults == 0
    item = ScanItem.objects.get(execution=execution)
    assert item.outcome == ScanItem.Outcome.REFUSED
    assert "was withdrawn" in item.reason
    draft = Draft("later", "q=net", (marks.CHECK,), options={marks.CHECK: {"marks": str(mark.pk)}})
    with pytest.raises(ScanRefused, match="was withdrawn"):
        control.create(draft)


def evidence(of, **fields):
    """Return the part of a run's evidence that a replay looks at first."""
    told = {"mark": of.pk, "commitment": of.commitment} | fields
    check = {"id": marks.CHECK, "version": 1}
    return {"check": check, "measure": {"marks": [told]}}


def test_a_replay_from_elsewhere_looks_for_the_same_marks_or_says_why_not():
    mark = owners.mark()
    for changed in ({"commitment": "0" * 64}, {"mark": 99_999}):
        with pytest.raises(replaying.CannotReplay, match="is not registered here") as refused:
            replaying.ask(evidence(mark, **changed))
        assert refused.value.missing == "marks"
    with pytest.raises(replaying.CannotReplay, match="does not have 'subject'"):
        replaying.ask(evidence(mark))  # goes on, and lacks the rest
