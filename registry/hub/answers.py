"""What a hub's answers say, typed. Parsing is soft where one record is bad, hard where all are."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from registry.hub.names import is_sha, path_fault, shown
from registry.hub.problems import Broken
from registry.hub.transport import Answer

_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next"?', re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_REFS_LIMIT = 1000
_SHA1_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Record:
    """A repo as a listing or a detail call describes it.

    ``key`` is the hub's ``_id`` and ``sha`` the head commit; both are empty where the hub does not
    say. ``info`` is the whole answer as it came: hostile, and of any type inside.
    """

    name: str
    key: str
    sha: str
    info: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One piece of an answer that cannot be used; ``name`` is shown as it was, or empty."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing: ``cursor`` is its own address, ``next_cursor`` empty on the last.

    ``note`` says in a sentence why it was asked for in a poorer form, where it was.
    """

    cursor: str
    next_cursor: str
    records: tuple[Record, ...]
    faults: tuple[Fault, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file: bytes, git blob id, and the SHA-256 of its content where the hub stores it apart.

    ``security`` is what the hub's scanners say of it, as it came; None where nobody asked.
    """

    path: str
    size: int
    oid: str
    sha256: str
    security: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a commit, and those that were left out."""

    entries: tuple[TreeEntry, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Refs:
    """Names of branches and tags, each with its commit."""

    branches: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A dataset at a revision. ``card`` is the front matter of its README as the hub gives it."""

    name: str
    sha: str
    files: tuple[str, ...]
    card: Mapping[str, Any]


def parse_json(place: str) -> Callable[[Answer], Any]:
    """Return a reader of JSON bodies, which raises Broken with a sentence about ``place``."""

    def read(answer: Answer) -> Any:
        try:
            text = answer.body.decode("utf-8-sig")
            return json.loads(text, parse_constant=lambda _: None)
        except UnicodeDecodeError as error:
            raise Broken(f"{place} sent text that is not UTF-8.") from error
        except (ValueError, RecursionError) as error:
            raise Broken(f"{place} sent something that is not JSON, or not all of it.") from error

    return read


def next_link(headers: Mapping[str, str], url: str) -> str:
    """Return the address of the next page, empty where there is none."""
    found = _NEXT.search(headers.get("link", ""))
    try:
        return urljoin(url, found.group(1)) if found else ""
    except ValueError as error:
        raise Broken("The hub names a next page whose address is none.") from error


def record(raw: object) -> Record | Fault:
    """Read one repo of a listing, or the answer of a detail call; a Fault says what is wrong."""
    if not isinstance(raw, dict):
        return Fault("", f"A record of the listing is no object but {shown(raw)}.")
    name = raw.get("id") or raw.get("modelId")
    if not isinstance(name, str) or not name:
        return Fault("", f"A record of the listing has no id: {shown(raw)}.")
    key, sha = raw.get("_id"), raw.get("sha")
    if key is not None and not (isinstance(key, str) and _KEY.fullmatch(key)):
        return Fault(name, f"Its _id is {shown(key)}, which is no id.")
    if sha is not None and not (isinstance(sha, str) and is_sha(sha)):
        return Fault(name, f"Its commit is {shown(sha)}, which is no commit id.")
    return Record(name, key or "", sha or "", raw)


def listing_page(raw: object, cursor: str, next_cursor: str) -> Page:
    """Sort the records of a page into good and bad; raise Broken where it is no page at all."""
    if not isinstance(raw, list):
        raise Broken(f"The listing must be a list, but the hub sent {shown(raw)}.")
    read = [record(item) for item in raw]
    return Page(
        cursor,
        next_cursor,
        tuple(item for item in read if isinstance(item, Record)),
        tuple(item for item in read if isinstance(item, Fault)),
    )


def tree_entries(raw: object) -> Iterator[TreeEntry | Fault]:
    """Read one page of a tree; folders are left out. Raises Broken where it is no page at all."""
    if not isinstance(raw, list):
        raise Broken(f"The file tree must be a list, but the hub sent {shown(raw)}.")
    for item in raw:
        if not isinstance(item, dict):
            yield Fault("", f"An entry of the file tree is no object but {shown(item)}.")
        elif item.get("type") != "directory":
            yield entry(item, "path", "oid")


def entry(item: Mapping[str, Any], path_key: str, oid_key: str) -> TreeEntry | Fault:
    """Read one file of a tree or of ``siblings``; a Fault where path or size make no sense."""
    path, size, oid = item.get(path_key), item.get("size"), item.get(oid_key)
    if not isinstance(path, str):
        return Fault("", f"A file has no name: {shown(item)}.")
    fault = path_fault(path)
    if fault:
        return Fault(path, f"The file name {shown(path)} {fault}, so the file is left out.")
    lfs = item.get("lfs")
    apart = lfs if isinstance(lfs, dict) else {}
    size = apart.get("size", size)
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size < 1 << 62:
        return Fault(path, f"The file {shown(path)} has no size but {shown(size)}.")
    sha256 = apart.get("oid") or apart.get("sha256")
    security = item.get("securityFileStatus")
    return TreeEntry(
        path,
        size,
        oid if isinstance(oid, str) and is_sha(oid) else "",
        sha256 if isinstance(sha256, str) and _SHA256.fullmatch(sha256) else "",
        security if isinstance(security, dict) else None,
    )


def is_content(content: bytes, named: TreeEntry) -> bool:
    """Say whether bytes are those of a file, as far as the tree names them."""
    if named.sha256:
        return hashlib.sha256(content).hexdigest() == named.sha256
    if len(named.oid) != _SHA1_LENGTH:
        return True
    header = b"blob %d\0" % len(content)
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest() == named.oid


def refs(raw: object) -> Refs:
    """Read branches and tags, at most 1,000 of each; those without a commit are left out."""
    if not isinstance(raw, dict) or not isinstance(raw.get("branches"), list):
        raise Broken(f"The list of branches must have branches, but the hub sent {shown(raw)}.")
    return Refs(_named(raw.get("branches")), _named(raw.get("tags")))


def _named(raw: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in raw[:_REFS_LIMIT] if isinstance(raw, list) else []:
        name = item.get("name") if isinstance(item, dict) else None
        commit = item.get("targetCommit") if isinstance(item, dict) else None
        if isinstance(name, str) and isinstance(commit, str) and is_sha(commit):
            found[name[:200]] = commit
    return found


def dataset(raw: object, name: str) -> DatasetInfo:
    """Read the answer about a dataset; raise Broken where it names no commit."""
    found = raw if isinstance(raw, dict) else {}
    sha = found.get("sha")
    if not isinstance(sha, str) or not is_sha(sha):
        raise Broken(f"The hub names no commit of the dataset {shown(name)}.")
    card, siblings = found.get("cardData"), found.get("siblings")
    files = [
        item["rfilename"]
        for item in (siblings if isinstance(siblings, list) else [])
        if isinstance(item, dict) and isinstance(item.get("rfilename"), str)
    ]
    return DatasetInfo(name, sha, tuple(files), card if isinstance(card, dict) else {})
