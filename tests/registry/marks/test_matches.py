"""What runs find of marks: stored with the finding, edges that follow, whose mark is earlier."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from analysis import contract
from registry import marks, services
from registry.models import Edge, Mark, MarkMatch
from tests import factories, owners

pytestmark = pytest.mark.django_db


def said(mark, **fields):
    return {
        "mark": mark.pk,
        "matches": 16,
        "keys": 16,
        "control_matches": 0,
        "controls": 8,
        "p": 1e-9,
        "carries": True,
        "is_after": False,
        "sentence": "The network carries the mark (p = 1e-09).",
    } | fields


def looked_for(revision, *found, check=marks.CHECK):
    """Let a run end that looked for marks, as a worker does."""
    run = factories.taken(factories.run(revision, check_id=check))
    evidence: dict[str, contract.JSON] = {"marks": list(found)}
    finding = contract.Finding(contract.Verdict.MEASURED, "Looked.", None, evidence)
    stored = services.store_finding(run, finding, {"measure": evidence})
    return run if stored else None


def commit_at(mark, at):
    """Have a mark registered at another time, as only a test can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registry_mark DISABLE TRIGGER mark_is_kept")
        cursor.execute("UPDATE registry_mark SET registered_at = %s WHERE id = %s", [at, mark.pk])
        cursor.execute("ALTER TABLE registry_mark ENABLE TRIGGER mark_is_kept")


def test_it_works():
    hit, none = owners.mark(), owners.mark()
    revision = factories.revision()
    sentence = "No evidence of the mark (p = 0.4)."
    miss = said(none, matches=2, p=0.4, carries=False, sentence=sentence)
    run = looked_for(revision, said(hit), miss)
    first, second = MarkMatch.objects.order_by("rank", "p")
    assert (first.mark, first.run, first.revision) == (hit, run, revision)
    assert (first.matches, first.keys, first.p, first.carries) == (16, 16, 1e-9, True)
    assert (second.mark, second.sentence, second.rank) == (none, sentence, 1)
    assert first.created_at == run.finding.created_at


def test_other_checks_store_none():
    looked_for(factories.revision(), said(owners.mark()), check="backdoors")
    assert not MarkMatch.objects.exists()


def test_a_finding_and_its_matches_appear_together_or_not_at_all():
    mark, revision = owners.mark(), factories.revision()
    with pytest.raises(Error, match="match_p_is_one"), transaction.atomic():
        looked_for(revision, said(mark, p=1.5))
    assert not revision.runs.filter(finding__isnull=False).exists()
    assert not MarkMatch.objects.exists()


def test_what_was_found_is_never_changed():
    match = owners.match()
    for change in (match.delete, lambda: MarkMatch.objects.update(p=1.0)):
        with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
            change()


def test_a_copy_of_a_network_that_carries_its_mark_gets_an_edge():
    home = factories.revision(factories.repo("alice/net"))
    mark = owners.mark(home=home.repo)
    copy, early = factories.revision(), factories.revision()
    looked_for(early, said(mark))
    assert not Edge.objects.exists()  # only the owner's word for it that the home has the mark
    looked_for(home, said(mark, is_after=True))
    looked_for(copy, said(mark))
    looked_for(copy, said(mark))
    edges = Edge.objects.order_by("child")
    assert [edge.child for edge in edges] == sorted([copy, early], key=lambda one: one.pk)
    assert {(edge.parent, edge.parent_name) for edge in edges} == {(home.repo, "alice/net")}
    assert {(edge.relation, edge.basis) for edge in edges} == {("unknown", "measured")}


@pytest.mark.parametrize(
    "fields", [{"carries": False, "p": 0.4}, {"is_after": True}], ids=["no hit", "after"]
)
def test_what_is_no_hit_makes_no_edge(fields):
    home = factories.revision()
    mark = owners.mark(home=home.repo)
    looked_for(home, said(mark))
    looked_for(factories.revision(), said(mark, **fields))
    assert not Edge.objects.exists()


def test_a_home_that_does_not_carry_the_mark_gets_no_child():
    home = factories.revision(factories.repo("mallory/says-so"))
    mark = owners.mark(home=home.repo)
    looked_for(home, said(mark, carries=False, p=0.7))
    looked_for(factories.revision(), said(mark))
    assert not Edge.objects.exists()


def test_a_mark_finds_its_home_once_it_is_published():
    mark = owners.mark(home_name="alice/coming")
    other = factories.revision(factories.repo("bob/copy"))
    looked_for(other, said(mark))
    home = factories.revision(factories.repo("alice/coming"))
    looked_for(home, said(mark, carries=False, p=0.2))
    assert not Mark.objects.exclude(home=None).exists()
    looked_for(home, said(mark))
    mark.refresh_from_db()
    assert mark.home == home.repo
    assert Edge.objects.get().child == other


def test_a_declared_edge_stays_beside_the_measured_one():
    home, copy = factories.revision(), factories.revision()
    factories.edge(copy, home.repo)
    mark = owners.mark(home=home.repo)
    looked_for(home, said(mark))
    looked_for(copy, said(mark))
    assert sorted(Edge.objects.values_list("basis", flat=True)) == ["declared", "measured"]


def test_the_newest_answer_counts():
    mark, revision = owners.mark(), factories.revision()
    owners.match(mark, revision)
    owners.match(mark, factories.revision(), p=0.5)
    late = owners.match(mark, revision, p=0.3)
    assert late in MarkMatch.objects.newest()
    assert MarkMatch.objects.newest().count() == 2


def test_standing_has_the_earliest_commitment_first():
    revision = factories.revision()
    late = owners.mark(factories.user("bob"))
    early = owners.mark(factories.user("alice"))
    missed = owners.mark(factories.user("carol"))
    commit_at(early, factories.NOON - timedelta(days=9))
    commit_at(late, factories.NOON)
    owners.match(late, revision, is_after=True)
    owners.match(early, revision)
    owners.match(missed, revision, p=0.6)
    found = marks.standing(revision)
    assert [match.mark_id for match in found.held] == [early.pk, late.pk]
    assert found.missed == 1
    assert found.sentence == (
        "2 owners claim this network. The earliest commitment is that of alice"
        " (11 Nov 2026, 12:00:00 UTC), before bob (20 Nov 2026, 12:00:00 UTC, after the network"
        " was public)."
    )
    assert marks.standing(revision.repo) == found


def test_one_owner_with_two_marks_is_no_dispute():
    revision, alice = factories.revision(), factories.user("alice")
    for _ in range(2):
        owners.match(owners.mark(alice), revision)
    found = marks.standing(revision)
    assert (len(found.held), found.sentence) == (2, "")


def test_standing_belongs_to_a_commit():
    repo = factories.repo()
    old = factories.revision(repo, sha=factories.sha())
    match = owners.match(on=old)
    assert marks.standing(factories.revision(repo)).held == ()
    assert marks.standing(repo).held == (match,)


def test_a_mark_that_a_newer_run_does_not_find_is_not_held():
    mark, revision = owners.mark(), factories.revision()
    owners.match(mark, revision)
    owners.match(mark, revision, p=0.3)
    found = marks.standing(revision)
    assert (found.held, found.missed) == ((), 1)
    assert Mark.objects.count() == 1
