"""What the command remembers: tokens, in a file of the user that nobody else can read."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import typer

from assay_cli.trouble import Trouble

USUAL = "http://127.0.0.1:8000"


def place() -> Path:
    """Return the file."""
    return Path(typer.get_app_dir("assay")) / "tokens.json"


def _read() -> dict[str, Any]:
    try:
        found = json.loads(place().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Trouble(
            f"The file of tokens cannot be read: {place()}: {error}", "Remove it and log in again."
        ) from error
    return found if isinstance(found, dict) else {}


def token_for(server: str) -> str:
    """Return the token for a server: ASSAY_TOKEN, or the one that was kept; else nothing."""
    return os.environ.get("ASSAY_TOKEN", "").strip() or str(_read().get(server, ""))


def keep(server: str, token: str) -> Path:
    """Keep a token, or forget the one of a server where it is empty; return the file."""
    tokens = _read() | {server: token}
    path = place()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A temporary file is 0600 from its first byte, and appears whole or not at all.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tokens-")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump({one: secret for one, secret in tokens.items() if secret}, out, indent=2)
    Path(name).replace(path)
    return path
