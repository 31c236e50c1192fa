"""What changed, on pages."""

from datetime import timedelta

import pytest

from registry.models import Change, Repo
from registry.web.changes import tell
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_works(read):
    repo = factories.repo("alice/net", licence="gpl-3.0")
    factories.change(repo)
    factories.counters(repo)
    page = read("/models/alice/net/-/history")
    assert "The licence was mit and is now gpl-3.0." in page.text
    assert "11 May 2026 900 2" in page.text  # 40 days into the quarter
    assert "/models/alice/net/-/history" in read("/models/alice/net").links()


def test_changes_stand_below_the_day_on_which_they_were_found(read):
    repo = factories.repo("alice/net", licence="gpl-3.0")
    for days in (3, 0, 0):
        factories.change(repo, at=factories.NOON - timedelta(days=days))
    text = read("/models/alice/net/-/history").text
    assert text.count("Found on") == 2
    assert "Found on 20 Nov 2026 The licence was mit and is now gpl-3.0. 12:00:00 UTC" in text
    assert text.index("Found on 20 Nov 2026") < text.index("Found on 17 Nov 2026")


def test_times_and_commits_of_a_day_are_written_as_everywhere(read):
    repo = factories.repo("alice/net")
    at = ("2026-11-01T10:00:00+00:00", "2026-11-17T12:00:00+00:00")
    factories.change(repo, what=Change.What.MODIFIED, old=at[0], new=at[1])
    text = read("/models/alice/net/-/history?day=2026-05-01").text
    assert "At the end of 1 May 2026 (UTC)" in text
    assert "was 1 Nov 2026, 10:00:00 UTC and is now 17 Nov 2026, 12:00:00 UTC." in text
    assert "Last change at the hub 1 Nov 2026, 10:00:00 UTC" in text


def test_the_state_on_a_day(read):
    repo = factories.repo("alice/net", licence="gpl-3.0")
    factories.change(repo, at=factories.NOON)
    factories.counters(repo)
    before = read("/models/alice/net/-/history?day=2026-04-20").text
    assert "Licence mit" in before
    assert "Requests at the hub 12" in before
    after = read("/models/alice/net/-/history?day=2026-11-20").text
    assert "Licence gpl-3.0" in after
    assert "Requests at the hub 900" in after


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2020-01-01", "The mirror saw this model first on 24 January 2026."),
        ("yesterday", "That is no day."),
        ("2026-02-31", "That is no day."),
        ("9" * 400, "That is no day."),
    ],
)
def test_a_day_that_is_none_or_before_all(read, day, words):
    factories.repo("alice/net")
    assert words in read(f"/models/alice/net/-/history?day={day}").text


def test_nothing_has_changed(read):
    factories.repo("alice/net")
    assert "Nothing has changed" in read("/models/alice/net/-/history").text
    assert "Nothing has changed" in read("/changes").text


def test_a_repo_without_its_name_has_a_history_by_number(read):
    gone = factories.repo("alice/net", state=Repo.State.REPLACED)
    factories.change(gone, what="replaced", old={"key": "1"}, new={"key": "2"})
    page = read(f"/models/-/{gone.pk}/history")
    assert "Alert: Its name answers with another id" in page.text
    read("/models/-/999/history", status=404)
    read("/models/nobody/nothing/-/history", status=404)


def test_private_repos_have_no_history(read):
    hidden = factories.repo("alice/secret", is_private=True)
    factories.change(hidden, old="a-secret-licence")
    assert "a-secret-licence" not in read("/changes").text
    read("/models/alice/secret/-/history", status=404)


def test_alerts_are_a_list_of_their_own(read):
    taken = factories.change(what=Change.What.TOOK_NAME, old={"key": "1"}, new={"key": "2"})
    other = factories.change()
    text = read("/changes?kind=alerts").text
    assert taken.repo.name in text
    assert other.repo.name not in text
    assert "gone" in read("/changes?kind=gone").text


def test_a_page_of_changes_leads_to_the_next(read):
    for number in range(60):
        factories.change(old=f"licence-{number}")
    first = read("/changes")
    following = next(link for link in first.links() if "cursor=" in str(link))
    text = first.text + read(f"/changes{following}").text
    assert all(f"licence-{number} " in text for number in range(60))
    read("/changes?cursor=forged", status=400)


def test_the_number_of_queries_does_not_grow(queries_of):
    repo = factories.repo("alice/net")
    factories.change(repo)
    few = queries_of("/changes"), queries_of("/models/alice/net/-/history")
    for _ in range(20):
        factories.change()
        factories.change(repo)
    assert (queries_of("/changes"), queries_of("/models/alice/net/-/history")) == few


@pytest.mark.parametrize("what", Change.What.values)
@pytest.mark.parametrize("value", [None, "", 7, True, [], ["x"], {}, {"claims": None}])
def test_every_change_can_be_told(what, value):
    told = tell(Change(what=what, old=value, new=value))
    assert told.headline.endswith(".")
