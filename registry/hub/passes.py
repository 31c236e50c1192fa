"""One pass over a listing: pages are fetched and made into rows ahead of the page being stored.

One transaction stores a page's rows with the counters and the address of the next page. So after
a kill the pass goes on with the page that was under way, and leaves out what it has met already.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.utils.timezone import now

from registry.hub import records
from registry.hub.answers import Page
from registry.hub.batches import Batches
from registry.hub.client import PAGE, HubClient
from registry.hub.listing import Listing, place_of
from registry.hub.names import shown
from registry.hub.order import Order
from registry.hub.plan import build, steps, stored_commits
from registry.hub.problems import BadName, Broken, HubProblem, Missing
from registry.hub.records import Read
from registry.hub.store import Store
from registry.hub.threads import at_ease, give_memory_back
from registry.models import Hub, Sync

log = logging.getLogger(__name__)

TIDY_PAGES = 2  # between giving memory back, which takes some milliseconds
NO_NEWS_PAGES = 3  # in a row: the listing runs in a circle
# A recent pass goes so far behind the last one's newest change: repos that changed in the same
# moment, changes that the hub lists late, and clocks that differ.
OVERLAP = timedelta(hours=1)

Progress = Callable[[Sync], None]
_Built = tuple[Page, Future[list[Read]]]


class Stop(Exception):  # noqa: N818 - not a fault: the pass ends here
    """The pass cannot go on; the message is the reason, ``from_start`` forgets the cursor."""

    def __init__(self, reason: str, *, from_start: bool = False) -> None:
        super().__init__(reason)
        self.from_start = from_start


def hub_of(client: HubClient) -> Hub:
    """Return the row of a client's hub, made where there is none; raise BadName."""
    if len(client.url) > (Hub._meta.get_field("url").max_length or 200):
        raise BadName(f"The hub's address {shown(client.url)} is too long.")
    return Hub.objects.get_or_create(url=client.url)[0]


def ended(sync: Sync, work: Callable[[], None]) -> Sync:
    """Do the work of a pass and store how it ended, whatever happens."""
    sync.status, sync.reason = Sync.Status.STOPPED, "The pass was interrupted."
    try:
        work()
        sync.status, sync.reason, sync.cursor = Sync.Status.DONE, "", ""
    except HubProblem as error:
        sync.reason = str(error)
    except Stop as error:
        sync.reason = str(error)
        sync.cursor = "" if error.from_start else sync.cursor
    finally:
        sync.finished_at = now()
        with contextlib.suppress(DatabaseError):  # it may be the database that is gone
            sync.save(update_fields=["status", "reason", "cursor", "finished_at"])
    return sync


class ListingPass:
    """A pass over the whole listing, or over its recent part down to ``down_to``."""

    def __init__(
        self,
        client: HubClient,
        pool: ThreadPoolExecutor,
        sync: Sync,
        store: Store,
        on_progress: Progress | None,
        down_to: datetime | None = None,
    ) -> None:
        self._pool = pool
        self._sync = sync
        self._store = store
        self._down_to = down_to
        self._batches = Batches(store, sync, on_progress)
        self._is_recent = sync.kind == Sync.Kind.RECENT
        sort = "lastModified" if self._is_recent else "createdAt"
        size = PAGE if sync.limit is None else max(1, min(sync.limit, PAGE))
        self._listing = Listing(client, sync.cursor, sort=sort, size=size)
        self._order = Order(sort, size)
        self._newest = sync.watermark
        self._were_new = False  # all repos of the last page

    def run(self) -> None:
        """Read the listing from the pass's cursor on, to the end or to its limit."""
        with at_ease():
            self._run()
        self._finish()

    def _run(self) -> None:
        no_news, visited = 0, set[int]()
        for page, built in self._ahead():
            visited.add(hash(place_of(page.cursor)))
            is_last = self._is_far_enough(page)
            following = "" if is_last else page.next_cursor
            if following and hash(place_of(following)) in visited:
                self._loop(page, built)
            no_news = 0 if self._page(page, built, following) else no_news + 1
            if no_news >= NO_NEWS_PAGES:
                raise self._named(f"{no_news} pages in a row of the listing held nothing new.")
            if is_last or self._has_enough():
                break
            if self._sync.pages % TIDY_PAGES == 0:
                give_memory_back()

    def _has_enough(self) -> bool:
        return self._sync.limit is not None and self._sync.seen >= self._sync.limit

    def _finish(self) -> None:
        with transaction.atomic():
            if self._sync.limit is None and not self._is_recent:
                gone = self._store.mark_gone(self._sync.started_at, self._store.clock())
                if gone:
                    log.info("%s does not list %d repos any more", self._sync.hub, gone)
            self._store.close()

    def _loop(self, page: Page, built: list[Read]) -> None:
        self._page(page, built, "")
        raise self._named("The hub's listing leads back to a page that it had before.")

    def _named(self, reason: str) -> Stop:
        self._batches.add_notes([reason])
        self._sync.pages -= 1  # this is no page
        self._batches.flush(cursor="")
        return Stop(reason, from_start=True)

    def _ahead(self) -> Iterator[tuple[Page, list[Read]]]:
        """Yield pages with their rows: while one is stored, the next is built, and one fetched.

        A page that is ready is never held up by one that the hub lets wait, or does not give.
        """
        self._fetching = self._pool.submit(self._listing.next)
        following: _Built | None = None
        is_first = bool(self._sync.cursor)
        while True:
            try:
                current = following or self._taken()
            except HubProblem as error:
                raise _forgotten(error) if is_first else error from None
            if current is None:
                return
            is_first = False
            page, built = current
            rows = built.result()
            # Only now: by the time that a page is built, the one after it has mostly come.
            following = self._taken() if self._has_come(page) else None
            yield page, rows

    def _has_come(self, page: Page) -> bool:
        """Say whether a page is there after this one, and wanted."""
        limit = self._sync.limit
        if limit is not None and self._sync.seen + len(page.records) >= limit:
            return False
        return self._fetching.done() and self._fetching.exception() is None

    def _taken(self) -> _Built | None:
        """Have the next page built, and the one after it fetched; None after the last."""
        page = self._fetching.result()
        if page is None:
            return None
        self._fetching = self._pool.submit(self._listing.next)
        page = self._cut(page)
        # Where the last page was of strangers, this one is, too; if not, more is built than needed.
        stored = frozenset[str]() if self._were_new else stored_commits(self._store, page.records)
        return page, self._pool.submit(build, page.records, stored)

    def _cut(self, page: Page) -> Page:
        limit = self._sync.limit
        if limit is None or len(page.records) <= limit:
            return page
        return Page(page.cursor, page.next_cursor, page.records[:limit], page.faults, page.note)

    def _page(self, page: Page, built: list[Read], following: str) -> int:
        """Store one page; return how many of its records were new to this pass."""
        limit, seen, created = self._sync.limit, self._sync.seen, self._sync.created
        most = len(built) if limit is None else max(limit - seen, 0)
        planned, faults = steps(self._store, page.records[:most], built[:most])
        self._batches.add_faults([*page.faults, *faults])
        self._batches.add_notes([*self._order.notes(page), *([page.note] if page.note else [])])
        for read in planned:
            self._batches.add(read)
        self._batches.flush(cursor=following, watermark=self._watermark(page))
        self._were_new = 0 < len(planned) == self._sync.created - created
        return len(planned) + len(faults) + len(page.faults)

    def _watermark(self, page: Page) -> datetime | None:
        """Return the newest change so far, but none after the pass began.

        A repo that changed while the pass was under way may have been listed before that.
        """
        begun = self._sync.started_at
        for at in _moments(page):
            newest = at if self._newest is None else max(at, self._newest)
            self._newest = min(newest, begun)
        return self._newest

    def _is_far_enough(self, page: Page) -> bool:
        """Say whether a recent pass has reached what the last pass knew."""
        if not self._is_recent:
            return False
        moments = list(_moments(page))
        if page.records and not moments:
            raise Stop("The hub does not say when its repos changed: a full pass must tell.")
        if self._down_to is None or not moments:
            return False
        if self._sync.pages == 0 and max(moments) < self._down_to:
            self._batches.add_notes([_went_back(max(moments), self._down_to)])
        # All of it, for a hub may answer a little out of order.
        return max(moments) < self._down_to or (
            moments == sorted(moments, reverse=True) and moments[-1] < self._down_to
        )


def _went_back(newest: datetime, known: datetime) -> str:
    return (
        f"The hub went back in time: its newest change is of {newest:%Y-%m-%d %H:%M:%S}, and"
        f" {known:%Y-%m-%d %H:%M:%S} was known already. Only a full pass tells what became of"
        " the repos between."
    )


def _moments(page: Page) -> Iterator[datetime]:
    for record in page.records:
        at = records.moment(record.info.get("lastModified"))
        if at is not None:
            yield at


def _forgotten(error: HubProblem) -> Exception:
    """Say of the first page of a resumed pass that the hub does not know its cursor any more."""
    if not isinstance(error, Missing | Broken) or not 400 <= error.status < 500:
        return error
    reason = f"The stored place in the listing is not known any more. {error}"
    return Stop(reason, from_start=True)
