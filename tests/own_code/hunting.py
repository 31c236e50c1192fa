"""What a network does that looks for the answers: it reads everything that it can reach.

It prints "FOUND <word> in <place>" for each word that would tell it something, and at the end how
much it has read. Words are patterns that do not match themselves, for this file is read, too.
"""

import json
import os
import re
import sys
from pathlib import Path

WORDS = re.compile(
    rb"cont[r]ol-canary|zeb[r]acanary|ocelotc[a]nary|numbatc[a]nary|kiwic[a]nary"
    rb"|quaggac[a]nary|wombatc[a]nary|_typ[e]\x22: \x22ClassLabel"
)
# What every run sees: the system, the interpreter and Assay's own code.
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/sys", "/proc", "/dev", "/etc")
PIECE = 16 << 20


def hunt():
    """Look everywhere."""
    looked = {"files": 0, "bytes": 0, "processes": 0}
    for place, content in everything(looked):
        looked["bytes"] += len(content)
        for word in {match.group() for match in WORDS.finditer(content)}:
            say(f"FOUND {word.decode()} in {place}")
    say(f"HUNTED {json.dumps(looked)}")


def say(line):
    """Print a line: what is printed stands in the evidence."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def everything(looked):
    """Yield (place, bytes) of files with their names, processes, environment and memory."""
    yield "environment", repr(dict(os.environ)).encode()
    for folder, _, names in os.walk("/"):
        if folder.startswith(SYSTEM) or "site-packages" in folder or "/lib/python" in folder:
            continue
        for name in names:
            path = Path(folder, name)
            looked["files"] += 1
            yield f"name of {path}", str(path).encode()
            yield from content(path)
    for process in Path("/proc").glob("[0-9]*"):
        looked["processes"] += 1
        for name in ("environ", "cmdline", "mountinfo", "maps", "comm", "status"):
            yield from content(process / name)
        yield from memory(process)


def content(path):
    """Yield what a file holds, where it can be read."""
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield str(path), piece
    except OSError:
        return


def memory(process):
    """Yield the writable memory of a process, where it can be read."""
    try:
        with (process / "maps").open() as maps, (process / "mem").open("rb", 0) as mem:
            for line in list(maps):
                place, rights = line.split()[:2]
                first, last = (int(end, 16) for end in place.split("-"))
                if rights.startswith("rw"):
                    mem.seek(first)
                    for start in range(first, last, PIECE):
                        yield f"{process}/mem", mem.read(min(PIECE, last - start))
    except (OSError, ValueError, OverflowError):
        return
