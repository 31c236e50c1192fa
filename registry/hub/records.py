"""From a hub's answers to rows: every field typed, cleaned and cut to its column.

Nothing here trusts a type. A field that makes no sense is as one that is absent; only what takes
something away from a person (a card, a file, a claim) becomes a problem with a sentence.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.utils.dateparse import parse_datetime

from analysis.contract import Claim
from analysis.text import clean_json, clean_parsed_json, clean_text, clean_texts
from registry import models
from registry.hub.answers import Fault, Record, Refs, TreeEntry, entry
from registry.hub.names import repo_fault
from registry.hub.problems import HubProblem

NAME_LIMIT = models.Repo._meta.get_field("name").max_length or 200
AUTHOR_LIMIT = models.Author._meta.get_field("name").max_length or 100
KEY_LIMIT = models.Repo._meta.get_field("hub_key").max_length or 120
TAGS_LIMIT = 1_000
CONFIG_LIMIT = 256 << 10  # characters of JSON
CARD_TEXT_LIMIT = 2 << 20

_RELATIONS = frozenset(models.Edge.Relation.values)
_UNKNOWN = str(models.Edge.Relation.UNKNOWN)
_OPEN, _AUTO, _MANUAL = (str(gate) for gate in models.Repo.Gate)
_INT8 = (1 << 63) - 1
_INT4 = (1 << 31) - 1
_YEARS = range(1970, 2200)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(slots=True)
class RepoRow:
    """A repo's columns. None keeps what the row has, or the column's default in a new row.

    ``adopts`` is the key of a row that was stored before the hub gave this repo an id.
    ``read_sha`` is the commit that was read in full, in a reading that began at ``read_began``.
    ``ask`` wants the detail read, also where the commit seems to be known.
    """

    name: str
    hub_key: str
    adopts: str | None = None
    author: str | None = None
    gate: str | None = None
    is_private: bool | None = None
    is_disabled: bool | None = None
    head_sha: str | None = None
    pipeline_tag: str | None = None
    library: str | None = None
    licence: str | None = None
    tags: list[str] | None = None
    datasets: list[str] | None = None
    languages: list[str] | None = None
    papers: list[str] | None = None
    model_type: str | None = None
    parameters: int | None = None
    downloads: int | None = None
    likes: int | None = None
    trending: float | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    refs: str | None = None  # JSON
    read_sha: str | None = None
    read_began: datetime | None = None
    problem: str | None = None
    ask: bool = False


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card's columns; ``front_matter`` is JSON. A listing gives no ``text``."""

    text: str | None
    front_matter: str
    has_front_matter: bool
    problem: str


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A declared parent."""

    parent_name: str
    relation: str


@dataclass(slots=True)
class RevisionRow:
    """A revision and everything that belongs to it; ``config`` and ``security`` are JSON.

    ``card`` None means that there is none, or that it could not be read this time. What a listing
    says (``is_listed``) gives way to what was read in full: ``paths`` are names alone.
    """

    sha: str
    config: str
    architecture: str
    parameters: int | None
    has_tree: bool
    files: tuple[TreeEntry, ...] = ()
    card: CardRow | None = None
    has_claims: bool = False  # all sources of claims were read
    claims: tuple[Mapping[str, Any], ...] = ()
    edges: tuple[EdgeRow, ...] = ()
    paths: tuple[str, ...] = ()
    security: str | None = None
    is_listed: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What goes into SyncProblem: at which stage, and one sentence."""

    stage: str
    reason: str


@dataclass(slots=True)
class Read:
    """What was read of one repo. ``row`` is None where nothing may be stored.

    ``failed`` says that not even its revision could be had; ``error`` is the last problem that is
    the hub's rather than the repo's, or the reason of the failure. ``again`` says that a part is
    missing that the hub may give another time.
    """

    name: str
    row: RepoRow | None = None
    revision: RevisionRow | None = None
    problems: list[Problem] = field(default_factory=list)
    failed: bool = False
    error: HubProblem | None = None
    again: bool = False

    @property
    def weight(self) -> int:
        """Characters that it holds in memory, roughly."""
        if self.revision is None:
            return 1_000
        card = self.revision.card
        text = len(card.text or "") + len(card.front_matter) if card else 0
        names = len(self.revision.files) + len(self.revision.paths)
        rows = names + 4 * len(self.revision.claims)
        return 1_000 + text + len(self.revision.config) + 200 * rows


def hub_key(record: Record) -> str:
    """Return what identifies the repo on its hub: its ``_id``, else its name."""
    return record.key or name_key(record.name)


def name_key(name: str) -> str:
    """Return the key of a repo to which the hub gives no id; of a very long name, its digest."""
    key = f"name:{name}"
    return key if len(key) <= KEY_LIMIT else f"name:{sha256(name.encode()).hexdigest()}"


def name_fault(name: str) -> str:
    """Return why a name cannot be stored, as the end of a sentence; empty where it can."""
    return repo_fault(name, NAME_LIMIT)


def repo_row(record: Record, **known: Any) -> RepoRow:
    """Read the columns that listing and detail share; ``known`` adds or overrides."""
    info = record.info
    row = RepoRow(
        name=record.name,
        hub_key=hub_key(record),
        head_sha=record.sha or None,
        author=_author(record),
        gate=_gate(info),
        is_private=_boolean(info, "private"),
        is_disabled=_boolean(info, "disabled"),
        pipeline_tag=_text(info, "pipeline_tag", 100),
        library=_text(info, "library_name", 100),
        tags=_tags(info),
        downloads=_whole(info.get("downloads"), _INT8),
        likes=_whole(info.get("likes"), _INT4),
        trending=_score(info.get("trendingScore")),
        created_at=moment(info.get("createdAt")),
        modified_at=moment(info.get("lastModified")),
    )
    return replace(row, **known) if known else row


def config_of(info: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return (config as JSON, architecture, problem)."""
    config = info.get("config")
    if not isinstance(config, dict) or not config:
        return "{}", "", ""
    written = clean_parsed_json(config)
    if len(written) > CONFIG_LIMIT:
        return "{}", "", f"Its configuration is longer than {CONFIG_LIMIT:,} characters."
    names = config.get("architectures")
    first = names[0] if isinstance(names, list) and names else None
    return written, clean_text(first, 100) if isinstance(first, str) else "", ""


def model_type_of(info: Mapping[str, Any]) -> str | None:
    """Return the family of networks that the configuration names; None where there is none."""
    config = info.get("config")
    if not isinstance(config, dict):
        return None
    name = config.get("model_type")
    return clean_text(name, 100) if isinstance(name, str) else ""


def security_of(info: Mapping[str, Any]) -> str | None:
    """Return what the hub's scanners say of the repo, as JSON; None where it does not say."""
    status = info.get("securityRepoStatus")
    if not isinstance(status, dict):
        return None
    written = clean_parsed_json(status)
    return written if len(written) <= CONFIG_LIMIT else None


def parameters_of(info: Mapping[str, Any]) -> int | None:
    """Return the number of parameters that the safetensors headers add up to."""
    tensors = info.get("safetensors")
    return _whole(tensors.get("total"), _INT8) if isinstance(tensors, dict) else None


def claim_columns(claims: Iterable[Claim]) -> tuple[Mapping[str, Any], ...]:
    """Return the columns of claims, each key once; the order is kept."""
    rows: dict[str, Mapping[str, Any]] = {}
    for claim in claims:
        columns = models.Claim.fields_of(_clean_claim(claim))
        rows.setdefault(columns["key"], columns | {"args": to_json(columns["args"])})
    return tuple(rows.values())


def edge_rows(name: str, parents: Iterable[str], relation: str) -> tuple[EdgeRow, ...]:
    """Return edges to parents with possible names, each once; never one to the repo itself."""
    chosen = relation if relation in _RELATIONS else _UNKNOWN
    good = dict.fromkeys(parent for parent in parents if not repo_fault(parent, NAME_LIMIT))
    return tuple(EdgeRow(parent, chosen) for parent in good if parent != name)


def listed_files(info: Mapping[str, Any]) -> tuple[tuple[TreeEntry, ...], list[Fault], bool]:
    """Read ``siblings``: the files, what was left out, and whether all of them have a size."""
    siblings = info.get("siblings")
    files: dict[str, TreeEntry] = {}
    faults: list[Fault] = []
    sized = True
    for item in siblings if isinstance(siblings, list) else []:
        known = item if isinstance(item, dict) else {"rfilename": None}
        sized = sized and "size" in known
        read = _sibling(known)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            files[read.path] = read
    return tuple(files.values()), faults, sized and bool(files)


def refs_json(refs: Refs) -> str:
    """Return branches and tags as JSON."""
    named = {"branches": dict(refs.branches), "tags": dict(refs.tags)}
    return to_json(clean_json(named))


def to_json(value: object) -> str:
    """Write clean data as JSON."""
    return _ENCODER.encode(value)


def moment(value: object) -> datetime | None:
    """Read a time in ISO format; None where it is none, or outside any possible year."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        read = parse_datetime(value)
        if read is None or read.year not in _YEARS:
            return None
        if read.tzinfo is UTC:
            return read
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _sibling(item: Mapping[str, Any]) -> TreeEntry | Fault:
    from_answer = dict(item) | {"size": item.get("size", 0)}
    return entry(from_answer, "rfilename", "blobId")


def _clean_claim(claim: Claim) -> Claim:
    args = clean_json(dict(claim.args))
    line = claim.place.line
    value = claim.value
    return replace(
        claim,
        place=replace(
            claim.place,
            file=clean_text(claim.place.file, 1000),
            path=clean_text(claim.place.path, 300),
            line=line if line is not None and 0 <= line <= _INT4 else None,
        ),
        raw=clean_text(claim.raw),
        metric=clean_text(claim.metric, 200),
        metric_name=clean_text(claim.metric_name, 200),
        value_text=clean_text(claim.value_text, 300),
        value=value if value is not None and math.isfinite(value) else None,
        task=clean_text(claim.task, 200),
        dataset=clean_text(claim.dataset, 300),
        dataset_name=clean_text(claim.dataset_name, 300),
        config=clean_text(claim.config, 200),
        split=clean_text(claim.split, 200),
        revision=clean_text(claim.revision, 200),
        args=args if isinstance(args, dict) else {},
        problem=clean_text(claim.problem),
    )


def _author(record: Record) -> str | None:
    space, slash, _ = record.name.partition("/")
    said = record.info.get("author")
    name = space if slash else said
    if not isinstance(name, str) or "/" in name or repo_fault(name, AUTHOR_LIMIT):
        return None
    return name


def _gate(info: Mapping[str, Any]) -> str | None:
    gated = info.get("gated")
    if isinstance(gated, bool):
        return _MANUAL if gated else _OPEN
    return gated if isinstance(gated, str) and gated in {_AUTO, _MANUAL} else None


def _boolean(info: Mapping[str, Any], key: str) -> bool | None:
    value = info.get(key)
    return value if isinstance(value, bool) else None


def _text(info: Mapping[str, Any], key: str, limit: int) -> str | None:
    """Return a text; an explicit null says that there is none, an absent key says nothing."""
    if key not in info:
        return None
    value = info[key]
    return clean_text(value, limit) if isinstance(value, str) else ""


def _tags(info: Mapping[str, Any]) -> list[str] | None:
    tags = info.get("tags")
    if not isinstance(tags, list):
        return None
    return clean_texts([tag for tag in tags[:TAGS_LIMIT] if isinstance(tag, str)], 300)


def _score(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        score = float(value)
    except OverflowError:
        return None
    return score if math.isfinite(score) else None


def _whole(value: object, most: int) -> int | None:
    """Return a count; a number beyond the column counts as the most that it holds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return max(0, min(int(value), most))
