"""The hub's HTTP interface, typed. The only module that imports huggingface_hub.

Of that library Assay uses the headers that make a client known to the Hub and the reader of its
rate limits. It does not use ``HfApi``: that follows the address of a next page and any redirect to
whatever host the answer names, reads bodies of any size, keeps one session and one endpoint for
the whole process, and raises KeyError on a record of an unexpected shape.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from huggingface_hub.utils import (  # type: ignore[attr-defined]  # its __all__ is lazy
    build_hf_headers,
    parse_ratelimit_headers,
)

from registry.hub import answers
from registry.hub.answers import DatasetInfo, Fault, Page, Record, Refs, Tree, TreeEntry
from registry.hub.budget import Budget
from registry.hub.downloads import Download, Downloaded
from registry.hub.names import quoted_path, quoted_repo, quoted_revision, shown
from registry.hub.problems import BadName, Broken, BrokenPage, Missing
from registry.hub.transport import Answer, Transport, origin_of

PAGE = 1000
JSON_LIMIT = 64 << 20  # bytes
SMALL_LIMIT = 1 << 20
CARD_LIMIT = 2 << 20
TREE_LIMIT = 100_000  # files of one commit
CARD = "README.md"

# Everything that a row needs and that the hub says of many repos at once.
EXPAND = (
    "author",
    "cardData",
    "config",
    "createdAt",
    "disabled",
    "downloads",
    "evalResults",
    "gated",
    "lastModified",
    "library_name",
    "likes",
    "model-index",
    "pipeline_tag",
    "private",
    "safetensors",
    "sha",
    "siblings",
    "tags",
    "trendingScore",
)
# What makes its answers long, and what it must fetch from elsewhere.
EXPENSIVE = frozenset(
    {"cardData", "config", "evalResults", "model-index", "safetensors", "siblings"}
)
T = TypeVar("T")
_PREFIX = {"model": "", "dataset": "datasets/"}


class HubClient:
    """One hub. Every method may be called by many threads at once, and raises HubProblem.

    ``token`` goes to the hub's own address only; without one none is sent, whatever lies in the
    home folder of the process. ``sleep`` is what waiting means; where it returns something true,
    the wait was broken off. ``budget`` counts the calls; without one it is the usual one.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        sleep: Callable[[float], object] = time.sleep,
        budget: Budget | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        try:
            origin_of(urlsplit(self.url))
        except ValueError as error:
            raise BadName(f"The hub's address {shown(url)} is {error}.") from error
        headers = build_hf_headers(
            token=token or False, library_name="assay", user_agent={"purpose": "mirror"}
        )
        self._transport = Transport(
            self.url, headers, told_wait=_told_wait, sleep=sleep, token=token, budget=budget
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def listing(self, cursor: str = "", limit: int | None = None) -> Iterator[Page]:
        """Yield the pages of all models from ``cursor`` on (the address of a page, as stored).

        ``limit`` makes the pages small where only few records are wanted; it does not end the
        listing. A next page on another host is Broken.
        """
        url = cursor or self.listing_url("createdAt", _size(limit))
        while url:
            page = self.page(url)
            yield page
            url = page.next_cursor

    def listing_url(self, sort: str, size: int) -> str:
        """Return the address of the first page, of ``size`` records, by ``sort``.

        A pass goes by age: the default order moves while a long listing is read, and a repo that
        moves up past the cursor would be taken for gone.
        """
        query = [("sort", sort), ("limit", str(size))]
        query += [("expand", name) for name in EXPAND]
        return f"{self.url}/api/models?{urlencode(query)}"

    def page(self, url: str) -> Page:
        """Return the page of a listing that has this address; raise BrokenPage, HubProblem."""
        parse = answers.parse_json(self._transport.place(url))
        tries = 0

        def read(answer: Answer) -> Page | BrokenPage:
            nonlocal tries
            tries += 1
            following = answers.next_link(answer.headers, url)
            self._refuse_foreign(url, following)
            try:
                return answers.listing_page(parse(answer), url, following)
            except Broken as error:
                if tries == 1:  # the transport tries once more
                    raise
                return BrokenPage(str(error), following)

        page = self._transport.get(url, JSON_LIMIT, read)
        if isinstance(page, BrokenPage):
            raise page
        return page

    def detail(self, name: str, revision: str = "main") -> Record:
        """Return everything about one repo: files with sizes, scanners' words; raise Missing."""
        place = f"/api/models/{quoted_repo(name)}/revision/{quoted_revision(revision)}"

        def read(raw: Any) -> Record:
            found = answers.record(raw)
            if isinstance(found, Fault):
                reason = f"The hub's answer about {shown(name)} cannot be used. {found.reason}"
                raise Broken(reason)
            return found

        return self._json(f"{place}?blobs=true&securityStatus=true", read)

    def tree(self, name: str, sha: str, *, with_security: bool = False) -> Tree:
        """Return all files of a commit, page by page, up to 100,000; raise Missing.

        ``with_security`` adds what scanners say of each file; such pages have 50 files, not 1,000.
        """
        place = f"/api/models/{quoted_repo(name)}/tree/{quoted_revision(sha)}"
        expand = "true" if with_security else "false"
        url, visited = f"{self.url}{place}?recursive=true&expand={expand}", set[str]()
        entries: dict[str, TreeEntry] = {}
        faults: list[Fault] = []
        while url:
            if url in visited:
                raise Broken(f"The file tree of {shown(name)} leads back to a page it had before.")
            visited.add(url)
            items, url = self._paged(url, lambda raw: list(answers.tree_entries(raw)))
            for item in items:
                if isinstance(item, Fault):
                    faults.append(item)
                else:
                    entries[item.path] = item
            if len(entries) + len(faults) > TREE_LIMIT:
                faults.append(Fault("", f"Only the first {TREE_LIMIT:,} files are kept."))
                break
        return Tree(tuple(entries.values())[:TREE_LIMIT], tuple(faults))

    def refs(self, name: str) -> Refs:
        """Return branches and tags of a repo."""
        return self._json(f"/api/models/{quoted_repo(name)}/refs", answers.refs)

    def commits(self, name: str, revision: str = "main") -> Iterator[Any]:
        """Yield the pages of the history from the newest commit on, as they came; raise Missing."""
        url = f"{self.url}/api/models/{quoted_repo(name)}/commits/{quoted_revision(revision)}"
        visited = set[str]()
        while url:
            if url in visited:
                raise Broken(f"The history of {shown(name)} leads back to a page it had before.")
            visited.add(url)
            raw, url = self._paged(url, _as_it_came)
            yield raw

    def author(self, name: str) -> tuple[str, Any]:
        """Return "organisation" or "user", and what the hub says of it; raise Missing."""
        place = quoted_repo(name)
        if "/" in place:
            raise BadName(f"The author's name {shown(name)} has a slash.")
        try:
            return "organisation", self._json(
                f"/api/organizations/{place}/overview", _as_it_came, SMALL_LIMIT
            )
        except Missing:
            return "user", self._json(f"/api/users/{place}/overview", _as_it_came, SMALL_LIMIT)

    def small_file(
        self, name: str, sha: str, path: str, max_bytes: int, repo_type: str = "model"
    ) -> bytes:
        """Return the content of a file; raise Missing, GatedOrForbidden, TooLarge."""
        return self._file(name, sha, path, max_bytes, repo_type, None)

    def listed_file(self, name: str, sha: str, file: TreeEntry, max_bytes: int) -> bytes:
        """Return the content of a file of a tree; raise as ``small_file``, and Broken.

        Bytes that are not those which the tree names were cut or changed on their way. They are
        asked for once more, and then Broken.
        """
        return self._file(name, sha, file.path, max_bytes, "model", file)

    def download(
        self,
        name: str,
        sha: str,
        path: str,
        target: Path,
        *,
        expected_size: int | None = None,
        expected_sha256: str | None = None,
        on_bytes: Callable[[int], None] | None = None,
        repo_type: str = "model",
    ) -> Downloaded:
        """Fetch a file to ``target``, whole and verified, or not at all.

        ``on_bytes`` gets the bytes of this file so far. Raises HubProblem; OSError of the disk.
        """
        fetch = Download(
            self._transport,
            self._file_url(name, sha, path, repo_type),
            expected_size=expected_size,
            expected_sha256=expected_sha256,
            commit=sha,
            on_bytes=on_bytes,
            told_wait=_told_wait,
        )
        return fetch.to(target)

    def dataset_info(self, name: str, revision: str = "main") -> DatasetInfo:
        """Return commit, files and card of a dataset at a revision; raise Missing."""
        place = f"/api/datasets/{quoted_repo(name)}/revision/{quoted_revision(revision)}"
        return self._json(place, lambda raw: answers.dataset(raw, name))

    def _file(
        self,
        name: str,
        sha: str,
        path: str,
        max_bytes: int,
        repo_type: str,
        named: TreeEntry | None,
    ) -> bytes:
        url = self._file_url(name, sha, path, repo_type)

        def read(answer: Answer) -> bytes:
            if named is not None and not answers.is_content(answer.body, named):
                place = self._transport.place(url)
                raise Broken(f"{place} sent other bytes than those which its file list names.")
            return answer.body

        return self._transport.get(url, max_bytes, read)

    def _file_url(self, name: str, sha: str, path: str, repo_type: str) -> str:
        prefix = _PREFIX[repo_type]
        place = f"{quoted_repo(name)}/resolve/{quoted_revision(sha)}/{quoted_path(path)}"
        return f"{self.url}/{prefix}{place}"

    def _json(self, place: str, read: Callable[[Any], T], limit: int | None = None) -> T:
        """Return what ``read`` makes of an answer. Also what it refuses is asked for once more."""
        url = self.url + quote(place, safe="/%?=&")
        parse = answers.parse_json(self._transport.place(url))
        return self._transport.get(url, limit or JSON_LIMIT, lambda answer: read(parse(answer)))

    def _paged(self, url: str, read: Callable[[Any], T]) -> tuple[T, str]:
        """Return a page and the address of the next one; raise Broken for a foreign one."""
        parse = answers.parse_json(self._transport.place(url))

        def page(answer: Answer) -> tuple[T, str]:
            return read(parse(answer)), answers.next_link(answer.headers, url)

        found, following = self._transport.get(url, JSON_LIMIT, page)
        self._refuse_foreign(url, following)
        return found, following

    def _refuse_foreign(self, url: str, following: str) -> None:
        if following and not (following.isascii() and self._transport.is_own(following)):
            raise Broken(f"{self._transport.place(url)} names {shown(following)} as its next page.")


def _as_it_came(raw: Any) -> Any:
    return raw


def _size(limit: int | None) -> int:
    return PAGE if limit is None else max(1, min(limit, PAGE))


def _told_wait(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds the hub says to wait, None where it does not say."""
    limits = parse_ratelimit_headers(headers)
    if limits is not None and limits.remaining == 0:
        return limits.reset_in_seconds + 1.0
    after = headers.get("retry-after", "").strip()
    return int(after) + 1.0 if after.isascii() and after.isdigit() and len(after) < 10 else None
