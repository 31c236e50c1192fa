"""Asking a network: what it answered before comes first, the sandbox only for what is missing."""

import contextlib
import functools
import hashlib
import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from analysis.contract import JSON, CheckError, Job, Part
from workers.predictions import NETWORK, Draft, Kept, Predictions, Segment
from workers.sandbox.outcomes import Cancelled, Died, Reason, Report, SandboxUnavailable
from workers.sandbox.plan import PROJECT
from workers.sandbox.session import Session

log = logging.getLogger(__name__)

Begin = Callable[[Job, Path | None], AbstractContextManager[Session]]
Tell = Callable[[int, int, str], None]  # done, total, a sentence

PROGRESS = "progress"  # the part that is shown and never judged
FLUSH_S = 20.0  # what was answered since is lost by a kill
_FLUSH_SHARE = 20  # keeping takes at most one in so many seconds
_LONGEST_SENTENCE = 200
_MOST_COUNTED = (1 << 31) - 1
# What says nothing against the answers that came before it.
_NO_FAULT = frozenset({Reason.TIMEOUT, Reason.OUT_OF_MEMORY, Reason.SIGNAL, Reason.SANDBOX})
_LIBRARIES = (
    "numpy", "pillow", "pyarrow", "safetensors", "tokenizers", "torch", "transformers",
)  # fmt: skip
# In what a network says of itself, from pass to pass.
_MAY_DIFFER = frozenset({"batch_size", "dtype"})


class Writable(Protocol):
    """Rows for the sandbox: a sample of a split, or such as were made for a run."""

    def write(self, path: Path, start: int = 0) -> Path:
        """Write the rows from ``start`` on as an Arrow file."""


class Changed(Exception):  # noqa: N818 - reads as what happened
    """The network is another one than the one whose answers were kept: ask it anew."""


@dataclass(slots=True)
class Asked:
    """How the answers of a run came about."""

    reused: int
    segments: list[Segment]
    sandbox: dict[str, Any]


class Asking:
    """The parts of one run, as one stream. Use it as a context manager.

    ``begin(job, inputs)`` opens a session of the sandbox. ``store`` None asks for everything anew
    and keeps nothing. The reader may stop at any part and calls ``settle`` when it is content. What
    was answered is kept now and then meanwhile (``flush_s``), and when the run is cut off by what
    is no fault of the answers, so that the next attempt goes on behind them. ``tell`` hears of the
    progress that a probe reports.
    """

    def __init__(
        self,
        run: int,
        job: Job,
        sample: Writable | None,
        begin: Begin,
        folder: Path,
        store: Predictions | None = None,
        key: str = "",
        *,
        tell: Tell | None = None,
        flush_s: float = FLUSH_S,
    ) -> None:
        self._run = run
        self._job = job
        self._sample = sample
        self._begin = begin
        self._folder = folder
        self._store = store if sample is not None else None
        self._key = key
        self._kept: Kept | None = None
        self._draft: Draft | None = None
        self._reused = 0
        self._report: Report | None = None
        self._has_ended = False
        self._is_settled = False
        self._tell = tell
        self._flush_s = flush_s
        self._begun = self._next_flush = 0.0
        self._has_flushed = False
        self._stream = self._parts()

    def __enter__(self) -> "Asking":
        if self._store is not None:
            found = self._store.find(self._key)
            if found is not None and found.serves(self._job.rows):
                self._kept = found
                self._reused = found.usable(self._job.rows)
            elif found is not None:
                found.close()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
        if error is not None and not self._is_settled:
            self._leave(error)
        for one in (self._kept, self._draft):
            if one is not None:
                one.close()

    def parts(self) -> Iterator[Part]:
        """Return the stream; there is one."""
        return self._stream

    def settle(self, read: object = None) -> Asked:
        """End the sandbox, keep what it answered, say how the answers came about.

        ``read`` is how many rows the reader has counted, where it tells.
        """
        self._stream.close()
        self._is_settled = True
        report = plain(asdict(self._report)) if self._report is not None else {}
        before = self._segments()
        if self._report is None:
            return Asked(self._reused, before, before[-1].sandbox if before else {})
        rows = self._job.rows - self._reused if self._has_ended else None
        segment = Segment(self._run, self._reused, rows, report)
        if self._store is not None and self._draft is not None:
            counted = read if type(read) is int else None
            segment = self._draft.finish(
                segment, self._job.rows, has_ended=self._has_ended, read=counted
            )
            with contextlib.suppress(OSError):  # what is not kept is asked again
                self._store.keep(self._key, self._draft, self._kept)
        return Asked(self._reused, [*before, segment], report)

    def _segments(self) -> list[Segment]:
        """Return the earlier runs of which answers are used."""
        if self._kept is None:
            return []
        found = [one for one in self._kept.index.segments if one.first < self._reused]
        left = self._reused
        return [replace(one, rows=min(one.rows or 0, left - one.first)) for one in found]

    def _parts(self) -> Generator[Part, None, None]:
        network: Part | None = None
        if self._kept is not None:
            for part in self._kept.parts(self._job.rows):
                network = part if part.name == NETWORK else network
                yield part
        if self._kept is None or self._reused < self._job.rows:
            yield from self._fresh(network)

    def _fresh(self, network: Part | None) -> Iterator[Part]:
        """Start the sandbox with the rows that are missing."""
        inputs = None
        if self._sample is not None:
            inputs = self._sample.write(self._folder / "inputs.arrow", self._reused)
        self._open_draft()
        rest = replace(self._job, rows=self._job.rows - self._reused, first_row=self._reused)
        self._begun = time.monotonic()
        self._next_flush = self._begun + self._flush_s
        with self._begin(rest, inputs) as session:
            self._report = session.report
            for part in session.parts():
                if part.name == PROGRESS:
                    self._show(part)
                    continue
                if self._reused and part.values.get("once") is True:
                    continue  # the reader has that of the first attempt
                if network is not None and part.name == NETWORK:
                    self._compare(network, part)
                    continue
                moved = _moved(part, self._reused)
                self._write_down(moved)
                yield moved
            self._has_ended = True

    def _open_draft(self) -> None:
        if self._store is not None:
            try:
                self._draft = self._store.draft()
            except OSError as error:
                log.warning("predictions are not kept: %s", error)

    def _write_down(self, part: Part) -> None:
        if self._draft is None:
            return
        try:
            self._draft.add(part)
        except (OSError, ValueError) as error:
            log.warning("predictions are not kept: %s", error)
            self._draft.close()
            self._draft = None

        if time.monotonic() >= self._next_flush:
            self._flush()

    def _flush(self) -> None:
        """Keep what is certain by now."""
        if self._store is None or self._draft is None or self._report is None:
            return
        now = time.monotonic()
        report = plain(asdict(self._report)) | {"wall_s": now - self._begun, "is_cut": True}
        segment = Segment(self._run, self._reused, None, report)
        index = self._draft.so_far(segment, self._job.rows)
        if index.segments[0].rows:
            self._has_flushed = True
            with contextlib.suppress(OSError):
                self._store.keep(self._key, self._draft, self._kept, index)
        took = time.monotonic() - now
        self._next_flush = now + max(self._flush_s, took * _FLUSH_SHARE)

    def _leave(self, error: BaseException) -> None:
        """The run ends without a finding: keep its answers, unless they may be to blame."""
        is_theirs = isinstance(error, Exception) and not (
            isinstance(error, Cancelled | SandboxUnavailable | OSError)
            or (isinstance(error, Died) and error.reason in _NO_FAULT)
        )
        if not is_theirs:
            self._flush()
        elif self._store is not None and (self._has_flushed or not self._is_proven()):
            self._store.drop(self._key)

    def _is_proven(self) -> bool:
        """Say whether what was kept before was read by a run that came to a finding."""
        return self._kept is None or self._kept.index.is_proven

    def _show(self, part: Part) -> None:
        """Tell how far the probe says that it is; it may say anything."""
        if self._tell is None:
            return
        done, total = (_count(part.values.get(name)) for name in ("done", "total"))
        if total == self._job.rows - self._reused:
            done, total = done + self._reused, self._job.rows
        sentence = part.values.get("sentence")
        said = " ".join(sentence.split()) if isinstance(sentence, str) else ""
        self._tell(min(done, total), total, said[:_LONGEST_SENTENCE])

    def _compare(self, before: Part, now: Part) -> None:
        if self._said(before) != self._said(now):
            if self._store is not None:
                self._store.drop(self._key)
            raise Changed

    def _said(self, network: Part) -> dict[str, JSON]:
        return {key: said for key, said in network.values.items() if key not in _MAY_DIFFER}


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value <= _MOST_COUNTED else 0


def _moved(part: Part, by: int) -> Part:
    """Number the rows of a part from the first of the sample."""
    start = part.values.get("start")
    if not by or part.name == NETWORK:
        return part
    if type(start) is not int:
        raise CheckError("The sandbox answered without saying which samples.")
    return replace(part, values={**part.values, "start": start + by})


def facts_of(job: Job, revision: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that answers depend on: network, job, data, code and libraries."""
    return {
        "revision": dict(revision),
        "data": dict(data),
        "check": job.check,
        "device": job.device,
        "allow_code": job.allow_code,
        "seed": job.seed,
        "options": dict(job.options),
        "code": _code(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }


@functools.cache
def _code() -> str:
    """Return a digest of the code that runs inside."""
    digest = hashlib.sha256()
    for folder in ("analysis", "workers/sandbox"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def plain(value: Any) -> Any:
    """Turn enums, paths and tuples into JSON."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
