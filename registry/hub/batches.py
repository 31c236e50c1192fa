"""Collecting what was read into batches, storing them, counting truly."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.utils.timezone import now

from analysis.text import clean_text
from registry.hub.answers import Fault
from registry.hub.names import shown
from registry.hub.records import NAME_LIMIT, Problem, Read
from registry.hub.store import Store
from registry.models import Sync, SyncProblem

REPOS = 1000
WEIGHT = 32 << 20  # characters that a batch may hold in memory

_COUNTERS = (
    *("seen", "created", "changed", "unchanged", "failed"),
    *("cursor", "pages", "watermark"),
)


class Batches:
    """The batch that is being filled. ``on_progress`` is called after each one that was stored.

    ``counts`` is False where repos are read that the pass has counted when it listed them.
    """

    def __init__(
        self,
        store: Store,
        sync: Sync,
        on_progress: Callable[[Sync], None] | None,
        *,
        counts: bool = True,
    ) -> None:
        self._counts = counts
        self._store = store
        self._sync = sync
        self._on_progress = on_progress
        self._reads: list[Read] = []
        self._faults: list[Fault] = []
        self._notes: list[Read] = []
        self._weight = 0
        self._keys: set[str] = set()
        self._names: set[str] = set()
        # What an earlier, killed try of this pass has said already.
        told = SyncProblem.objects.filter(sync=sync).values_list("repo_name", "stage", "reason")
        self._told = frozenset(told)
        self._problems: list[SyncProblem] = []

    def add(self, read: Read) -> None:
        """Take one repo; stores the batch when it is full."""
        row = read.row
        if row is not None and (row.hub_key in self._keys or row.name in self._names):
            # A listing cannot get here with this, but a detail may give another name or id.
            reason = f"The hub gives the name or id of {shown(row.name)} to two repos."
            self._faults.append(Fault(read.name, reason))
            return
        if row is not None:
            self._keys.add(row.hub_key)
            self._names.add(row.name)
        self._reads.append(read)
        self._weight += read.weight
        if len(self._reads) >= REPOS or self._weight >= WEIGHT:
            self.flush()

    def add_faults(self, faults: Sequence[Fault]) -> None:
        """Take records of a page that could not be used; they are stored at the page's end."""
        self._faults += faults

    def add_notes(self, notes: Iterable[str]) -> None:
        """Take sentences about the listing itself; they are stored at the page's end."""
        self._notes += [Read("", problems=[Problem("list", note)]) for note in notes]

    def flush(self, cursor: str | None = None, watermark: datetime | None = None) -> None:
        """Store what there is in one transaction; ``cursor`` ends a page: it is the next one's.

        ``watermark`` is the newest change that the pass has met so far.
        """
        sync, reads = self._sync, self._reads
        before = {name: getattr(sync, name) for name in _COUNTERS}
        self._problems = []
        try:
            with transaction.atomic():
                self._write([read for read in reads if read.row is not None])
                rest = [read for read in reads if read.row is None]
                self._count(rest)
                self._store.meet([read.name for read in rest])  # the hub lists them, after all
                if cursor is not None:
                    sync.cursor = cursor
                    sync.pages += sync.kind != Sync.Kind.NAMED
                    sync.watermark = watermark or sync.watermark
                    self._tell_faults()
                    for note in self._notes:
                        self._tell(note)
                SyncProblem.objects.bulk_create(self._problems)
                sync.save(update_fields=_COUNTERS)
        except BaseException:
            for name, value in before.items():
                setattr(sync, name, value)
            raise
        self._reads, self._weight = [], 0
        self._keys, self._names = set(), set()
        if cursor is not None:
            self._faults, self._notes = [], []
        if self._on_progress is not None:
            self._on_progress(sync)

    def _write(self, reads: Sequence[Read]) -> None:
        """Store; where the database refuses a batch, find the row that it refuses."""
        if not reads:
            return
        try:
            stored = self._store.write(reads, self._store.clock())
        except (DataError, IntegrityError) as error:
            if len(reads) == 1:
                reason = clean_text(" ".join(str(error).split()), 500)
                sentence = f"The database refused it: {reason}"
                self._count([Read(reads[0].name, None, None, [Problem("store", sentence)], True)])
                self._store.meet([reads[0].name])
                return
            middle = len(reads) // 2
            self._write(reads[:middle])
            self._write(reads[middle:])
            return
        created = {reads[n].name for n in stored.created}
        changed = {reads[n].name for n in stored.changed}
        self._count(reads, created, changed)

    def _count(
        self,
        reads: Sequence[Read],
        created: set[str] | None = None,
        changed: set[str] | None = None,
    ) -> None:
        sync = self._sync
        for read in reads:
            is_news = self._tell(read)
            if not self._counts:
                continue
            if read.failed:
                sync.failed += is_news
                sync.seen += is_news
                continue
            sync.seen += 1
            if read.name in (created or ()):
                sync.created += 1
            elif read.name in (changed or ()):
                sync.changed += 1
            else:
                sync.unchanged += 1

    def _tell_faults(self) -> None:
        for fault in self._faults:
            is_news = self._tell(Read(fault.name, problems=[Problem("list", fault.reason)]))
            self._sync.seen += is_news
            self._sync.failed += is_news
        self._store.meet([fault.name for fault in self._faults if fault.name.isascii()])

    def _tell(self, read: Read) -> bool:
        """Take the problems of a repo; False where all of them were stored before."""
        if not read.problems:
            return False
        name, at = clean_text(read.name, NAME_LIMIT), now()
        said = {(name, problem.stage, clean_text(problem.reason)) for problem in read.problems}
        self._problems += [
            SyncProblem(sync=self._sync, repo_name=name, stage=stage, reason=reason, at=at)
            for name, stage, reason in sorted(said - self._told)
        ]
        return not said <= self._told
