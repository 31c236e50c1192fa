"""Claims that were changed or taken back, and verdicts of older commits."""

import pytest

from registry.models import Claim
from registry.past_claims import carried_over, past_claims
from tests import factories

pytestmark = pytest.mark.django_db


def commits(number: int, **fields):
    """Make that many commits of one repo, the last of which is its head."""
    repo = factories.repo("alice/net")
    older = [factories.revision(repo, sha=factories.sha(), **fields) for _ in range(number - 1)]
    return [*older, factories.revision(repo, **fields)]


def test_a_claim_that_was_changed_names_the_commit_that_did_it():
    first, second, third, head = commits(4)
    factories.claim(first, value_text="95.0", value=95.0)
    factories.claim(second, value_text="95.0", value=95.0, line=7)
    factories.claim(third)
    now = factories.claim(head)
    (past,) = past_claims(head)
    assert (past.claim.value_text, past.claim.revision) == ("95.0", second)
    assert past.by == third
    assert past.now == now


def test_a_claim_that_was_taken_back_stays_with_its_verdict():
    first, head = commits(2)
    claim = factories.claim(first)
    finding = factories.finding(claim)
    (past,) = past_claims(head)
    assert (past.claim, past.by, past.now) == (claim, head, None)
    assert past.run is not None
    assert past.run.finding == finding


def test_a_claim_that_only_moved_is_no_change():
    first, head = commits(2)
    factories.claim(first, line=3)
    factories.claim(head, line=90, file="docs/README.md")
    assert past_claims(head) == []


def test_a_listing_does_not_take_back_a_table():
    """A listing gives no text of a card: a table is missed only where the files were read."""
    first, listed, head = commits(3, has_tree=False)
    factories.card(listed)
    factories.claim(first, source=Claim.Source.TABLE, dataset="beans")
    gone = factories.claim(first)
    (past,) = past_claims(head)
    assert (past.claim, past.by) == (gone, listed)


def test_other_repos_and_later_commits_have_no_part():
    head, later = commits(2)
    factories.claim(later)
    factories.claim(factories.revision(factories.repo("bob/net")))
    assert past_claims(head) == []


def test_a_verdict_stays_with_its_commit_and_is_found_from_the_next():
    first, head = commits(2)
    finding = factories.finding(factories.claim(first))
    same, other = factories.claim(head, line=5), factories.claim(head, dataset="beans")
    found = carried_over(head, [same, other])
    assert {pk: run.pk for pk, run in found.items()} == {same.pk: finding.run_id}
    assert carried_over(first, first.claims.all()) == {}
