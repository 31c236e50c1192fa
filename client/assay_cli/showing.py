"""`assay show`: what a model claims beside what was measured."""

import json as jsons
from typing import Annotated

import typer

from assay_cli import reading
from assay_cli.options import (
    USUAL,
    FailOnOption,
    JsonOption,
    ServerOption,
    bad_verdicts,
    fail_on,
)
from assay_cli.reading import Model
from assay_cli.server import Server
from assay_cli.terminal import answer_json, day, measured, number, say, state, table

FACTS = ("task", "library", "licence", "model_type", "parameters", "downloads", "likes", "gate")


def show(
    model: Annotated[str, typer.Argument(metavar="REPO[@SHA]", help="The model.")],
    fail: FailOnOption = "",
    server: ServerOption = USUAL,
    json: JsonOption = False,
) -> None:
    """Show what a model claims beside what was measured."""
    bad = bad_verdicts(fail)
    with Server(server) as there:
        one = reading.read(there, model)
    if json:
        answer_json(one.as_json() | {"snippet": snippet(one)})
    else:
        _tell(one, there.address)
    fail_on(bad, one.states)


def _tell(model: Model, address: str) -> None:
    say(model.name, "bold")
    say(f"commit {model.sha or 'unknown'}", "dim")
    for name in FACTS:
        value = model.repo.get(name)
        if value not in (None, ""):
            said = number(value) if isinstance(value, int) else value
            say(f"{name.replace('_', ' ')}: {said}")
    say(f"modified: {day(model.repo.get('modified_at')) or 'unknown'}")
    if model.claims:
        _tell_claims(model)
    else:
        say("Its card states nothing that can be measured.")
    if model.checks:
        table(
            ("Check", "Answer", "What was found"),
            ([reading.check_of(one), state(one.state), one.sentence] for one in model.checks),
            title="Other checks",
        )
    if model.sha:
        say("Use exactly this commit:", "bold")
        say(snippet(model))
    say(f"{address}/models/{model.name}", "dim")


def _tell_claims(model: Model) -> None:
    rows = []
    for one in model.claims:
        claim, finding = one.claim or {}, one.finding or {}
        estimate = finding.get("estimate") or {}
        rows.append(
            [
                reading.subject(claim),
                reading.metric(claim),
                claim.get("value_text"),
                measured(estimate),
                number(estimate.get("n")),
                state(one.state),
                one.sentence,
            ]
        )
    heads = ("Measured on", "Metric", "#Claimed", "#Measured", "#n", "Verdict", "What was found")
    table(heads, rows, title="Claimed and measured")


def snippet(model: Model) -> str:
    """Return a line of Python that fetches this commit and no other."""
    name, sha = jsons.dumps(model.name), jsons.dumps(model.sha)
    return f"huggingface_hub.snapshot_download({name}, revision={sha})"
