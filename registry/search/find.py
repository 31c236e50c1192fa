"""Answers a question: a page of listings, how many there are, and what else may be meant."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.utils.timezone import now

from registry import keysets
from registry.models import Listing, SearchCount
from registry.search import plans, spelling, ways, words
from registry.search.asked import (
    LIVE,
    MOST_LIVE,
    Asked,
    Size,
    groups_of,
    groups_read,
    literal,
    size_of,
)
from registry.search.counts import COMMON
from registry.search.facets import FACETS
from registry.search.question import Question
from registry.search.rows import coarse
from registry.search.tally import MANY, SHOWN, Choice, choices
from registry.search.ways import Way
from registry.search.windows import Window

PAGE_SIZE = 25
COUNTED = 10_000  # what is not known is counted up to here
_SURELY_MORE = 15_000  # an estimate that cannot come of fewer than `COUNTED`
_COUNTED_US = 11_500  # what is dearer to count is estimated
_PINNED = 5
_BEGINNINGS = 300  # names that begin so: with more, popularity decides alone
_FIRST_WALKED = 6_000  # rows of a walk after which it is seen whether it leads anywhere
_MOST_WALKED = 30_000
_COUNTING = 0.8  # of what gathering costs

_COLUMNS = "repo_id, folded, base, downloads_key, gap, parameters"
_STATE = """
SELECT id, total, sample_weight, pair_weight, counted_at FROM registry_searchcount LIMIT 1
"""
# The inner part cannot be planned but along the index of the order, and ends after so many rows.
_WALK = """
SELECT {columns} FROM (
    SELECT {columns}, labels, tokens FROM registry_listing l WHERE {beyond}
    ORDER BY {order} LIMIT %s
) walked WHERE {condition} LIMIT %s
"""
_PASSED = """
SELECT {keys} FROM registry_listing WHERE {beyond} ORDER BY {order} OFFSET %s LIMIT 1
"""
# Nor can this one: what fits is gathered, its keys alone, before it is sorted.
_GATHER = """
WITH hit AS MATERIALIZED (SELECT {keys} FROM registry_listing WHERE {condition})
SELECT {columns}, (SELECT count(*) FROM hit) FROM registry_listing
WHERE repo_id = ANY(ARRAY(SELECT repo_id FROM hit WHERE {beyond} ORDER BY {order} LIMIT %s))
ORDER BY {order}
"""
# The labels as text: to make numbers of thousands of arrays takes longer than to count them.
_FEW = "SELECT {columns}, labels::text FROM registry_listing WHERE {condition} LIMIT %s"
_COUNT = """
SELECT count(*) FROM (SELECT FROM registry_listing WHERE {condition} LIMIT %s) hit
"""
_NEAR = """
(SELECT repo_id, 1 AS is_exact FROM registry_listing WHERE folded = %(name)s LIMIT %(pinned)s)
UNION ALL
(SELECT repo_id, 1 FROM registry_listing WHERE base = %(name)s
    ORDER BY downloads_key DESC LIMIT %(pinned)s)
UNION ALL
(SELECT repo_id, 0 FROM registry_listing WHERE base >= %(name)s AND base < %(after)s
    ORDER BY base, repo_id LIMIT %(most)s)
"""


@dataclass(frozen=True, slots=True)
class Count:
    """How many models fit."""

    n: int
    is_capped: bool = False  # there are more
    is_estimate: bool = False  # out of the sample: about so many

    def __str__(self) -> str:
        if self.is_estimate:
            return f"about {self.n:,}"
        return f"{self.n:,}+" if self.is_capped else f"{self.n:,}"


@dataclass(slots=True)
class Search:
    """A question on its way to an answer; what one part finds out serves the others."""

    question: Question
    page_size: int = PAGE_SIZE
    counts: bool = True  # whoever asks for a page wants to know how many there are, too
    within_ms: int = plans.SLOWEST_MS  # a statement
    containing: list[str] = field(default_factory=list)  # words that stand in for the one asked for
    _asked: Asked | None = None
    _size: Size | None = None
    _state: SearchCount | None = None
    _way: Way | None = None
    _few: list[tuple[Any, ...]] | None = None  # all rows that fit, where few; their labels last
    _exact: int | None = None  # how many fit, where that came of itself
    _is_running: bool = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Make one transaction of all that is asked for in the block: fewer ways to the server.

        What takes too long ends it: the OperationalError must leave the block.
        """
        if self._is_running:
            yield
            return
        chosen = self.question.chosen
        reads = [(_STATE, []), groups_read(chosen)] if chosen else [(_STATE, [])]
        unread = reads if self._asked is None else []
        with plans.running(*unread, within_ms=self.within_ms) as found:
            if found:
                self._state = _state_of(found[0])
                self._asked = self._asked_with(found[1] if chosen else [])
            self._is_running = True
            try:
                yield
            finally:
                self._is_running = False

    def _asked_with(self, labels: Iterable[tuple[Any, ...]]) -> Asked:
        queries = tuple(words.conditions(self.question.words))
        has_no_words = bool(self.question.text and not queries)
        return Asked(groups_of(self.question.chosen, labels), queries, has_no_words)

    @property
    def asked(self) -> Asked:
        """The question with its labels looked up."""
        if self._asked is None:
            chosen = self.question.chosen
            self._asked = self._asked_with(_rows(*groups_read(chosen)) if chosen else [])
        return self._asked

    @property
    def state(self) -> SearchCount:
        """The last count."""
        if self._state is None:
            self._state = _state_of(_rows(_STATE, []))
        return self._state

    @property
    def size(self) -> Size:
        """About how many rows fit."""
        if self._size is None:
            self._size = size_of(self.asked, self.state)
        return self._size

    @property
    def way(self) -> Way:
        """How the rows that fit are gathered."""
        if self._way is None:
            self._way = ways.way(self.asked, self.state)
        return self._way

    def page(self, cursor: str = "") -> keysets.Page[Listing]:
        """Return a page. Raises BadCursor, and OperationalError when it takes too long.

        Where no row has the words, the rows that have a word containing the last one are shown.
        """
        backwards, key = keysets.read(cursor, self.question.order, self._digest())
        with self.running():
            found = self._page(cursor, backwards, key)
            is_nothing = self.question.text and not found.rows and not self.asked.is_empty
            if is_nothing and not self.containing:
                self._widen()
                found = self._page(cursor, backwards, key) if self.containing else found
        return found

    def _widen(self) -> None:
        *whole, last = self.question.words
        self.containing = spelling.containing(last, self.state)
        if self.containing:
            parts = (*(f"'{word}'" for word in whole), words.any_of(self.containing))
            self._asked = Asked(self.asked.groups, parts)
            self._size = self._way = self._few = self._exact = None

    def _page(
        self, cursor: str, backwards: bool, key: Sequence[Any] | None
    ) -> keysets.Page[Listing]:
        if self.asked.is_empty:
            return keysets.Page([], "", "")
        order = self.question.order
        more = [] if order.columns[0] in _COLUMNS else [order.columns[0]]
        window = Window(order, ", ".join([_COLUMNS, *more]), backwards, key)
        pinned = self._pinned() if self.question.sort == "relevance" else []
        aside = {row.pk for row in pinned}
        rows = [row for row in self._read(window, len(aside)) if row.pk not in aside]
        found = keysets.shown(
            rows,
            order,
            size=self.page_size,
            cursor=cursor,
            asked=self._digest(),
            backwards=backwards,
        )
        if pinned and not found.previous:
            found = keysets.Page([*pinned, *found.rows], found.next, found.previous)
        return found

    def _read(self, window: Window, more: int) -> list[Listing]:
        """Return the first rows of the window: one more than the page has, and ``more``."""
        wanted = self.page_size + 1 + more
        if not self.asked.is_whole and self.size.n <= LIVE and self._reads_few(window):
            return window.listings(window.cut(self._few or ())[:wanted])
        if self.asked.is_whole or self._walks(wanted):
            found = self._walked(window, wanted)
            if found is not None:
                return found
        return self._gathered(window, wanted)

    def _reads_few(self, window: Window) -> bool:
        """Read all rows that fit with their labels; say whether they are as few as was thought."""
        rows = _rows(window.sql(_FEW, self.way.sql), [*self.way.values, MOST_LIVE + 1])
        if len(rows) > MOST_LIVE:
            self._exact = self._counted_now()  # the last count was long ago
            self._size = Size(self._exact, False)
            return False
        self._few = rows
        return True

    def _walked(self, window: Window, wanted: int) -> list[Listing] | None:
        """Walk a bounded way; return None where the rows that fit lie farther apart.

        Each stretch tells whether they lie as close in this order as they do on the whole; the
        next one begins where it ended.
        """
        condition, values = self.asked.condition()
        rows: list[tuple[Any, ...]] = []
        part, walked = window, 0
        stretch = wanted if self.asked.is_whole else _FIRST_WALKED
        while True:
            start, missing = list(part.key or ()), wanted - len(rows)
            rows += _rows(part.sql(_WALK, condition), [*start, stretch, *values, missing])
            if len(rows) == wanted or self.asked.is_whole:
                return window.listings(rows)
            passed = _rows(part.sql(_PASSED, ""), [*start, stretch - 1])
            if not passed:  # the list ends here
                return window.listings(rows)
            walked += stretch
            far = walked * (wanted - len(rows)) // max(1, len(rows))
            if ways.walk_us(far, 1, 1) > min(self.way.cost_us, _MOST_WALKED - walked):
                return None
            part, stretch = replace(window, key=passed[0]), 2 * far

    def _gathered(self, window: Window, wanted: int) -> list[Listing]:
        sql = window.sql(_GATHER, self.way.sql)
        rows = _rows(sql, [*self.way.values, *(window.key or ()), wanted])
        if rows:
            self._exact = rows[0][-1]
        return window.listings(rows)

    def _digest(self) -> str:
        return self.question.digest()

    def _walks(self, wanted: int) -> bool:
        """Say whether a walk meets a page sooner than gathering does, which also counts."""
        walk, gather = ways.walk_us(wanted, self.state.total, self.size.n), self.way.cost_us
        is_counted = self.counts and not self._is_known and self.size.n < _SURELY_MORE
        if is_counted and gather <= _COUNTED_US:
            walk += gather * _COUNTING
        return walk <= min(gather, ways.walk_us(_MOST_WALKED, 1, 1))

    def _pinned(self) -> list[Listing]:
        """Return what is called so: the whole name, the name without its owner, its beginning."""
        name = words.fold(self.question.text)
        if not name:
            return []
        most = _BEGINNINGS + 1
        near = _rows(
            _NEAR,
            {"name": name, "after": name + "\U0010ffff", "pinned": _PINNED, "most": most},
        )
        begin = [pk for pk, is_exact in near if not is_exact]
        exact = [pk for pk, is_exact in near if is_exact]
        ids = set(exact if len(begin) == most else exact + begin)
        if not ids:
            return []
        condition, values = self.asked.condition()
        condition = f"({condition}) IS TRUE"  # these few rows are looked at, not the index
        sql = f"SELECT {_COLUMNS} FROM registry_listing WHERE repo_id = ANY(%s::bigint[])"  # noqa: S608
        window = Window(self.question.order, _COLUMNS, False, None)
        found = window.listings(_rows(f"{sql} AND {condition}", [literal(ids), *values]))
        found.sort(
            key=lambda row: (row.folded != name, row.base != name, -row.downloads_key, -row.pk)
        )
        return found[:_PINNED]

    def counted(self, *, more: str = "") -> tuple[Count, dict[str, list[Choice]]]:
        """Return how many fit, and the facets that are shown; of the facet ``more`` many values.

        Raises OperationalError when it takes too long. Call it after `page`.
        """
        with self.running():
            count = self._count()
            shown = [key for key, facet in FACETS.items() if facet.is_shown]
            wanted = (shown, MANY if more in shown else SHOWN)
            hits = None if self._few is None else [row[-1] for row in self._few]
            return count, choices(self.asked, self.size, self.state, wanted, hits)

    def count(self) -> Count:
        """Return how many fit, counted up to a bound where the number is not known."""
        with self.running():
            return self._count()

    def _count(self) -> Count:
        if self._few is not None:
            return Count(len(self._few))
        n, size = self._exact, self.size
        if self._is_known:
            return Count(size.n)
        if n is None and size.n >= _SURELY_MORE:
            return Count(COUNTED, is_capped=True)
        if n is None and size.n > LIVE and self.way.cost_us > _COUNTED_US:
            return Count(coarse(size.n), is_estimate=True)
        if n is None:
            n = self._counted_now()
        return Count(min(n, COUNTED), is_capped=n > COUNTED)

    @property
    def _is_known(self) -> bool:
        """Say whether the last count tells how many fit."""
        is_exact = self.size.is_exact and self.size.n > COMMON
        return is_exact or self.asked.is_empty or self.asked.is_whole

    def _counted_now(self) -> int:
        """Count the rows that fit up to a bound."""
        sql = _COUNT.format(condition=self.way.sql)
        ((n,),) = _rows(sql, [*self.way.values, COUNTED + 1])
        return int(n)

    def meant(self) -> Question | None:
        """Return the question as it was perhaps meant, where a word of it is misspelt."""
        return spelling.corrected(self.question, self.state)


def _state_of(rows: Sequence[tuple[Any, ...]]) -> SearchCount:
    names = ("id", "total", "sample_weight", "pair_weight", "counted_at")
    known = [dict(zip(names, row, strict=True)) for row in rows]
    return SearchCount(**known[0]) if known else SearchCount(counted_at=now())


def _rows(sql: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
