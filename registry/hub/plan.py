"""What to do with each record of a page: leave it, take it from the listing, or ask for more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.hub import records
from registry.hub.answers import Fault, Record
from registry.hub.names import shown
from registry.hub.reading import RepoReader
from registry.hub.records import Read
from registry.hub.store import Known, Store


@dataclass(frozen=True, slots=True)
class Step:
    """One record, and the row of the mirror that is the same repo, if there is one."""

    record: Record
    known: Known | None

    @property
    def key(self) -> str:
        """Under which key the repo is stored."""
        if self.known is not None and not self.record.key:
            return self.known.hub_key
        return records.hub_key(self.record)

    @property
    def adopts(self) -> str | None:
        """The key under which it was stored before the hub gave it this one."""
        other = self.known is not None and self.known.hub_key != self.key
        return self.known.hub_key if self.known is not None and other else None

    @property
    def is_unchanged(self) -> bool:
        """Say whether the commit that the mirror has read in full is still the head."""
        known, sha = self.known, self.record.sha
        if known is None or not sha or known.head_sha != sha or known.problem:
            return False
        modified = records.moment(self.record.info.get("lastModified"))
        return modified is None or modified == known.modified_at

    def read(self, reader: RepoReader) -> Read:
        """Return what there is to store; asks the hub only where something changed."""
        if self.is_unchanged:
            row = records.repo_row(self.record, hub_key=self.key, adopts=self.adopts)
            return Read(self.record.name, row)
        # The listing may leave out an id that the hub has: its detail tells.
        ask = not self.record.key and self.key != records.name_key(self.record.name)
        read = reader.listed(self.record, ask=ask)
        if read.row is None:
            return read
        if read.row.hub_key == records.name_key(read.row.name):
            read.row = replace(read.row, hub_key=self.key)
        elif read.row.hub_key == self.key:
            read.row = replace(read.row, adopts=self.adopts)
        return read


def steps(store: Store, page: Sequence[Record]) -> tuple[list[Step], list[Fault]]:
    """Plan a page. Records that this pass met before are left out; contradictions are Faults."""
    good, faults = _possible(page)
    keys = [records.hub_key(record) for record in good]
    names = [record.name for record in good]
    met = store.met_before(keys, names)
    names_met, keys_met = dict(met), {name: key for key, name in met}
    rows = store.known([*keys, *(records.name_key(name) for name in names)], names)
    by_key = {row.hub_key: row for row in rows}
    by_name = {row.name: row for row in rows if row.is_present}
    planned: list[Step] = []
    for record in good:
        step = Step(record, _same(record, by_key, by_name))
        other = names_met.get(step.key)
        if other is not None and other != record.name:
            reason = f"The hub lists one id for two repos, {shown(other)} and {shown(record.name)}"
            faults.append(Fault(record.name, f"{reason}; the first one counts."))
        elif keys_met.get(record.name, step.key) != step.key:
            reason = f"The hub lists the name {shown(record.name)} for two repos"
            faults.append(Fault(record.name, f"{reason}; the first one counts."))
        elif other is None:
            planned.append(step)
        names_met.setdefault(step.key, record.name)
        keys_met.setdefault(record.name, step.key)
    return planned, faults


def _possible(page: Sequence[Record]) -> tuple[list[Record], list[Fault]]:
    good: list[Record] = []
    faults: list[Fault] = []
    for record in page:
        fault = records.name_fault(record.name)
        if fault:
            faults.append(Fault(record.name, f"The name {shown(record.name)} {fault}."))
        else:
            good.append(record)
    return good, faults


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
