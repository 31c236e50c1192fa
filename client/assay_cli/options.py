"""Options that many commands share, and what they mean."""

from collections.abc import Iterable
from typing import Annotated

import typer

from assay_cli import kept
from assay_cli.terminal import STATES, clean
from assay_cli.trouble import FAILED_ON, Misused

ServerOption = Annotated[
    str,
    typer.Option(
        "--server", envvar="ASSAY_SERVER", metavar="URL", help="The server that is asked."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Answer as JSON, on stdout alone, for programs.")
]
FailOnOption = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="VERDICTS",
        help="End with 3 where one of these is found: overstated,fail,unchecked …",
    ),
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Rows at most.")]
USUAL = kept.USUAL
UNCHECKED = "unchecked"  # asked for, but there is no verdict
_VERDICTS = ("confirmed", "overstated", "understated", "inconclusive")
_WORDS = frozenset({*_VERDICTS, "pass", "warn", "fail", UNCHECKED})


def bad_verdicts(text: str) -> frozenset[str]:
    """Read ``--fail-on``; raise Misused for a word that is no verdict."""
    words = frozenset(filter(None, (word.strip().lower() for word in text.split(","))))
    if unknown := sorted(words - _WORDS):
        raise Misused(
            f"--fail-on: {clean(', '.join(unknown))} is no verdict.",
            f"There are: {', '.join(sorted(_WORDS))}.",
        )
    return words


def fail_on(bad: frozenset[str], found: Iterable[str]) -> None:
    """End the command with 3 where something that was found is bad."""
    words = {word if word in _WORDS or word not in STATES else UNCHECKED for word in found}
    if bad & words:
        raise typer.Exit(FAILED_ON)


def parted(name: str) -> tuple[str, str]:
    """Return repo and commit of ``owner/name@sha``; the commit is empty where there is none."""
    repo, _, sha = name.strip().partition("@")
    sha = sha.lower()
    if not repo or (sha and not (7 <= len(sha) <= 64 and set(sha) <= set("0123456789abcdef"))):
        raise Misused(
            f"{clean(name)} is no model.", "Say owner/name, or owner/name@ and digits of a commit."
        )
    return repo, sha
