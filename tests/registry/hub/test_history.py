"""What passes write down: changes with both values, alerts, counters."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry import history
from registry.models import Change, CounterSeries, Repo
from tests.registry.hub.passes import CARD

pytestmark = pytest.mark.django_db


def changes(what=None):
    found = Change.objects.order_by("pk")
    found = found.filter(what=what) if what else found
    return [(change.what, change.old, change.new) for change in found]


def test_it_works(hub, go):
    stored = hub.add("a/net", info={"downloads": 5, "likes": 1, "tags": ["x"], "gated": False})
    go()
    assert changes() == []  # that it is new is told by first_seen_at
    stored.info |= {"downloads": 9, "tags": ["x", "y"], "gated": "manual"}
    sync = go()
    assert changes() == [("gate", "open", "manual"), ("tags", ["x"], ["x", "y"])]
    assert {change.sync_id for change in Change.objects.all()} == {sync.pk}
    row = CounterSeries.objects.get()
    assert (row.downloads, row.likes, len(row.days)) == ([9], [1], 1)  # one point a day


def test_a_pass_without_news_writes_nothing(hub, go):
    hub.add("a/net", info={"downloads": 5})
    go()
    go()
    assert changes() == []
    assert CounterSeries.objects.get().downloads == [5]


def test_every_attribute_has_its_change(hub, go):
    stored = hub.add(
        "a/net",
        info={"pipeline_tag": "fill-mask", "library_name": "timm", "disabled": False},
        modified="2024-05-01T10:00:00.000Z",
    )
    go()
    stored.info |= {"pipeline_tag": None, "library_name": "flair", "disabled": True}
    stored.modified = "2024-05-02T10:00:00.000Z"
    go()
    found = {what: (old, new) for what, old, new in changes()}
    assert found["task"] == ("fill-mask", "")
    assert found["library"] == ("timm", "flair")
    assert found["disabled"] == (False, True)
    assert found["modified"][1].startswith("2024-05-02T10:00:00")
    assert set(found) == {"task", "library", "disabled", "modified"}


def test_a_new_commit_is_compared_with_the_one_that_was_read_before(hub, go):
    stored = hub.add(
        "a/net", files={"README.md": CARD, "w.bin": b"1", "old.txt": b"x", "same.txt": b"s"}
    )
    go()
    first = stored.sha
    stored.files = {
        "README.md": CARD.replace(b"91.7", b"93.5"),
        "w.bin": b"22",
        "new.txt": b"x",
        "same.txt": b"s",
    }
    go()
    found = {what: (old, new) for what, old, new in changes()}
    assert found["head"] == (first, stored.sha)
    new = found["files"][1]
    assert (new["added"], new["removed"], new["changed"]) == (1, 1, 2)
    assert (new["added_paths"], new["removed_paths"]) == (["new.txt"], ["old.txt"])
    assert new["changed_paths"] == ["README.md", "w.bin"]
    assert found["card"][0]["digest"] != found["card"][1]["digest"]
    assert [claim["value"] for claim in found["claims"][0]["claims"]] == ["91.7"]
    assert [claim["value"] for claim in found["claims"][1]["claims"]] == ["93.5"]
    go()
    assert len(changes("files")) == 1


def test_a_rename_is_told_and_is_no_alert(hub, go):
    hub.add("a/net", key="1" * 24)
    go()
    hub.repos.clear()
    hub.add("b/better", key="1" * 24)
    go()
    assert changes("renamed") == [("renamed", "a/net", "b/better")]
    assert not Change.objects.filter(what__in=Change.ALERTS).exists()


def test_names_that_pass_round_in_a_ring_are_renames(hub, go):
    for number in range(3):
        hub.add(f"a/n{number}", key=str(number) * 24)
    go()
    hub.repos.clear()
    for number in range(3):
        hub.add(f"a/n{(number + 1) % 3}", key=str(number) * 24)
    go()
    assert len(changes("renamed")) == 3
    assert not Change.objects.filter(what__in=Change.ALERTS).exists()
    assert changes("returned") == []


def test_a_name_with_another_id_is_an_alert_on_both(hub, go):
    hub.add("a/net", key="1" * 24)
    go()
    old = Repo.objects.get()
    hub.add("a/net", key="2" * 24, files={"README.md": b"by a stranger"})
    go()
    old.refresh_from_db()
    new = Repo.objects.listed().get()
    assert old.state == Repo.State.REPLACED
    found = list(Change.objects.filter(what__in=Change.ALERTS).order_by("pk"))
    assert {(change.repo_id, change.what) for change in found} == {
        (old.pk, "replaced"),
        (new.pk, "took-name"),
    }
    for change in found:
        assert change.old == {"key": "1" * 24, "name": "a/net", "repo": old.pk}
        assert change.new == {"key": "2" * 24, "name": "a/net", "repo": new.pk}


def test_gone_and_returned(hub, go):
    hub.add("a/net", key="1" * 24)
    hub.add("a/stays")
    go()
    kept = hub.repos.pop("a/net")
    go()
    assert changes() == [("gone", "present", "gone")]
    hub.repos["a/net"] = kept
    go()
    assert changes()[-1] == ("returned", "gone", "present")


def test_a_named_repo_that_is_not_there_is_gone(hub, go):
    hub.add("a/net")
    go()
    hub.repos.clear()
    go(names=["a/net"])
    assert changes() == [("gone", "present", "gone")]


def test_the_state_on_a_day_is_taken_back(hub, go):
    stored = hub.add("a/net", key="1" * 24, info={"downloads": 1, "likes": 0, "library_name": "x"})
    begin = datetime(2026, 3, 30, 12, tzinfo=UTC)
    steps: tuple[dict[str, Any], ...] = (
        {"downloads": 1},
        {"downloads": 5, "library_name": "y"},  # 31 March, the last day of a quarter
        {},
        {"downloads": 7, "likes": 3, "library_name": ""},  # 2 April
        {"library_name": "z"},
    )
    for number, news in enumerate(steps):
        stored.info |= news
        go(clock=lambda at=begin + timedelta(days=number): at)
    repo = Repo.objects.get()
    seen = []
    for number in range(-1, len(steps)):
        day = (begin + timedelta(days=number)).date()
        state = history.states([repo], day).get(repo.pk)
        counters = state.counters if state else None
        seen.append(
            state and counters and (state.attributes["library"], counters.downloads, counters.likes)
        )
    assert seen == [None, ("x", 1, 0), ("y", 5, 0), ("y", 5, 0), ("", 7, 3), ("z", 7, 3)]
    assert [point.downloads for point in history.series(repo.pk)] == [1, 5, 7]
    march = [point.downloads for point in history.series(repo.pk, last=begin.date())]
    assert march == [1]
    assert CounterSeries.objects.count() == 2


def test_a_clock_that_was_set_back_adds_to_the_last_day(hub, go):
    stored = hub.add("a/net", info={"downloads": 1})
    noon = datetime(2026, 5, 5, 12, tzinfo=UTC)
    go(clock=lambda: noon)
    stored.info["downloads"] = 2
    go(clock=lambda: noon - timedelta(days=2))
    (point,) = history.series(Repo.objects.get().pk)
    assert (point.day, point.downloads) == (noon.date(), 2)
