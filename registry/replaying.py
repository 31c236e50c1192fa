"""Repeating a run from its evidence alone: find all that it names, ask for it, compare.

The evidence may come from another installation. What it names is looked for on the hub; the first
piece that is not there, or not the same, is named.
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis import catalog
from registry import marks, services
from registry.hub.answers import TreeEntry
from registry.hub.client import HubClient
from registry.hub.credentials import token_for
from registry.hub.problems import HubProblem, Missing
from registry.hub.revisions import mirror_revision
from registry.hub.sync import mirror_one
from registry.models import Claim, Finding, Mark, Repo, Revision, Run

# Two runs of one network on the same samples differ by at most a few samples that sit on the
# boundary between two classes, when another machine rounds otherwise.
FLIPPED = 2
SMALL_FILE = 16 << 20
_OWN = ("fresh", "expect", "replay", "replay_of", "replay_from")  # options that only replays have


class CannotReplay(Exception):  # noqa: N818 - reads as what is the matter
    """The run cannot be repeated. ``missing`` names the piece, the message says it in words."""

    def __init__(self, message: str, missing: str) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, as far as it is compared."""

    verdict: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None

    @classmethod
    def of(cls, finding: Finding) -> "Result":
        """Return that of a finding of this installation."""
        return cls(finding.verdict, finding.value, finding.low, finding.high, finding.n)

    @classmethod
    def told(cls, evidence: Mapping[str, Any]) -> "Result":
        """Return that of the evidence; raise CannotReplay where it tells none."""
        result = evidence.get("result")
        if not isinstance(result, dict) or not isinstance(result.get("verdict"), str):
            raise CannotReplay("The evidence does not say what was found.", "result")
        estimate = result.get("estimate") or {}
        numbers = [estimate.get(name) for name in ("value", "low", "high", "n")]
        return cls(result["verdict"], *numbers)

    def __str__(self) -> str:
        about = f" on {self.n:,} samples" if self.n else ""
        return f"{self.verdict} {self.value}{about}"


def ask(evidence: Mapping[str, Any], *, hub: str = "", of: Run | None = None, **more: Any) -> Run:
    """Ask for the same measurement as a run of its own; raise CannotReplay with what is missing.

    ``hub`` is where to look instead of the hub that the evidence names, ``of`` the run of this
    installation that is repeated; ``more`` are further options of the run.
    """
    try:
        _vet_check(evidence["check"])
        if evidence["check"]["id"] == marks.CHECK and of is None:
            _vet_marks(evidence["measure"]["marks"])
        revision = find_revision(evidence["subject"], hub)
        claim = _claim(evidence.get("claim"), revision)
        options = asked(evidence, of) | more
        options["replay"] = 1 + _before(revision, options).count()
        run, _ = services.request_run(
            revision, evidence["check"]["id"], claim, options=options, requested_by="replay"
        )
    except services.RequestRefused as error:
        raise CannotReplay(str(error), "check") from error
    except HubProblem as error:
        raise CannotReplay(str(error), "hub") from error
    except (KeyError, TypeError) as error:
        raise CannotReplay(f"The evidence does not have {error}.", "evidence") from error
    return run


def asked(evidence: Mapping[str, Any], of: Run | None) -> dict[str, Any]:
    """Return the options of a run that does the same again, and expects to find the same."""
    then = evidence.get("options") or {}
    options = {key: value for key, value in then.items() if key not in _OWN}
    digest = hashlib.sha256(json.dumps(evidence, sort_keys=True).encode()).hexdigest()
    files = {file["path"]: file["sha256"] for file in evidence["subject"]["files"]}
    expect: dict[str, Any] = {"files": files}
    data = evidence.get("data")
    if data:
        names = ("dataset", "config", "split", "revision", "rows_of_split", "fingerprint", "sha256")
        expect["data"] = {name: data[name] for name in names if name in data}
        expect["tables"] = {
            table["name"]: {name: table[name] for name in names if name in table}
            for table in data.get("tables") or ()
        }
        expect["data"]["first_rows"] = data["order"].get("first_rows")
        options |= {
            "seed": data["order"]["seed"],
            "n": data["rows_used"],
            "dataset_revision": data["revision"],
        }
    probe_seed = (evidence.get("sandbox") or {}).get("probe_seed")
    if probe_seed is not None:
        options["probe_seed"] = probe_seed
    return options | {
        "fresh": True,
        "expect": expect,
        "replay_of": of.pk if of else None,
        "replay_from": digest,
    }


def compare(first: Result, second: Result | None, run: Run) -> tuple[str, str]:
    """Say whether two results of the same job agree, and in which figure."""
    if second is None:
        return "cannot", f"{run.reason} (missing: {run.code or 'unknown'})"
    figures = f"{first} then, {second} now"
    if first.verdict != second.verdict:
        return "disagrees", figures
    if first.value is None or second.value is None or not first.n or not second.n:
        return ("agrees" if first.value == second.value else "disagrees"), figures
    if first.n != second.n:
        # A verdict may be certain a look earlier or later where a sample flips; a run that reads
        # all that it was given has no such excuse.
        given = run.options.get("n")
        is_early = given is not None and max(first.n, second.n) < given
        return ("agrees" if is_early and _overlap(first, second) else "disagrees"), figures
    # Half a sample of slack: two flipped samples are not lost to the rounding of a difference.
    close = abs(first.value - second.value) <= (FLIPPED + 0.5) / first.n
    return ("agrees" if close else "disagrees"), figures


def _overlap(one: Result, other: Result) -> bool:
    ends = (one.low, one.high, other.low, other.high)
    if None in ends:
        return False
    low, high, other_low, other_high = (float(end or 0.0) for end in ends)
    return low <= other_high and other_low <= high


def _vet_check(check: Mapping[str, Any]) -> None:
    entry = catalog.entries().get(check["id"])
    if entry is None:
        raise CannotReplay(f"There is no check {check['id']!r} here.", "check")
    if entry.version != check["version"]:
        raise CannotReplay(
            f"The run was made by version {check['version']} of the check {entry.id!r}; here is"
            f" version {entry.version}.",
            "check",
        )


def _vet_marks(told: Any) -> None:
    """Raise CannotReplay where the marks of another installation's run are not those of here."""
    for one in told:
        here = Mark.objects.filter(pk=one["mark"]).first()
        if here is None or here.commitment != one["commitment"]:
            raise CannotReplay(
                f"Mark {one['mark']}, commitment {one['commitment']}, is not registered here."
                " Only who has its keys can look for it.",
                "marks",
            )


def find_revision(subject: Mapping[str, Any], hub: str) -> Revision:
    """Return the commit that was measured, mirrored where it is not here yet.

    Raises HubProblem, and CannotReplay where repo, commit or a file are not those of the evidence.
    """
    url = (hub or subject["hub"]).rstrip("/")
    name, sha = subject["repo"], subject["revision"]
    with contextlib.closing(HubClient(url, token_for(url))) as client:
        try:
            record = client.detail(name, sha)
        except Missing as error:
            raise _gone(client, subject, error) from error
        if url == subject["hub"] and record.key and record.key != subject["hub_key"]:
            raise CannotReplay(
                f"{url} has another repo under the name {name} than the one that was measured.",
                "repo",
            )
        _vet_files(subject, {one.path: one for one in client.tree(name, sha).entries})
        repo = Repo.objects.listed().filter(hub__url=url).named(name).first()
        return mirror_revision(repo or mirror_one(url, name, token=token_for(url)), sha, client)


def _vet_files(subject: Mapping[str, Any], tree: Mapping[str, TreeEntry]) -> None:
    """Hold what the hub lists against what was read; the bytes are looked at by the worker."""
    for file in subject["files"]:
        listed = tree.get(file["path"])
        if listed is None:
            raise CannotReplay(f"The hub has no file {file['path']} any more.", "files")
        if listed.sha256 and listed.sha256 != file["sha256"]:
            raise CannotReplay(_differs(file, listed.sha256), "files")


def _gone(client: HubClient, subject: Mapping[str, Any], error: Missing) -> CannotReplay:
    """Say what became of a commit that the hub does not have: which file is another one now."""
    name, sha = subject["repo"], subject["revision"]
    try:
        head = client.detail(name)
        tree = {one.path: one for one in client.tree(name, head.sha).entries}
    except HubProblem:
        return CannotReplay(str(error), "repo")
    said = f"The hub does not have the commit {sha} of {name} any more."
    for file in subject["files"]:
        listed = tree.get(file["path"])
        if listed is None:
            return CannotReplay(f"{said} It has no file {file['path']} either.", "revision")
        found = listed.sha256 or _digest(client, name, head.sha, file["path"])
        if found and found != file["sha256"]:
            return CannotReplay(f"{said} {_differs(file, found)}", "files")
    return CannotReplay(f"{said} All files that were read are the same at {head.sha}.", "revision")


def _digest(client: HubClient, name: str, sha: str, path: str) -> str:
    """Return the SHA-256 of a small file of a hub, "" where it cannot be had."""
    try:
        return hashlib.sha256(client.small_file(name, sha, path, SMALL_FILE)).hexdigest()
    except HubProblem:
        return ""


def _differs(file: Mapping[str, Any], found: str) -> str:
    return (
        f"The file {file['path']} is not the one that was measured: its SHA-256 is {found},"
        f" expected was {file['sha256']}."
    )


def _claim(told: Mapping[str, Any] | None, revision: Revision) -> Claim | None:
    """Return the claim that was measured, as it is read from the card here."""
    if not told:
        return None
    claim = revision.claims.filter(key=told["key"]).first()
    if claim is None:
        place = told.get("path") or told.get("line")
        raise CannotReplay(
            f"The claim at {told['file']}, {place}, is not read from the card here as it was then.",
            "claim",
        )
    return claim


def _before(revision: Revision, options: Mapping[str, Any]) -> Any:
    """Select earlier replays of the same evidence: each measures anew."""
    return Run.objects.filter(revision=revision, options__replay_from=options["replay_from"])
