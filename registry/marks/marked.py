"""The folder of networks that were marked for their owners: one folder each, by number.

What is being written has a name that begins with a dot and says the attempt: it is nobody's yet,
and whoever comes later can tell what a killed worker left. Names of files are a hub's: an address
reaches only what the folder itself lists.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from registry.models import Embedding

_DRAFT = re.compile(r"\.([0-9]{1,18})-([0-9]{1,10})")


@dataclass(frozen=True, slots=True)
class Marked:
    """A file of a marked network."""

    path: str
    place: Path
    bytes: int


def folder() -> Path:
    """Return where all of them lie."""
    return Path(settings.ASSAY_MARKED)


def place_of(embedding: Embedding) -> Path:
    """Return where the marked network of an embedding lies, once it is done."""
    return folder() / str(embedding.pk)


def draft_of(embedding: Embedding) -> Path:
    """Make the folder in which this attempt writes; what attempts before it left goes away."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    for left in place.glob(f".{embedding.pk}-*"):
        _remove(left)
    _remove(place_of(embedding))
    draft = place / f".{embedding.pk}-{embedding.attempt}"
    draft.mkdir(mode=0o700)  # its owner's alone, also on this machine
    return draft


def files_of(embedding: Embedding) -> list[Marked]:
    """Return the files of a marked network in order; none where it is not done, or removed."""
    place = place_of(embedding)
    if embedding.state != Embedding.State.DONE or not place.is_dir():
        return []
    found = [path for path in place.rglob("*") if path.is_file() and not path.is_symlink()]
    named = {path.relative_to(place).as_posix(): path for path in found}
    return [
        Marked(name, path, path.stat().st_size)
        for name, path in sorted(named.items())
        if name.isprintable()  # no address can be made of any other
    ]


def file_of(embedding: Embedding, path: str) -> Marked | None:
    """Return one file by the name that the folder lists it under; None for any other."""
    return next((one for one in files_of(embedding) if one.path == path), None)


def remove(embedding: Embedding) -> bool:
    """Remove the marked network; False where there is none."""
    return _remove(place_of(embedding))


def sweep() -> list[str]:
    """Remove what no attempt is writing any more; return the names."""
    if not folder().is_dir():
        return []
    drafts = {
        place: (int(found[1]), int(found[2]))
        for place in folder().iterdir()
        if (found := _DRAFT.fullmatch(place.name))
    }
    if not drafts:
        return []
    running = Embedding.objects.filter(state=Embedding.State.RUNNING)
    written = set(running.values_list("pk", "attempt"))
    left = [place for place, attempt in drafts.items() if attempt not in written]
    for place in left:
        _remove(place)
    return [place.name for place in left]


def _remove(place: Path) -> bool:
    if not place.is_dir() or place.is_symlink():
        return False
    shutil.rmtree(place)
    return True
