"""`assay login`: keep a token for a server."""

import sys
from typing import Annotated

import typer

from assay_cli import kept
from assay_cli.options import USUAL, JsonOption, ServerOption
from assay_cli.server import Server, checked
from assay_cli.terminal import answer_json, tell
from assay_cli.trouble import Misused


def login(
    forget: Annotated[bool, typer.Option("--forget", help="Forget the token instead.")] = False,
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Keep a token for a server; it is asked for, or read from stdin, never an argument."""
    address = checked(server)
    if forget:
        path = kept.keep(address, "")
    else:
        token = _given()
        with Server(address, token) as there:
            # A wrong token is refused also where none is needed.
            there.read({"method": "get", "url": "/api/v1/"})
        path = kept.keep(address, token)
    if json:
        answer_json({"server": address, "file": str(path), "has_token": not forget})
    else:
        done = "forgotten" if forget else f"kept in {path}"
        tell(f"The token for {address} is {done}.")


def _given() -> str:
    if sys.stdin.isatty():
        token: str = typer.prompt("Token", hide_input=True, err=True)
    else:
        token = sys.stdin.readline()
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or len(token) > 500:
        raise Misused("This is no token: it begins with assay_ and is one line.")
    return token
