"""`assay compare`: models side by side."""

from typing import Annotated

import typer
from rich.text import Text

from assay_cli import reading
from assay_cli.options import (
    USUAL,
    FailOnOption,
    JsonOption,
    ServerOption,
    bad_verdicts,
    fail_on,
)
from assay_cli.reading import Model, Told
from assay_cli.server import Server
from assay_cli.showing import FACTS
from assay_cli.terminal import answer_json, clean, day, measured, number, state, table, tell
from assay_cli.trouble import Misused

MOST = 6


def compare(
    models: Annotated[list[str], typer.Argument(metavar="A B [C…]", help="Two to six models.")],
    only_differences: Annotated[
        bool, typer.Option("--only-differences", help="Leave out lines that are all the same.")
    ] = False,
    fail: FailOnOption = "",
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Compare two to six models."""
    bad = bad_verdicts(fail)
    if not 2 <= len(models) <= MOST:
        raise Misused(f"Name two to {MOST} models; these are {len(models)}.")
    with Server(server) as there:
        read = [reading.read(there, one) for one in models]
    if json:
        answer_json({"models": [one.as_json() for one in read]})
    else:
        lines = [*_facts(read), *_claims(read), *_checks(read)]
        if only_differences:
            lines = [one for one in lines if len({str(cell) for cell in one[1:]}) > 1]
        if lines:
            table(("", *(clean(one.name, 60) for one in read)), lines)
        else:
            tell("They do not differ in anything that is known.")
    fail_on(bad, [state for one in read for state in one.states])


def _facts(models: list[Model]) -> list[list[object]]:
    lines: list[list[object]] = [["commit", *(one.sha[:12] for one in models)]]
    for name in FACTS:
        values = (one.repo.get(name) for one in models)
        said = (number(one) if isinstance(one, int) else clean(one) for one in values)
        lines.append([name.replace("_", " "), *said])
    return [*lines, ["modified", *(day(one.repo.get("modified_at")) for one in models)]]


def _claims(models: list[Model]) -> list[list[object]]:
    """One line for each thing that somebody claims: dataset, its configuration, split, metric."""
    claimed = [
        {
            f"{reading.subject(one.claim)} · {reading.metric(one.claim)}": one
            for one in model.claims
            if one.claim
        }
        for model in models
    ]
    keys = sorted({key for one in claimed for key in one})
    return [[key, *(_told(one.get(key)) for one in claimed)] for key in keys]


def _told(told: Told | None) -> Text:
    if told is None or told.claim is None:
        return Text("claims nothing", style="dim")
    estimate = measured((told.finding or {}).get("estimate"))
    found = f" → {estimate}" if estimate else ""
    return Text(f"{clean(told.claim.get('value_text'))}{found}\n").append_text(state(told.state))


def _checks(models: list[Model]) -> list[list[object]]:
    checked = [{reading.check_of(one): one.state for one in model.checks} for model in models]
    keys = sorted({key for one in checked for key in one})
    return [[f"check {key}", *(state(one.get(key, "")) for one in checked)] for key in keys]
