"""The pages of a listing, one after the other, asked for as the hub can bear it.

A page of a thousand records with cards and configurations is much for a hub: the real one answers
504 at some deep cursors. Then the same place is asked for with less: without the expensive parts,
then in smaller pages, down to single records; after some pages the next richer form is tried
again. The cursor inside the address is the hub's own and is never touched.
"""

from dataclasses import replace

from registry.hub.answers import Fault, Page
from registry.hub.client import EXPAND, EXPENSIVE, PAGE, HubClient
from registry.hub.problems import Broken, BrokenPage, HubProblem, TooLarge, Unreachable

NARROW = "A page was read narrowly"  # so begins the note of such a page
STAY_PAGES = 10  # so long a poorer form is kept before the next richer one is tried
_SMALLER = (100, 10, 1)  # records a page
_NARROW = 1  # the level from which on the expensive parts are left out


class Listing:
    """The pages from ``cursor`` on (empty: from the top). One thread at a time may ask."""

    def __init__(
        self, client: HubClient, cursor: str = "", *, sort: str = "createdAt", size: int = PAGE
    ) -> None:
        self._client = client
        self._url = cursor or client.listing_url(sort, size)
        self._levels = (size, size, *(fewer for fewer in _SMALLER if fewer < size))
        self._level = 0
        self._stay = 0
        self._is_reshaped = bool(
            cursor
        )  # it may come from a page that was asked for in another form
        self._why = ""

    def next(self) -> Page | None:
        """Return the next page, None after the last; raise HubProblem where none can be had."""
        if not self._url:
            return None
        while True:
            url = self._address()
            try:
                return self._taken(self._client.page(url))
            except BrokenPage as error:
                if not self._descend(error):
                    return self._taken(self._skipped(url, error))
            except (Broken, TooLarge, Unreachable) as error:
                if not self._descend(error):
                    raise

    def _address(self) -> str:
        if self._level == 0 and not self._is_reshaped:
            return self._url  # as the hub gave it
        return shaped(self._url, self._levels[self._level], is_narrow=self._level >= _NARROW)

    def _descend(self, error: HubProblem) -> bool:
        """Ask for less from now on; False where less would not help, or there is no less."""
        is_passing = not 400 <= error.status < 500
        deepest = _NARROW if isinstance(error, Unreachable) else len(self._levels) - 1
        if not is_passing or self._level >= deepest:
            return False
        self._level, self._stay, self._why = self._level + 1, STAY_PAGES, str(error)
        return True

    def _skipped(self, url: str, error: BrokenPage) -> Page:
        """Go past a single record that the hub cannot say in any form; its place is named."""
        if not error.following:
            reason = f"{error} It names no next page, so the listing cannot be read past it."
            raise BrokenPage(reason) from error
        if self._levels[self._level] > 1:
            raise error
        return Page(url, error.following, (), (Fault("", f"One record was left out. {error}"),))

    def _taken(self, page: Page) -> Page:
        note = ""
        if self._level:
            records = self._levels[self._level]
            note = (
                f"{NARROW}, {len(page.records):,} records by {records:,}: the hub did not give it"
                f" with cards, configurations and files. {self._why}"
            )
        self._url = page.next_cursor
        self._is_reshaped = self._level > 0
        self._stay -= 1
        if self._level and self._stay <= 0:
            self._level, self._stay = self._level - 1, STAY_PAGES
        return replace(page, note=note)


def shaped(url: str, size: int, *, is_narrow: bool) -> str:
    """Return the address of a page with another size and other parts; the rest stays as it is."""
    head, _, query = url.partition("?")
    wanted = [name for name in EXPAND if not (is_narrow and name in EXPENSIVE)]
    pieces = [piece for piece in query.split("&") if piece and not _is_form(piece)]
    pieces += [f"limit={size}", *(f"expand={name}" for name in wanted)]
    return f"{head}?{'&'.join(pieces)}"


def place_of(url: str) -> str:
    """Return what an address says about the place in the listing, whatever the form."""
    head, _, query = url.partition("?")
    return f"{head}?{'&'.join(piece for piece in query.split('&') if not _is_form(piece))}"


def _is_form(piece: str) -> bool:
    return piece.partition("=")[0] in {"limit", "expand", "expand%5B%5D", "expand[]"}
