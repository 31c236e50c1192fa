"""The command line: its parts, and what it ends with."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from assay_cli import comparing, exports, login, lookup, marks, scans, searching, showing, verifying
from assay_cli.server import metadata_version
from assay_cli.terminal import say, tell
from assay_cli.trouble import LEFT, Trouble

ABOUT = """Ask a server of Assay, the registry that measures what models claim.

Ends with 0 where all is well, 1 where something could not be done, 2 where the command was not
understood, 3 where a verdict of --fail-on was found.
"""


class Told(TyperGroup):
    """Turns trouble into a sentence on stderr, and into the number that the command ends with."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Trouble as trouble:
            tell(trouble.sentence, "red")
            if trouble.hint:
                tell(trouble.hint)
            raise typer.Exit(trouble.code) from trouble
        except KeyboardInterrupt:
            raise typer.Exit(LEFT) from None


app = typer.Typer(
    cls=Told,
    help=ABOUT,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        say(f"assay-client {metadata_version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    del version


app.command("search")(searching.search)
app.command("show")(showing.show)
app.command("compare")(comparing.compare)
app.command("verify")(verifying.verify)
app.command("lookup")(lookup.lookup)
app.command("login")(login.login)
app.add_typer(scans.app, name="scan")
app.add_typer(marks.app, name="mark")
app.add_typer(exports.app, name="export")


def run() -> None:
    """Run the command; a reader that goes away (`| head`) ends it quietly."""
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
