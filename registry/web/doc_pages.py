"""A document as a page: with the list of all documents beside it, and its neighbours."""

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis import catalog
from registry.web import contents, manual

Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Link:
    """A document as a link; ``address`` is "" where there is none."""

    title: str
    address: str
    is_here: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class SideGroup:
    """A group of the list of documents."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page of the documentation shows. ``check`` is the id of the check it describes."""

    document: manual.Document
    toc: Sequence[manual.Heading]
    groups: Sequence[SideGroup]
    group: str
    before: Link
    after: Link
    check: str


@dataclass(frozen=True, slots=True)
class FileAddress:
    """Addresses of documents as files, from the file of the document at ``path``."""

    path: str

    def __call__(self, path: str) -> str:
        """Return the way to the file of another document."""
        return relative(self.path, path.removesuffix(".md") + ".html")


def relative(path: str, target: str) -> str:
    """Return the way from the document at ``path`` to a file of the folder that it lies in."""
    return posixpath.relpath(target, posixpath.dirname(path) or ".")


def side(here: str, address: Address) -> Sequence[SideGroup]:
    """Return the list of documents."""
    return [
        SideGroup(
            group.title,
            tuple(
                Link(manual.title(one), address(one), one == here, contents.about(one))
                for one in group.pages
            ),
        )
        for group in contents.groups()
    ]


def page(path: str, address: Address, *, is_file: bool = False) -> Page | None:
    """Return a document as a page; None where there is none."""
    document = manual.render(path, address, is_file=is_file)
    if document is None:
        return None
    place = contents.place(path)
    name = path.removeprefix("checks/").removesuffix(".md")
    return Page(
        document,
        manual.contents(document),
        side(path, address),
        place.group,
        _link(place.before, address),
        _link(place.after, address),
        name if path.startswith("checks/") and name in catalog.entries() else "",
    )


def _link(path: str, address: Address) -> Link:
    return Link(manual.title(path), address(path)) if path else Link("", "")
