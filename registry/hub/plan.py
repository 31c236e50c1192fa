"""What each record of a page is: new, changed, stored already, or in contradiction to another."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.hub import records
from registry.hub.answers import Fault, Record
from registry.hub.listed import counted, listed
from registry.hub.names import shown
from registry.hub.records import Problem, Read
from registry.hub.store import Known, Store
from registry.hub.threads import guarded


def build(page: Sequence[Record], stored: frozenset[str]) -> list[Read]:
    """Make rows of records, whose commits are ``stored`` already or not. Runs in a thread."""
    return [
        guarded(record.name, counted if record.name in stored else listed, record)
        for record in page
    ]


def stored_commits(store: Store, page: Sequence[Record]) -> frozenset[str]:
    """Return the names of records of which the mirror has the commit, and all that they say."""
    by_key, by_name = _rows(store, [record for record in page if not _fault(record)])
    found = ((record, _same(record, by_key, by_name)) for record in page)
    return frozenset(record.name for record, known in found if known and is_stored(record, known))


def steps(
    store: Store, page: Sequence[Record], built: Sequence[Read]
) -> tuple[list[Read], list[Fault]]:
    """Return what is to be stored of a page; contradictions are Faults.

    Records that this pass met before are left out.
    """
    good, faults = _possible(page, built)
    by_key, by_name = _rows(store, [record for record, _ in good])
    met = [row for rows in (by_key, by_name) for row in rows.values() if row.is_met]
    names_met = {row.hub_key: row.name for row in met}
    keys_met = {row.name: row.hub_key for row in met}
    planned: list[Read] = []
    for record, read in good:
        step = _Step(record, _same(record, by_key, by_name))
        key = step.key
        other = names_met.get(key)
        if other is not None and other != record.name:
            reason = f"The hub lists one id for two repos, {shown(other)} and {shown(record.name)}"
            faults.append(Fault(record.name, f"{reason}; the first one counts."))
        elif keys_met.get(record.name, key) != key:
            reason = f"The hub lists the name {shown(record.name)} for two repos"
            faults.append(Fault(record.name, f"{reason}; the first one counts."))
        elif other is None:
            planned.append(step.finished(read))
        names_met.setdefault(key, record.name)
        keys_met.setdefault(record.name, key)
    return planned, faults


def is_stored(record: Record, known: Known) -> bool:
    """Say whether the mirror has the record's commit, and everything that the record says of it."""
    if not record.sha or known.head_sha != record.sha:
        return False
    modified = records.moment(record.info.get("lastModified"))
    if modified is not None and modified != known.modified_at:
        return False
    if known.read_sha == record.sha:
        return True
    info = record.info
    has_card = known.has_card or not info.get("cardData")
    return has_card and (known.has_config or not info.get("config"))


@dataclass(frozen=True, slots=True)
class _Step:
    """One record, and the row of the mirror that is the same repo, if there is one."""

    record: Record
    known: Known | None

    @property
    def key(self) -> str:
        """Under which key the repo is stored."""
        if self.known is not None and not self.record.key:
            return self.known.hub_key
        return records.hub_key(self.record)

    def finished(self, read: Read) -> Read:
        """Fit what was made of the record alone to what is known of the repo."""
        row, known, record = read.row, self.known, self.record
        if row is None:
            return read
        if known is None:
            row.ask = not record.sha
            return read
        if read.revision is None and record.sha and not is_stored(record, known):
            read = guarded(record.name, listed, record)
            row = read.row
            if row is None:
                return read
        if self._may_be_another(known):
            # The detail tells, for it has the id.
            bare = records.RepoRow(record.name, known.hub_key, ask=True)
            return Read(record.name, bare)
        row.hub_key = self.key
        row.adopts = known.hub_key if known.hub_key != self.key else None
        if known.read_sha == record.sha:
            # The card itself said these, and what a listing makes of it may differ.
            row.licence = row.datasets = row.languages = row.papers = None
        row.ask = not record.sha and (not known.head_sha or row.modified_at != known.modified_at)
        self._compare(read, known)
        return read

    def _may_be_another(self, known: Known) -> bool:
        """Say whether a listing without ids has another commit under a name whose id is known."""
        is_named = known.hub_key == records.name_key(self.record.name)
        is_moved = bool(self.record.sha) and known.head_sha != self.record.sha
        return not self.record.key and not is_named and is_moved

    def _compare(self, read: Read, known: Known) -> None:
        """Note where the hub has gone back in time. What it says now is what counts."""
        now, before = read.row.modified_at if read.row else None, known.modified_at
        is_moved = bool(self.record.sha) and known.head_sha not in {"", self.record.sha}
        if is_moved and now is not None and before is not None and now < before:
            reason = (
                f"The hub went back in time: it said {before:%Y-%m-%d %H:%M:%S} for the last"
                f" change before, and says {now:%Y-%m-%d %H:%M:%S} now."
            )
            read.problems.append(Problem("list", reason))


def _rows(store: Store, page: Sequence[Record]) -> tuple[dict[str, Known], dict[str, Known]]:
    """Return the rows of the mirror that may be those of a page, by key and by name."""
    keys, names = [records.hub_key(record) for record in page], [record.name for record in page]
    rows = store.known(keys, names)
    by_key = {row.hub_key: row for row in rows}
    return by_key, {row.name: row for row in rows if row.is_present}


def _possible(
    page: Sequence[Record], built: Sequence[Read]
) -> tuple[list[tuple[Record, Read]], list[Fault]]:
    good: list[tuple[Record, Read]] = []
    faults: list[Fault] = []
    for record, read in zip(page, built, strict=True):
        fault = _fault(record)
        if fault:
            faults.append(Fault(record.name, f"The name {shown(record.name)} {fault}."))
        else:
            good.append((record, read))
    return good, faults


def _fault(record: Record) -> str:
    return records.name_fault(record.name)


def _same(record: Record, by_key: dict[str, Known], by_name: dict[str, Known]) -> Known | None:
    """Return the row that is the same repo: by id, or by name where one side has no id."""
    row = by_key.get(records.hub_key(record))
    if row is not None:
        return row
    named = by_name.get(record.name)
    if named is None:
        return None
    if not record.key:
        return named
    is_nameless = named.hub_key == records.name_key(record.name)
    return named if is_nameless and named.head_sha == record.sha else None
