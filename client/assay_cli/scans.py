"""`assay scan`: checks on many models."""

from typing import Annotated, Any

import typer

from assay_cli.options import USUAL, JsonOption, LimitOption, ServerOption
from assay_cli.server import Server
from assay_cli.terminal import Row, answer_json, clean, day, number, say, table, tell
from assay_cli.trouble import Trouble
from assay_client.api.scan_executions import list_scan_executions
from assay_client.api.scans import create_scan, list_scans, read_scan, run_scan
from assay_client.models import ScanRequest
from assay_client.types import UNSET

app = typer.Typer(help="Checks on many models.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The scan's name, or its number.")]
Most = Annotated[int | None, typer.Option(min=1)]
EXECUTIONS = 10


@app.command("list")
def listed(limit: LimitOption = 50, server: ServerOption = USUAL, json: JsonOption = False) -> None:
    """List scans."""
    with Server(server) as there:
        rows = list(there.rows(list_scans._get_kwargs, limit))
    if json:
        answer_json({"results": rows})
    elif rows:
        _tell(rows)
    else:
        tell("There is no scan; `assay scan create` makes one.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    check: Annotated[list[str], typer.Option(help="A check's id; repeatable.")],
    select: Annotated[str, typer.Option(help="The query of a search: task=…&library=…")] = "",
    schedule: Annotated[str, typer.Option(help="Five fields of cron, in UTC.")] = "",
    max_runs: Most = None,
    max_repos: Most = None,
    max_minutes: Most = None,
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Make a scan. Needs a token with the scope `scans`."""
    body = ScanRequest(
        name=name,
        checks=check,
        selection=select,
        schedule=schedule,
        max_runs=max_runs or UNSET,
        max_repos=max_repos or UNSET,
        max_minutes=max_minutes or UNSET,
    )
    with Server(server) as there:
        made = there.read(create_scan._get_kwargs(body=body))
    if json:
        answer_json(made)
    else:
        _tell([made])
        tell(f"`assay scan run {made.get('id')}` begins it.")


@app.command()
def show(name: Name, server: ServerOption = USUAL, json: JsonOption = False) -> None:
    """Show a scan with its newest executions."""
    with Server(server) as there:
        scan = _found(there, name)
        executions = list(there.rows(list_scan_executions._get_kwargs, EXECUTIONS, scan=scan["id"]))
    if json:
        answer_json({"scan": scan, "executions": executions})
        return
    _tell([scan])
    if executions:
        _tell_executions(executions)
    else:
        tell("It was never carried out.")


@app.command()
def run(name: Name, server: ServerOption = USUAL, json: JsonOption = False) -> None:
    """Begin a scan now. Needs a token with the scope `scans`."""
    with Server(server) as there:
        scan = _found(there, name)
        execution = there.read(run_scan._get_kwargs(id=str(scan["id"])))
    if json:
        answer_json(execution)
        return
    _tell_executions([execution])
    say(f"{there.address}/scans/{scan['id']}/{execution.get('id')}", "dim")


def _found(server: Server, name: str) -> Row:
    """Return the scan of a name, or of a number where none is called so. Raises Trouble."""
    scan = next(server.rows(list_scans._get_kwargs, 1, name=name), None)
    if scan is None and name.isascii() and name.isdigit():
        return server.read(read_scan._get_kwargs(id=name[:18]))
    if scan is None:
        raise Trouble(f"No scan is called {clean(name)}.", "`assay scan list` lists them.")
    return scan


def _tell(scans: list[Row]) -> None:
    table(
        ("#No.", "Scan", "State", "Checks", "Selection", "When", "#Runs at most"),
        (
            [
                one.get("id"),
                one.get("name"),
                one.get("state"),
                ", ".join(map(str, one.get("checks") or [])),
                one.get("selection") or "all models",
                one.get("schedule_words") or "when asked",
                number(one.get("max_runs")) or "no limit",
            ]
            for one in scans
        ),
    )


def _tell_executions(executions: list[Row]) -> None:
    def counted(one: dict[str, Any]) -> str:
        return ", ".join(f"{name} {count}" for name, count in (one.get("counts") or {}).items())

    table(
        ("#No.", "State", "#Models", "Counts", "Begun", "Ended"),
        (
            [
                one.get("id"),
                one.get("state"),
                number(one.get("selected")),
                counted(one),
                day(one.get("started_at")),
                day(one.get("finished_at")),
            ]
            for one in executions
        ),
        title="Executions",
    )
