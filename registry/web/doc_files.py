"""The documentation as files: pages that open without a server, and without scripts."""

import shutil
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string

from registry.web import contents, doc_pages

INDEX = "index.html"
_STATIC = Path(settings.BASE_DIR) / "registry" / "web" / "static" / "assay"
_COPIED = ("assay.css", "mark.svg")


def write(folder: Path) -> int:
    """Write all documents into a folder, over what is there; return how many.

    Raises FileNotFoundError where the table of contents names a document that does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        shutil.copyfile(_STATIC / name, folder / name)
    _write(folder / INDEX, "", groups=doc_pages.side("", doc_pages.FileAddress("")))
    written = list(contents.paths())
    for path in written:
        page = doc_pages.page(path, doc_pages.FileAddress(path), is_file=True)
        if page is None:
            raise FileNotFoundError(f"docs/{path}, which {contents.FILE} names, does not exist.")
        target = folder / path.replace(".md", ".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, path, page=page)
    return len(written)


def _write(target: Path, path: str, **context: object) -> None:
    home = doc_pages.relative(path, INDEX)
    context |= {"home": home, "top": home.removesuffix(INDEX)}
    target.write_text(render_to_string("doc_file.html", context))
