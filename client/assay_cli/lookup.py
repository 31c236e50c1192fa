"""`assay lookup`: which models have the very same file?"""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from assay_cli.exports import digest
from assay_cli.options import USUAL, JsonOption, LimitOption, ServerOption
from assay_cli.server import Server
from assay_cli.terminal import answer_json, bytes_progress, clean, size, table, tell
from assay_cli.trouble import Misused, TooOld, Trouble

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def lookup(
    what: Annotated[str, typer.Argument(metavar="SHA256|FILE", help="A digest, or a file here.")],
    limit: LimitOption = 50,
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Find the models that have a file. Only its digest leaves this machine."""
    sha256 = what.lower() if _SHA256.fullmatch(what) else _of_file(Path(what))
    with Server(server) as there:
        try:
            rows = list(there.rows(_files, limit, sha256=sha256))
        except TooOld as error:
            raise Trouble(
                f"{there.address} cannot look up files: it is too old for that."
            ) from error
    if json:
        answer_json({"sha256": sha256, "results": rows})
    elif rows:
        table(
            ("Model", "Commit", "Path", "#Size"),
            (
                [
                    one.get("repo"),
                    str(one.get("revision"))[:12],
                    one.get("path"),
                    size(one.get("size")),
                ]
                for one in rows
            ),
        )
    else:
        tell(f"No model that is mirrored there has a file of SHA-256 {sha256}.")


def _files(**asked: Any) -> dict[str, Any]:
    """Ask by hand: servers of this version may have the address or not."""
    return {"method": "get", "url": "/api/v1/files", "params": asked}


def _of_file(path: Path) -> str:
    """Return the digest of a file here; a bar shows how far it is."""
    try:
        total = path.stat().st_size
        with bytes_progress() as bars:
            return digest(path, (bars, bars.add_task(clean(path.name, 60), total=total)))
    except OSError as error:
        raise Misused(
            f"{clean(path)} is neither a SHA-256 nor a file that can be read: {error.strerror}."
        ) from error
