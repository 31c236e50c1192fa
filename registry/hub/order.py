"""Whether a listing keeps to its own rules. A hub that does not is named, once for each rule."""

from collections.abc import Iterator
from datetime import datetime

from registry.hub.answers import Page
from registry.hub.records import moment

_KEYS = {"createdAt": "age", "lastModified": "time of the last change"}


class Order:
    """Watches the pages of one pass go by."""

    def __init__(self, sort: str, size: int) -> None:
        self._sort = sort
        self._size = size
        self._first: int | None = None  # records of the first page
        self._last: datetime | None = None
        self._is_rising: bool | None = None
        self._said: set[str] = set()

    def notes(self, page: Page) -> Iterator[str]:
        """Yield a sentence for each rule that this page is the first to break."""
        if not page.note:  # else it was asked for in another size
            yield from self._once("size", self._of_size(page))
        yield from self._once("order", self._of_order(page))

    def _once(self, rule: str, sentence: str) -> Iterator[str]:
        if sentence and rule not in self._said:
            self._said.add(rule)
            yield sentence

    def _of_size(self, page: Page) -> str:
        found = len(page.records) + len(page.faults)
        if found > self._size:
            return f"The hub sent a page of {found:,} records; {self._size:,} were asked for."
        if self._first is None:
            self._first = found
        is_odd = found > 2 * self._first or (page.next_cursor and 2 * found < self._first)
        if not is_odd:
            return ""
        return f"The hub changes its page size: {self._first:,} records first, now {found:,}."

    def _of_order(self, page: Page) -> str:
        """Follow the order over the pages; the first two times that differ say which way it is."""
        for record in page.records:
            at = moment(record.info.get(self._sort))
            if at is None:
                continue
            if self._last is not None and at != self._last:
                is_rising = at > self._last
                if self._is_rising is None:
                    self._is_rising = is_rising
                elif is_rising != self._is_rising:
                    self._last = at
                    return (
                        f"The hub's listing is not in the order of {_KEYS[self._sort]} that was"
                        " asked for, so a repo that moves while it is read may be missed."
                    )
            self._last = at
        return ""
