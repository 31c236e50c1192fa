"""What a run needs on this machine before it can measure: the split, then the files."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from analysis import catalog
from analysis import options as schema
from analysis.contract import (
    JSON,
    Check,
    CheckError,
    Columns,
    DataRequest,
    Subject,
    TableCheck,
    Unsupported,
)
from registry.hub.client import HubClient
from registry.hub.credentials import token_for
from registry.models import Run
from workers import inputs, orders
from workers.inputs import Sample, Table
from workers.orders import Seeds
from workers.samples import Split, Splits
from workers.sandbox.outcomes import Cancelled
from workers.snapshots import Fetched, Snapshots

Show = Callable[[str, int, int], None]
MOST_CLAIMS = 100  # that a check of none is told of


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that a probe needs, fetched and sampled."""

    files: dict[str, Fetched]
    seeds: Seeds
    split: Split | None = None
    columns: Columns | None = None
    sample: Sample | None = None


def subject_of(run: Run) -> Subject:
    """Describe what is to be measured, with the claim as the card states it.

    A check of no claim learns what the revision claims, for it may want a split of these.
    """
    entry = catalog.entries().get(run.check_id)
    asked = schema.filled(entry.options, run.options) if entry else {}
    subject = replace(run.revision.subject(), asked=asked)
    if run.claim is not None:
        return replace(subject, claim=run.claim.as_contract())
    stated = run.revision.claims.filter(problem="").order_by("pk")[:MOST_CLAIMS]
    return replace(subject, claims=tuple(claim.as_contract() for claim in stated))


def client_for(run: Run, **named: Any) -> HubClient:
    """Open the hub of a run."""
    hub = run.revision.repo.hub.url
    return HubClient(hub, token_for(hub), **named)


def fetch_split(
    client: HubClient, run: Run, request: DataRequest, alive: Callable[[], bool]
) -> Split:
    """Read the split of a run, at the commit that its options name; raise as ``Splits.read``.

    A replay expects the very data that its evidence names: raises Unsupported (missing dataset)
    where it is another.
    """
    asked = str(run.options.get("dataset_revision") or request.revision)
    split = Splits(settings.ASSAY_HOME).read(client, replace(request, revision=asked), alive)
    expected = _expected(run, "data")
    if expected:
        _compare(split, expected)
    return split


def fetch_files(
    client: HubClient, run: Run, on_bytes: Callable[[int, int], None]
) -> dict[str, Fetched]:
    """Fetch the files of a run; a replay those of its evidence, with the digests it names."""
    expected = _expected(run, "files")
    snapshots = Snapshots(settings.ASSAY_HOME)
    if expected:
        digests = {str(path): str(digest) for path, digest in expected.items()}
        return snapshots.fetch_exactly(client, run.revision, digests, on_bytes)
    return snapshots.fetch(client, run.revision, on_bytes)


def prepare(
    run: Run, check: Check, subject: Subject, show: Show, alive: Callable[[], bool]
) -> Prepared:
    """Fetch the dataset's split first (it is what is most often missing), then the files."""
    request = check.wants(subject)
    split = columns = sample = None
    with client_for(run) as client:
        if request is not None:
            show("reading the dataset", 0, 0)
            split = fetch_split(client, run, request, alive)
            Run.objects.filter(pk=run.pk).update(dataset_sha=split.request.revision)
            columns = check.columns(subject, split.features)
        found = split.request if split else None
        seeds = orders.seeds(settings.ASSAY_HOME, run.revision.sha, found, run.options)
        if request is not None and split is not None and columns is not None:
            expected = _expected(run, "tables")
            tables = tuple(
                _tables(client, check, subject, request, split, columns, expected, alive)
            )
            limit = run.options.get("n", subject.asked.get("n"))
            sample = inputs.draw(split, columns, seed=seeds.order, limit=limit, tables=tables)
            _vet_order(sample, _expected(run, "data"))

        def on_bytes(done: int, total: int) -> None:
            if not alive():
                raise Cancelled("The run was cancelled.")
            show("fetching the files", done >> 20, total >> 20)

        files = fetch_files(client, run, on_bytes)
    return Prepared(files, seeds, split, columns, sample)


def _tables(
    client: HubClient,
    check: Check,
    subject: Subject,
    request: DataRequest,
    split: Split,
    columns: Columns,
    expected: Mapping[str, JSON],
    alive: Callable[[], bool],
) -> Iterator[Table]:
    """Read the other splits that were asked for, those of the same dataset at the same commit.

    ``expected`` is what a replay's evidence says of them, by name.
    """
    names = split.features[columns.target].names
    for name, wanted in request.tables:
        if not isinstance(check, TableCheck):
            raise CheckError("The check asks for other splits and does not say what of them.")
        if wanted.dataset == request.dataset:
            wanted = replace(wanted, revision=split.request.revision)
        then = expected.get(name)
        if isinstance(then, dict) and then.get("revision"):
            wanted = replace(wanted, revision=str(then["revision"]))
        found = Splits(settings.ASSAY_HOME).read(client, wanted, alive)
        if isinstance(then, dict):
            _compare(found, then)
        chosen = check.table_columns(subject, name, found.features)
        own = found.features[chosen.target].names
        if own and names and own != names:
            raise Unsupported(
                f"The split {wanted.split!r} names its classes otherwise than the one that is"
                " claimed.",
                "dataset",
            )
        yield Table(name, found, chosen, wanted.most)


def _expected(run: Run, what: str) -> Mapping[str, JSON]:
    """Return what a replay expects of the files or of the data; nothing for other runs."""
    expect = run.options.get("expect")
    found = expect.get(what) if isinstance(expect, dict) else None
    return found if isinstance(found, dict) else {}


def _vet_order(sample: Sample, expected: Mapping[str, JSON]) -> None:
    """Raise Unsupported where this machine draws other rows by the same seed."""
    first = expected.get("first_rows")
    if isinstance(first, list) and first != sample.order[: len(first)].tolist():
        raise Unsupported("The numpy of this worker draws another order by that seed.", "order")


def _compare(split: Split, expected: Mapping[str, JSON]) -> None:
    """Raise Unsupported where a split is not the one that was measured."""
    request = split.request
    here = {
        "dataset": request.dataset,
        "config": request.config,
        "split": request.split,
        "revision": request.revision,
        "rows_of_split": split.rows,
    }
    for name, value in here.items():
        if name in expected and expected[name] != value:
            raise Unsupported(
                f"The data are not those that were measured: {name} is {value!r}, the evidence"
                f" says {expected[name]!r}.",
                "dataset",
            )
    # The fingerprint depends on the library that reads the files; the digest of the rows does not
    # mind which one that was, so that either of them is enough.
    marks = {"fingerprint": split.fingerprint, "sha256": split.sha256}
    told = {name: (expected[name], mark) for name, mark in marks.items() if expected.get(name)}
    if told and not any(then == now for then, now in told.values()):
        said = ", ".join(f"{name} {now}, expected {then}" for name, (then, now) in told.items())
        raise Unsupported(
            f"The rows of the dataset are not those that were measured: {said}.", "dataset"
        )
