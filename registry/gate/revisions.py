"""Names of commits in addresses, where a decoded slash hides the end of the name."""

import re

from registry.gate.errors import RevisionNotFound
from registry.gate.source import Snapshot

_KNOWN_SHAPE = re.compile(r"(refs/(?:pr|convert|heads|tags)/[^/]+)(?:/(.*))?", re.S)


def split(snapshot: Snapshot, rest: str) -> tuple[str, str]:
    """Split ``<revision>[/<path>]``, whose slashes are decoded already, in two.

    The longest branch or tag of the repository that fits wins, then the shapes that hub clients
    know (``refs/pr/1``), then everything up to the first slash.
    """
    names = [name for name in (*snapshot.branches, *snapshot.tags) if "/" in name]
    for name in sorted(names, key=len, reverse=True):
        if rest == name or rest.startswith(name + "/"):
            return name, rest[len(name) + 1 :]
    match = _KNOWN_SHAPE.fullmatch(rest)
    if match:
        return match.group(1), match.group(2) or ""
    revision, _, path = rest.partition("/")
    return revision, path


def check(snapshot: Snapshot, revision: str) -> None:
    """Raise RevisionNotFound where ``revision`` does not name this commit."""
    if revision == snapshot.sha or revision in snapshot.branches or revision in snapshot.tags:
        return
    branch = revision.removeprefix("refs/heads/")
    tag = revision.removeprefix("refs/tags/")
    if branch != revision and branch in snapshot.branches:
        return
    if tag != revision and tag in snapshot.tags:
        return
    raise RevisionNotFound(f"{revision[:100]} of {snapshot.repo_id}")


def refs(snapshot: Snapshot) -> dict[str, list[dict[str, str]]]:
    """Return every name of this commit, as the hub lists them."""

    def entry(name: str, ref: str) -> dict[str, str]:
        return {"name": name, "ref": ref, "targetCommit": snapshot.sha}

    return {
        "branches": [entry(name, f"refs/heads/{name}") for name in snapshot.branches],
        "converts": [],
        "tags": [entry(name, f"refs/tags/{name}") for name in snapshot.tags],
        "pullRequests": [],
    }
