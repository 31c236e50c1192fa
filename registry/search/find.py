"""Answers a question: a page of listings, how many there are, and what else may be meant."""

from dataclasses import dataclass, field
from math import isqrt

from django.db import OperationalError
from django.db.models import QuerySet
from django.utils.timezone import now

from registry import keysets
from registry.models import Listing, SearchCount
from registry.search import plans, spelling, words
from registry.search.counts import COMMON
from registry.search.facets import FACETS
from registry.search.question import Question
from registry.search.tally import MANY, SHOWN, Asked, Choice, Size, choices, groups_of, size_of

PAGE_SIZE = 25
COUNTED = 10_000  # what is not known is counted up to here
_SURELY_MORE = 15_000  # an estimate that cannot come of fewer than `COUNTED`
_PINNED = 5
_BEGINNINGS = 300  # names that begin so: with more, popularity decides alone


@dataclass(frozen=True, slots=True)
class Count:
    """How many models fit."""

    n: int
    is_capped: bool = False  # there are more

    def __str__(self) -> str:
        return f"{self.n:,}+" if self.is_capped else f"{self.n:,}"


@dataclass(slots=True)
class Search:
    """A question on its way to an answer; what one part finds out serves the others."""

    question: Question
    page_size: int = PAGE_SIZE
    containing: list[str] = field(default_factory=list)  # words that stand in for the one asked for
    _asked: Asked | None = None
    _size: Size | None = None
    _state: SearchCount | None = None

    @property
    def asked(self) -> Asked:
        """The question with its labels looked up."""
        if self._asked is None:
            groups = groups_of(self.question.chosen)
            query = words.condition(self.question.words)
            has_no_words = bool(self.question.text and not query)
            self._asked = Asked(groups, query, has_no_words)
        return self._asked

    @property
    def state(self) -> SearchCount:
        """The last count."""
        if self._state is None:
            self._state = SearchCount.objects.first() or SearchCount(counted_at=now())
        return self._state

    @property
    def size(self) -> Size:
        """About how many rows fit."""
        if self._size is None:
            self._size = size_of(self.asked, self.state)  # in a small table: needs no limit
        return self._size

    def page(self, cursor: str = "") -> keysets.Page[Listing]:
        """Return a page. Raises BadCursor, and OperationalError when it takes too long.

        Where no row has the words, the rows that have a word containing the last one are shown.
        """
        found = self._page(cursor)
        is_nothing = self.question.text and not found.rows and not self.asked.is_empty
        if is_nothing and not self.containing:
            self._widen()
            found = self._page(cursor) if self.containing else found
        return found

    def _widen(self) -> None:
        *whole, last = self.question.words
        self.containing = spelling.containing(last, self.state)
        if self.containing:
            parts = [f"'{word}'" for word in whole] + [words.any_of(self.containing)]
            self._asked = Asked(self.asked.groups, " & ".join(parts))
            self._size = None

    def _page(self, cursor: str) -> keysets.Page[Listing]:
        order = self.question.order
        pinned = self._pinned() if self.question.sort == "relevance" else []
        rows = self.asked.of(Listing.objects.all()).defer("tokens", "labels")
        rows = rows.exclude(pk__in=[row.pk for row in pinned]) if pinned else rows
        found = self._rows(rows, order, cursor)
        if pinned and not found.previous:
            found = keysets.Page([*pinned, *found.rows], found.next, found.previous)
        return found

    def _rows(
        self, rows: "QuerySet[Listing]", order: keysets.Order, cursor: str
    ) -> keysets.Page[Listing]:
        def run() -> keysets.Page[Listing]:
            return keysets.page(
                rows, order, size=self.page_size, cursor=cursor, asked=self._digest()
            )

        is_whole = self.asked.is_whole
        if is_whole or self.size.n >= self._walked_from():
            try:
                with plans.running(plans.WALK, within_ms=plans.QUICK_MS):
                    return run()
            except OperationalError:
                pass  # the rows that fit lie far apart in this order
        with plans.running(plans.FREE if is_whole else plans.GATHER):
            return run()

    def _digest(self) -> str:
        return self.question.digest()

    def _walked_from(self) -> int:
        """Return from how many fitting rows on a walk meets a page sooner than gathering does."""
        return max(1_000, isqrt(self.page_size * self.state.total))

    def _pinned(self) -> list[Listing]:
        """Return what is called so: the whole name, the name without its owner, its beginning."""
        name = words.fold(self.question.text)
        if self.asked.is_empty or not name:
            return []
        rows = self.asked.of(Listing.objects.all()).defer("tokens", "labels")
        beginnings = Listing.objects.filter(base__gte=name, base__lt=name + "\U0010ffff")
        with plans.running():
            near = list(beginnings.order_by("base", "pk").values_list("pk")[: _BEGINNINGS + 1])
            exact = list(Listing.objects.filter(folded=name).values_list("pk")[:_PINNED]) + list(
                Listing.objects.filter(base=name)
                .order_by("-downloads_key")
                .values_list("pk")[:_PINNED]
            )
            wanted = [pk for (pk,) in (exact if len(near) > _BEGINNINGS else exact + near)]
            found = list(rows.filter(pk__in=wanted))
        ranks = {True: 0, False: 1}
        found.sort(
            key=lambda row: (
                ranks[row.folded == name],
                ranks[row.base == name],
                -row.downloads_key,
                -row.pk,
            )
        )
        return found[:_PINNED]

    def counted(self, *, more: str = "") -> tuple[Count, dict[str, list[Choice]]]:
        """Return how many fit, and the facets that are shown; of the facet ``more`` many values.

        Raises OperationalError when it takes too long. Call it after `page`.
        """
        size = self.size
        with plans.running():
            count = self._count(size)
            shown = [key for key, facet in FACETS.items() if facet.is_shown]
            most = MANY if more in shown else SHOWN
            return count, choices(self.asked, size, self.state, shown, most)

    def count(self) -> Count:
        """Return how many fit, counted up to a bound where the number is not known."""
        size = self.size
        with plans.running():
            return self._count(size)

    def _count(self, size: Size) -> Count:
        if (size.is_exact and size.n > COMMON) or self.asked.is_empty or self.asked.is_whole:
            return Count(size.n)
        if size.n >= _SURELY_MORE:
            return Count(COUNTED, is_capped=True)
        plans.use(plans.GATHER)
        n = self.asked.of(Listing.objects.order_by()).values("pk")[: COUNTED + 1].count()
        return Count(min(n, COUNTED), is_capped=n > COUNTED)

    def meant(self) -> Question | None:
        """Return the question as it was perhaps meant, where a word of it is misspelt."""
        return spelling.corrected(self.question, self.state)
