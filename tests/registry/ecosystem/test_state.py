"""The mirror as it was: later changes taken back, and plain words where that is not possible."""

from datetime import date, timedelta

import pytest
from django.db import connection

from registry.ecosystem import state
from registry.models import Change, CounterSeries, Repo
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 10)
COLUMNS = "name, task, library, licence, tags, datasets, model_type, gate, downloads"


@pytest.fixture(autouse=True)
def mirrored():
    """The mirror has been running since October."""
    return factories.sync(started_at=NOON - timedelta(days=40))


def at(day=None, columns=COLUMNS):
    """Return the rows of ``repo_at``."""
    with state.opened(state.moment(day, NOON)), connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM repo_at ORDER BY id")
        return cursor.fetchall()


def change(repo, what, old=None, new=None, days_ago=3):
    return Change.objects.create(
        repo=repo, what=what, old=old, new=new, at=NOON - timedelta(days=days_ago)
    )


def test_now_is_what_the_tables_say():
    repo = factories.repo("a/net", tags=["x"], model_type="bert", licence="mit")
    tags, no_datasets = ["x"], list[str]()
    names = ("a/net", "image-classification", "transformers", "mit")
    assert at() == at(NOON.date()) == [(*names, tags, no_datasets, "bert", "open", 100)]
    assert repo.pk


def test_every_attribute_goes_back_to_its_earliest_later_change():
    repo = factories.repo("a/new", tags=["new"], datasets=["new"], model_type="new")
    for what, old in {
        "renamed": "a/old",
        "task": "old-task",
        "library": "old",
        "licence": "gpl-3.0",
        "tags": ["old", "tags"],
        "datasets": ["d"],
        "model-type": "gpt2",
        "gate": "manual",
    }.items():
        change(repo, what, old, "between", days_ago=5)
        change(repo, what, "between", "new", days_ago=4)
        change(repo, what, "before the day", old, days_ago=20)
    then = ("a/old", "old-task", "old", "gpl-3.0", ["old", "tags"], ["d"], "gpt2", "manual", 100)
    assert at(DAY) == [then]
    assert at(date(2026, 11, 15))[0][0] == "between"
    assert at(date(2026, 11, 19))[0][0] == "a/new"


def test_an_attribute_that_was_not_there_is_empty_again():
    repo = factories.repo(licence="mit", tags=["x"], model_type="bert")
    for what in ("licence", "tags", "model-type", "task"):
        change(repo, what, None, "x")
    assert at(DAY, "licence, tags, model_type, task") == [("", [], "", "")]


def test_models_come_and_go():
    gone = factories.repo("a/gone", state=Repo.State.GONE)
    change(gone, "gone")
    back = factories.repo("a/back")
    change(back, "gone", days_ago=15)
    change(back, "returned", days_ago=3)
    factories.repo(
        "a/later", hub_created_at=NOON - timedelta(days=2), hub_modified_at=NOON - timedelta(days=2)
    )
    private = factories.repo("a/was-private")
    change(private, "private", True, False)
    hidden = factories.repo("a/is-private", is_private=True)
    change(hidden, "private", False, True)
    replaced = factories.repo("a/lost", state=Repo.State.REPLACED)
    change(replaced, "replaced")
    assert at(DAY, "name") == [("a/gone",), ("a/lost",)]
    assert at(date(2026, 11, 1), "name") == [("a/gone",), ("a/back",), ("a/lost",)]
    assert at(None, "name") == [("a/back",), ("a/later",), ("a/was-private",)]


def test_the_head_goes_back_with_what_was_read_of_it():
    repo = factories.repo()
    now = factories.revision(repo)
    then = factories.revision(repo, sha="a" * 40, config={"model_type": "old"})
    card = factories.card(then)
    change(repo, "head", "a" * 40, repo.head_sha)
    columns = "revision_id, card_id, is_read, model_type"
    assert at(DAY, columns) == [(then.pk, card.pk, True, "old")]
    assert at(None, columns) == [(now.pk, None, True, "resnet")]


def test_the_author_goes_back():
    repo = factories.repo("new/net")
    old = factories.author("old")
    change(repo, "author", "old", "new")
    assert at(DAY, "author_id") == [(old.pk,)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 10), 30),  # between two points of the quarter
        (date(2026, 11, 12), 40),  # the day of a point
        (date(2026, 11, 11), 30),
        (date(2026, 10, 20), 20),  # before this quarter's first point: the last of the one before
    ],
)
def test_counters_are_those_of_the_last_point(day, expected):
    repo = factories.repo(downloads=99)
    CounterSeries.objects.create(
        repo=repo,
        quarter=date(2026, 7, 1),
        days=[1, 5],
        downloads=[10, 20],
        likes=[0, 0],
        trending=[0, 0],
    )
    CounterSeries.objects.create(
        repo=repo,
        quarter=date(2026, 10, 1),
        days=[31, 42, 49],
        downloads=[30, 40, 50],
        likes=[0, 0, 0],
        trending=[0, 0, 0],
    )
    assert at(day, "downloads") == [(expected,)]


def test_counters_before_the_first_point_are_those_of_the_first():
    repo = factories.repo(downloads=99)
    CounterSeries.objects.create(
        repo=repo,
        quarter=date(2026, 10, 1),
        days=[45, 46],
        downloads=[70, 80],
        likes=[0, 0],
        trending=[0, 0],
    )
    assert at(DAY, "downloads") == [(70,)]


def test_a_model_that_was_read_too_late_is_counted_as_such():
    yesterday = NOON - timedelta(days=1)
    factories.repo("a/late", hub_modified_at=yesterday, first_seen_at=yesterday)
    old = NOON - timedelta(days=100)
    factories.repo("a/still", hub_modified_at=old, first_seen_at=yesterday)
    with state.opened(state.moment(DAY, NOON)) as unseen, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM repo_at")
        assert cursor.fetchall() == [("a/still",)]
        assert unseen == 1


def test_a_day_before_the_first_pass_is_refused_in_plain_words():
    factories.repo(hub_modified_at=NOON - timedelta(days=50))
    factories.repo(hub_modified_at=NOON - timedelta(days=60))
    before = (NOON - timedelta(days=55)).date()
    with pytest.raises(state.NotKnown, match=r"first pass of the mirror began on 2026-10-11"):
        at(before)


def test_a_day_before_the_first_pass_is_known_when_nothing_was_modified_since():
    old, seen = NOON - timedelta(days=60), NOON - timedelta(days=40)
    factories.repo("a/old", hub_modified_at=old, hub_created_at=None, first_seen_at=seen)
    factories.repo(
        "a/newer",
        hub_created_at=NOON - timedelta(days=45),
        hub_modified_at=NOON - timedelta(days=44),
    )
    assert at((NOON - timedelta(days=55)).date(), "name") == [("a/old",)]


def test_a_day_that_has_not_come_and_a_mirror_that_is_empty(mirrored):
    with pytest.raises(state.NotKnown, match="has not come"):
        state.moment(NOON.date() + timedelta(days=1), NOON)
    mirrored.delete()
    with pytest.raises(state.NotKnown, match="nothing has been mirrored"):
        at(DAY)


def test_nothing_is_left_in_the_session():
    at(DAY)
    at()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('repo_at'), to_regclass('repo_then')")
        assert cursor.fetchone() == (None, None)
