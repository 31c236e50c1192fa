"""`assay export`: all public tables, downloaded and verified."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.progress import Progress, TaskID

from assay_cli.options import USUAL, JsonOption, ServerOption
from assay_cli.server import TIMEOUT, Server, strange
from assay_cli.terminal import (
    Row,
    answer_json,
    bytes_progress,
    clean,
    day,
    number,
    say,
    size,
    table,
    tell,
)
from assay_cli.trouble import Trouble
from assay_client.api.exports import list_exports, read_export

app = typer.Typer(help="All public tables as files.", no_args_is_help=True)
CHUNK = 1 << 18  # bytes
# A name becomes a path here: nothing that leads anywhere else.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,120}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@app.command("list")
def listed(server: ServerOption = USUAL, json: JsonOption = False) -> None:
    """List exports, the newest first."""
    with Server(server) as there:
        body = there.read(list_exports._get_kwargs())
    if json:
        answer_json(body)
        return
    rows = body.get("results") or []
    if not rows:
        tell("There is no export yet.")
        return
    table(
        ("Export", "Made", "#Files", "#Size", "Licence"),
        (
            [
                one.get("name"),
                day(one.get("at")),
                number(len(one.get("files") or [])),
                size(one.get("bytes")),
                one.get("licence"),
            ]
            for one in rows
        ),
    )


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="The export's name; `latest` is the newest.")],
    out: Annotated[
        Path, typer.Option(help="The folder; the export gets one of its own in it.")
    ] = Path(),
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Download an export. What was broken off goes on; what is there already is left."""
    with Server(server) as there:
        export = there.read(read_export._get_kwargs(name=name))
        files = [_vetted(one, there.address) for one in export.get("files") or []]
        folder = out / _safe(export.get("name"), there.address)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with bytes_progress() as bars:
                for one in files:
                    _fetch(there, one, folder / one["file"], bars)
        except OSError as error:
            raise Trouble(
                f"{clean(folder)} cannot be written: {error.strerror or error}."
            ) from error
    paths = [str(folder / one["file"]) for one in files]
    if json:
        answer_json({"name": export.get("name"), "files": paths})
        return
    for path in paths:
        say(path)
    tell(f"{len(paths)} files, each with the SHA-256 that the export names.")


def _safe(name: object, address: str) -> str:
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise strange(address)
    return name


def _vetted(one: Row, address: str) -> Row:
    """Return a file of an export; raise Trouble where its name or digest is none."""
    _safe(one.get("file"), address)
    if not _SHA256.fullmatch(str(one.get("sha256"))) or not isinstance(one.get("bytes"), int):
        raise strange(address)
    return one


def _fetch(server: Server, one: Row, path: Path, bars: Progress) -> None:
    """Bring a file to its path; it appears there whole and verified, or not at all."""
    line = bars.add_task(clean(one["file"], 60), total=one["bytes"])
    if path.is_file() and path.stat().st_size == one["bytes"] and digest(path) == one["sha256"]:
        bars.update(line, completed=one["bytes"])
        return
    part = path.with_name(path.name + ".part")
    if part.is_file() and part.stat().st_size > one["bytes"]:
        part.unlink()
    was_begun = part.is_file()
    _download(server, one, part, (bars, line))
    if was_begun and digest(part) != one["sha256"]:  # of another file, perhaps: once from the start
        part.unlink()
        _download(server, one, part, (bars, line))
    if digest(part) != one["sha256"]:
        part.unlink()
        raise Trouble(f"{clean(one['file'])} came with another SHA-256 than the export names.")
    part.replace(path)


def _download(server: Server, one: Row, part: Path, bar: tuple[Progress, TaskID]) -> None:
    bars, line = bar
    have = part.stat().st_size if part.is_file() else 0
    if have == one["bytes"]:
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        # Without the token: exports are public, and may lie on another server.
        with httpx.stream("GET", str(one["url"]), headers=headers, timeout=TIMEOUT) as answer:
            is_rest = have > 0 and _goes_on(answer, have)
            if answer.status_code not in {200, 206} or (answer.status_code == 206 and not is_rest):
                raise Trouble(f"{clean(one['file'])}: the server answers {answer.status_code}.")
            bars.update(line, completed=have if is_rest else 0)
            with part.open("ab" if is_rest else "wb") as out:
                for chunk in _bounded(answer, one["bytes"] - (have if is_rest else 0)):
                    out.write(chunk)
                    bars.advance(line, len(chunk))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Trouble(
            f"{clean(one['file'])} broke off: {error}.",
            "The same command goes on where it stopped.",
        ) from error


def _goes_on(answer: httpx.Response, have: int) -> bool:
    """Say whether an answer is the rest that was asked for."""
    said = answer.headers.get("content-range", "")
    return answer.status_code == 206 and said.startswith(f"bytes {have}-")


def _bounded(answer: httpx.Response, most: int) -> Iterator[bytes]:
    """Yield what comes, but never more than was said to come."""
    for chunk in answer.iter_bytes(CHUNK):
        most -= len(chunk)
        if most < 0:
            raise Trouble("The server sends more than the export says.")
        yield chunk


def digest(path: Path, bar: tuple[Progress, TaskID] | None = None) -> str:
    """Return the SHA-256 of a file."""
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            hashed.update(chunk)
            if bar:
                bar[0].advance(bar[1], len(chunk))
    return hashed.hexdigest()
