"""`assay verify`: ask for a measurement, and wait for it."""

import json as jsons
import uuid
from typing import Annotated, Any

import typer

from assay_cli import reading
from assay_cli.following import to_their_end
from assay_cli.options import (
    USUAL,
    FailOnOption,
    JsonOption,
    ServerOption,
    bad_verdicts,
    fail_on,
)
from assay_cli.reading import Told
from assay_cli.server import Server
from assay_cli.terminal import ENDED, Row, answer_json, clean, measured, state, table, tell
from assay_cli.trouble import LEFT, PROBLEM, Misused, Trouble
from assay_client.api.claims import list_claims
from assay_client.api.findings import list_findings
from assay_client.api.runs import request_run
from assay_client.models import RunRequest, RunRequestOptions

OF_CLAIMS = "claim"
MOST_CLAIMS = 50


def verify(
    model: Annotated[str, typer.Argument(metavar="REPO[@SHA]", help="The model.")],
    check: Annotated[
        str, typer.Option(help="The check's id; without it what the model claims is measured.")
    ] = OF_CLAIMS,
    claim: Annotated[
        int | None, typer.Option(min=1, help="One claim alone, by its number.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(metavar="K=V", help="An option of the check; repeatable.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until all runs have ended.")] = False,
    fail: FailOnOption = "",
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Have a model measured. Needs a token with the scope `runs`."""
    bad, options = bad_verdicts(fail), read_options(option or [])
    if bad and not wait:
        raise Misused("--fail-on needs --wait: before their end runs have no verdict.")
    with Server(server) as there:
        runs = _asked(there, model, check, claim, options)
        if wait:
            runs = _waited(there, runs)
        told = [Told(None, _finding(there, run), run) for run in runs]
    if json:
        answer_json(
            {"runs": [{**one.as_json(), "claim": (one.run or {}).get("claim")} for one in told]}
        )
    else:
        _tell(told, there.address)
    fail_on(bad, [one.state for one in told])
    if wait and not any(one.finding for one in told):
        raise typer.Exit(PROBLEM)


def read_options(texts: list[str]) -> dict[str, Any]:
    """Read ``k=v``; numbers, true and false are such, all else is text. Raises Misused."""
    options: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise Misused(f"--option {clean(text)}: say name=value.")
        try:
            options[name.strip()] = jsons.loads(value)
        except ValueError:
            options[name.strip()] = value
    return options


def _asked(
    server: Server, model: str, check: str, claim: int | None, options: dict[str, Any]
) -> list[Row]:
    """Ask for the runs: one, or one for each claim."""
    repo, sha = reading.found(server, model)
    claims: list[int | None] = [claim]
    if check == OF_CLAIMS and claim is None:
        found = server.rows(
            list_claims._get_kwargs, MOST_CLAIMS + 1, repo_id=repo["id"], revision=sha, sort="id"
        )
        claims = [one["id"] for one in found]
        if not claims:
            raise Trouble(f"{clean(repo['name'])} claims nothing that can be measured.")
        if len(claims) > MOST_CLAIMS:
            raise Trouble(f"There are more than {MOST_CLAIMS} claims: name one by --claim.")
    runs = []
    for one in claims:
        body = RunRequest(
            repo=str(repo["name"]),
            revision=sha,
            check=check,
            claim=one,
            options=RunRequestOptions.from_dict(options),
        )
        # A key for each question: where an answer is lost on its way, the next one is the same.
        key = {"Idempotency-Key": str(uuid.uuid4())}
        runs.append(server.read(request_run._get_kwargs(body=body), key))
    return runs


def _waited(server: Server, runs: list[Row]) -> list[Row]:
    try:
        return to_their_end(server, runs)
    except KeyboardInterrupt:
        tell("Nobody waits any more; the server goes on measuring.")
        for run in runs:
            tell(f"{server.address}/runs/{run['id']}")
        raise typer.Exit(LEFT) from None


def _finding(server: Server, run: Row) -> Row | None:
    if not run.get("finding"):
        return None
    return next(server.rows(list_findings._get_kwargs, 1, run=run["id"]), None)


def _tell(told: list[Told], address: str) -> None:
    rows = []
    for one in told:
        run, estimate = one.run or {}, (one.finding or {}).get("estimate")
        rows.append(
            [
                run.get("id"),
                run.get("claim") or "",
                reading.check_of(one),
                state(one.state),
                measured(estimate),
                one.sentence,
            ]
        )
    table(("#Run", "#Claim", "Check", "State", "#Measured", "What was found"), rows)
    if any((one.run or {}).get("status") not in ENDED for one in told):
        tell(f"Look at {address}/runs, or ask again with --wait.")
