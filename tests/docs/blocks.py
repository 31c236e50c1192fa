"""The blocks of code in the documents, and the commands in them."""

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from registry.web import code_blocks, contents, manual

BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
PROGRAMS = {"sh", "console", "python", "json", "js"}  # which are examples; other blocks are texts


class Block(NamedTuple):
    """A block: where it stands, its language, why it is not run, its text."""

    place: str
    language: str
    reason: str
    text: str


class Command(NamedTuple):
    """A command of a shell, and what the document says that it prints."""

    place: str
    line: str
    prints: str


def blocks() -> Iterator[Block]:
    """Return all blocks."""
    for path in contents.paths():
        text = (manual.ROOT / path).read_text()
        for found in BLOCK.finditer(text):
            place = f"{path}:{text[: found.start()].count(chr(10)) + 1}"
            info = found[1]
            yield Block(place, code_blocks.language(info), code_blocks.reason(info), found[2])


def commands(block: Block) -> Iterator[Command]:
    """Return the commands of a block; of a console, with what stands below them."""
    text = re.sub(r"\\\n\s*", "", block.text)
    if block.language == "sh":
        for line in text.splitlines():
            bare = re.sub(r"\s#\s.*$", "", line).strip()
            if bare:
                yield Command(block.place, bare, "")
        return
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, prints = part.partition("\n")
        yield Command(block.place, line, prints)


def words(line: str) -> list[str]:
    """Return the words of a command without variables before it; optional parts are taken."""
    plain = line.replace("]...", "]").translate(str.maketrans("", "", "[]"))
    found = shlex.split(plain)
    while found and re.fullmatch(r"[A-Z_]+=\S*", found[0]):
        found = found[1:]
    if found and found[0].endswith("python") and found[1:2] == ["manage.py"]:
        found = found[1:]
    return found
