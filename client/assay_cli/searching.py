"""`assay search`: models by words and facets."""

from typing import Annotated

import typer

from assay_cli.options import USUAL, JsonOption, LimitOption, ServerOption
from assay_cli.server import Server
from assay_cli.terminal import Row, answer_json, number, table, tell
from assay_client.api.repos import list_repos

Values = Annotated[list[str] | None, typer.Option(help="May be repeated: any of them.")]


def search(
    words: Annotated[
        list[str] | None, typer.Argument(help="Of the name, the owner, the tags.")
    ] = None,
    task: Values = None,
    library: Values = None,
    licence: Values = None,
    verdict: Values = None,
    sort: Annotated[str, typer.Option(help="downloads, likes, updated, gap, name …")] = "",
    limit: LimitOption = 20,
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Search models."""
    with Server(server) as there:
        found = list(
            there.rows(
                list_repos._get_kwargs,
                limit + 1,
                q=" ".join(words or []),
                task=task,
                library=library,
                licence=licence,
                verdict=verdict,
                sort=sort,
            )
        )
    rows, is_more = found[:limit], len(found) > limit
    if json:
        answer_json({"results": rows, "is_more": is_more})
        return
    _tell(rows)
    if is_more:
        tell(f"There are more than {limit}: say --limit for more of them.")


def _tell(rows: list[Row]) -> None:
    if not rows:
        tell("No model fits. Fewer words or facets find more.")
        return
    table(
        ("Model", "Task", "Library", "Licence", "#Parameters", "#Downloads"),
        (
            [
                *(row.get(name) for name in ("name", "task", "library", "licence")),
                number(row.get("parameters")),
                number(row.get("downloads")),
            ]
            for row in rows
        ),
    )
