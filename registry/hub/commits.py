"""The commits of a repo: from the hub's API, and their signatures from a partial git clone.

The API says nothing of signatures, and a clone says who signed but costs more: it is made only
where somebody asks for it.
"""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analysis.text import clean_text
from registry.hub.client import HubClient
from registry.hub.credentials import token_for
from registry.hub.names import is_sha, shown
from registry.hub.problems import Broken
from registry.hub.records import moment
from registry.hub.signatures import Keys, Signed, clone_and_read
from registry.models import Commit, Repo

MOST = 2_000  # commits of one repo, from the newest on
AUTHORS = 20
BATCH = 500
SHOWN_PROBLEMS = 20


@dataclass(slots=True)
class History:
    """How many commits were stored, and what could not be used, one sentence each."""

    stored: int = 0
    verified: int = 0
    unverified: int = 0
    is_whole: bool = True
    problems: list[str] = field(default_factory=list)


def fetch(
    repo: Repo, *, revision: str = "main", most: int = MOST, client: HubClient | None = None
) -> History:
    """Store up to ``most`` commits as the hub's API tells them; raise HubProblem.

    Signatures that are known already stay.
    """
    client = client or HubClient(repo.hub.url, token_for(repo.hub.url))
    found: dict[str, Commit] = {}
    history = History()
    with contextlib.closing(client):
        for page in client.commits(repo.name, revision):
            before = len(found)
            for commit in _page(repo, page, history):
                found.setdefault(commit.sha, commit)
            if len(found) == before and page:
                raise Broken(f"A page of the history of {shown(repo.name)} holds nothing new.")
            if len(found) >= most:
                history.is_whole = False
                break
    history.stored = _store(list(found.values())[:most], ["title", "authors", "committed_at"])
    return history


def fetch_signatures(repo: Repo, *, keys: Keys | None = None, most: int = MOST) -> History:
    """Clone the history of a repo and store its commits with what git says of their signatures.

    Raises HubProblem where the repo cannot be cloned, Unable where this machine lacks a program.
    """
    read = clone_and_read(repo.hub.url, repo.name, keys or Keys(), most=most)
    history = History(is_whole=len(read) < most)
    commits = [_signed(repo, one) for one in read]
    history.stored = _store(commits, ["title", "committed_at", "signature", "key"])
    kinds = [commit.signature for commit in commits]
    history.verified = kinds.count(Commit.Signature.VERIFIED)
    history.unverified = kinds.count(Commit.Signature.UNVERIFIED)
    return history


def _signed(repo: Repo, one: Signed) -> Commit:
    return Commit(
        repo=repo,
        sha=one.sha,
        title=clean_text(one.title, 300),
        committed_at=moment(one.at),
        signature=one.signature,
        key=clean_text(one.key, 64),
    )


def _page(repo: Repo, page: object, history: History) -> Iterable[Commit]:
    if not isinstance(page, list):
        raise Broken(f"The history must be a list, but the hub sent {shown(page)}.")
    for item in page:
        sha = item.get("id") if isinstance(item, Mapping) else None
        if not isinstance(sha, str) or not is_sha(sha):
            if len(history.problems) < SHOWN_PROBLEMS:
                history.problems.append(f"A commit has no id of use: {shown(item)}.")
            continue
        title, authors = item.get("title"), item.get("authors")
        yield Commit(
            repo=repo,
            sha=sha,
            title=clean_text(title, 300) if isinstance(title, str) else "",
            authors=_names(authors if isinstance(authors, list) else []),
            committed_at=moment(item.get("date")),
        )


def _names(authors: list[object]) -> list[str]:
    named = (one.get("user") for one in authors[:AUTHORS] if isinstance(one, Mapping))
    return [clean_text(name, 200) for name in named if isinstance(name, str)]


def _store(commits: list[Commit], fields: list[str]) -> int:
    Commit.objects.bulk_create(
        commits,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["repo", "sha"],
        update_fields=fields,
    )
    return len(commits)
