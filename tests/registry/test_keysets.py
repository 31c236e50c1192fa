"""Keyset pages: no row lost, whatever the ties, in both directions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.db.models import Value
from django.db.models.functions import Coalesce

from registry import keysets
from registry.keysets import BadCursor, Order
from registry.models import Repo
from tests import factories

pytestmark = pytest.mark.django_db

BY_DOWNLOADS = Order("downloads", ("downloads", "id"), descending=True)
BY_NAME = Order("name", ("name", "id"))
BY_TIME = Order("modified", ("modified", "id"), descending=True)


def make(count, **fields):
    hub = factories.hub()
    return Repo.objects.bulk_create(
        Repo(
            hub=hub,
            hub_key=f"key-{number}-{fields}",
            name=f"net-{number:05}-{len(fields)}",
            synced_at=factories.NOON,
            **fields,
        )
        for number in range(count)
    )


def walk(order, size=100, rows=None, backwards_from=""):
    """Return the keys of every page, and the last page's cursors."""
    rows = Repo.objects.all() if rows is None else rows
    pages, cursor = [], backwards_from
    while True:
        page = keysets.page(rows, order, size=size, cursor=cursor)
        pages.append([row.pk for row in page.rows])
        cursor = page.previous if backwards_from else page.next
        if not cursor:
            return pages, page
        assert len(pages) < 1_000


def test_it_works():
    first, second, third = make(3)
    page = keysets.page(Repo.objects.all(), BY_NAME, size=2)
    assert page.rows == [first, second]
    assert page.previous == ""
    after = keysets.page(Repo.objects.all(), BY_NAME, size=2, cursor=page.next)
    assert after.rows == [third]
    assert after.next == ""
    back = keysets.page(Repo.objects.all(), BY_NAME, size=2, cursor=after.previous)
    assert back.rows == [first, second]


def test_among_ties_no_row_is_lost_and_none_comes_twice():
    make(1_200, downloads=0)
    make(99, downloads=7, likes=1)
    pages, last = walk(BY_DOWNLOADS)
    seen = [key for page in pages for key in page]
    assert len(seen) == len(set(seen)) == 1_299
    expected = list(Repo.objects.order_by("-downloads", "-id").values_list("id", flat=True))
    assert seen == expected
    back, _ = walk(BY_DOWNLOADS, backwards_from=last.previous)
    assert [key for page in reversed(back) for key in page] == expected[: -len(pages[-1])]


def test_rows_that_come_and_go_between_pages_change_nothing_for_the_others():
    rows = make(30)
    page = keysets.page(Repo.objects.all(), BY_NAME, size=10)
    Repo.objects.filter(pk__in=[row.pk for row in rows[8:12]]).delete()
    factories.repo("net-00000-before")
    after = keysets.page(Repo.objects.all(), BY_NAME, size=10, cursor=page.next)
    assert after.rows == rows[12:22]


def test_a_sort_by_an_annotation_keeps_microseconds():
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=n) for n in range(7)]
    for moment in moments:
        factories.repo(hub_modified_at=moment)
    factories.repo(hub_modified_at=None)
    epoch = Value(datetime(1970, 1, 1, tzinfo=UTC))
    rows = Repo.objects.annotate(modified=Coalesce("hub_modified_at", epoch))
    pages, _ = walk(BY_TIME, size=3, rows=rows)
    assert [len(page) for page in pages] == [3, 3, 2]


@pytest.mark.parametrize(
    "cursor",
    ["x", "a:b", "é", "x" * 3_000, signing.Signer(salt="other").sign_object(["name", "", 0, [1]])],
)
def test_a_cursor_that_is_none_is_refused(cursor):
    make(3)
    with pytest.raises(BadCursor, match="not one of this list"):
        keysets.page(Repo.objects.all(), BY_NAME, size=1, cursor=cursor)


def test_a_cursor_of_another_search_or_order_is_refused():
    make(3)
    cursor = keysets.page(Repo.objects.all(), BY_NAME, size=1, asked="a").next
    for order, asked in ((BY_NAME, "b"), (BY_DOWNLOADS, "a")):
        with pytest.raises(BadCursor, match="another search"):
            keysets.page(Repo.objects.all(), order, size=1, cursor=cursor, asked=asked)


def test_a_page_behind_the_end_is_empty_and_names_no_neighbours():
    make(2)
    cursor = keysets.page(Repo.objects.all(), BY_NAME, size=1).next
    Repo.objects.all().delete()
    page = keysets.page(Repo.objects.all(), BY_NAME, size=1, cursor=cursor)
    assert page == keysets.Page([], "", "")


def test_a_question_does_not_depend_on_the_order_of_its_filters():
    one = keysets.question({"a": ["1"], "b": ["2"]})
    assert one == keysets.question({"b": ["2"], "a": ["1"]})
    assert one != keysets.question({"a": ["2"], "b": ["1"]})
