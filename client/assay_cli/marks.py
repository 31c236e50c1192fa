"""`assay mark`: watermarks that owners registered."""

from pathlib import Path
from typing import Annotated

import typer

from assay_cli.options import USUAL, JsonOption, LimitOption, ServerOption
from assay_cli.server import Server
from assay_cli.terminal import Row, answer_json, day, number, say, table, tell
from assay_cli.trouble import Misused
from assay_client.api.marks import list_marks, read_mark, register_mark
from assay_client.models import MarkUpload
from assay_client.types import UNSET, File

app = typer.Typer(help="Watermarks that owners registered.", no_args_is_help=True)


@app.command("list")
def listed(
    owner: Annotated[str, typer.Option(help="The owner's name.")] = "",
    limit: LimitOption = 50,
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """List marks."""
    with Server(server) as there:
        rows = list(there.rows(list_marks._get_kwargs, limit, owner=owner))
    if json:
        answer_json({"results": rows})
    elif rows:
        _tell(rows)
    else:
        tell("There is no mark; `assay mark register` registers one.")


@app.command()
def show(
    mark: Annotated[int, typer.Argument(min=1, help="The mark's number.")],
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Show a mark, and in which models it was found."""
    with Server(server) as there:
        row = there.read(read_mark._get_kwargs(id=str(mark)))
    if json:
        answer_json(row)
        return
    _tell([row])
    say(f"commitment {row.get('commitment')}")
    matches = row.get("matches") or []
    if matches:
        table(
            ("Model", "Commit", "Carries it", "#p", "What was found"),
            (
                [
                    one.get("repo"),
                    str(one.get("revision"))[:12],
                    "yes" if one.get("carries") else "no evidence",
                    f"{p:.2g}" if isinstance(p := one.get("p"), int | float) else "",
                    one.get("sentence"),
                ]
                for one in matches
            ),
            title="Looked for",
        )
    else:
        tell("Nobody has looked for it yet.")


@app.command()
def register(
    file: Annotated[Path, typer.Argument(help="The file of keys, as `mark embed` writes it.")],
    name: Annotated[str, typer.Option(help="What to call the mark.")],
    home: Annotated[str, typer.Option(help="owner/name of the marked model.")] = "",
    task: Annotated[str, typer.Option(help="The model's task; image classification without.")] = "",
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Register a mark. The keys are sealed there and never shown; needs the scope `marks`."""
    try:
        handle = file.open("rb")
    except OSError as error:
        raise Misused(f"{file} cannot be read: {error.strerror}.") from error
    with handle, Server(server) as there:
        body = MarkUpload(
            keys=File(payload=handle, file_name=file.name),
            name=name,
            home=home or UNSET,
            task=task or UNSET,
        )
        made = there.read(register_mark._get_kwargs(body=body))
    if json:
        answer_json(made)
        return
    _tell([made])
    say(f"commitment {made.get('commitment')}")


def _tell(marks: list[Row]) -> None:
    table(
        ("#No.", "Mark", "Owner", "Scheme", "#Keys", "Task", "Home", "State", "Registered"),
        (
            [
                *(one.get(name) for name in ("id", "name", "owner", "scheme")),
                number(one.get("keys")),
                *(one.get(name) for name in ("task", "home", "state")),
                day(one.get("registered_at")),
            ]
            for one in marks
        ),
    )
