"""A model as the commands see it: its row, its claims, and the newest answer to each."""

from dataclasses import dataclass, field
from typing import Any

from assay_cli.options import parted
from assay_cli.server import Server
from assay_cli.terminal import ENDED, Row, clean
from assay_cli.trouble import Trouble
from assay_client.api.claims import list_claims
from assay_client.api.findings import list_findings
from assay_client.api.repos import list_repos
from assay_client.api.runs import list_runs

MOST = 500  # claims, findings and runs of one commit


@dataclass(frozen=True, slots=True)
class Told:
    """A claim, or a check without one, with its newest finding and its newest run."""

    claim: Row | None
    finding: Row | None
    run: Row | None

    @property
    def state(self) -> str:
        """Return the verdict, else where the newest run stands, else nothing."""
        if self.finding:
            return str(self.finding.get("verdict", ""))
        return str(self.run.get("status", "")) if self.run else ""

    @property
    def sentence(self) -> str:
        """Return what was found, else why nothing was."""
        if self.finding:
            return str(self.finding.get("summary", ""))
        if self.run and self.run.get("status") in ENDED:
            return str(self.run.get("reason", ""))
        return str(self.claim.get("problem") or "") if self.claim else ""

    def as_json(self) -> Row:
        """Return it for programs."""
        return {"claim": self.claim, "state": self.state, "finding": self.finding, "run": self.run}


@dataclass(slots=True)
class Model:
    """A model at a commit."""

    repo: Row
    sha: str
    claims: list[Told] = field(default_factory=list)
    checks: list[Told] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return its name."""
        return str(self.repo.get("name", ""))

    @property
    def states(self) -> list[str]:
        """Return the states of all its claims and checks."""
        return [one.state for one in (*self.claims, *self.checks)]

    def as_json(self) -> Row:
        """Return it for programs."""
        return {
            "repo": self.repo,
            "revision": self.sha,
            "claims": [one.as_json() for one in self.claims],
            "checks": [one.as_json() for one in self.checks],
        }


def found(server: Server, name: str) -> tuple[Row, str]:
    """Return the row of ``owner/name[@sha]`` and the whole commit. Raises Trouble."""
    wanted, sha = parted(name)
    repo = next(server.rows(list_repos._get_kwargs, 1, name=wanted), None)
    if repo is None:
        raise Trouble(
            f"No model is called {clean(wanted)} here.",
            "`assay search` looks for words; names are whole: owner/name.",
        )
    head = str(repo.get("sha") or "")
    if not sha or head.startswith(sha):
        return repo, head
    if len(sha) < 40:  # the API finds whole commits only
        raise Trouble(f"The newest commit is {head[:12]}; write all of an older one.")
    return repo, sha


def read(server: Server, name: str) -> Model:
    """Read a model with what it claims and what was measured. Raises Trouble."""
    repo, sha = found(server, name)
    asked: dict[str, Any] = {"repo_id": repo["id"], "revision": sha}
    claims = list(server.rows(list_claims._get_kwargs, MOST, sort="id", **asked))
    findings = list(server.rows(list_findings._get_kwargs, MOST, **asked))
    runs = list(server.rows(list_runs._get_kwargs, MOST, **asked))
    if sha != repo.get("sha") and not (claims or findings or runs):
        raise Trouble(f"Nothing is known of commit {sha[:12]} of {clean(repo['name'])}.")
    return Model(repo, sha, _of_claims(claims, findings, runs), _of_checks(findings, runs))


def _of_claims(claims: list[Row], findings: list[Row], runs: list[Row]) -> list[Told]:
    measured = _newest([one for one in findings if _check(one) == "claim"], "claim")
    tried = _newest([one for one in runs if _check(one) == "claim"], "claim")
    return [Told(one, measured.get(one["id"]), tried.get(one["id"])) for one in claims]


def _of_checks(findings: list[Row], runs: list[Row]) -> list[Told]:
    """Return what other checks found, the newest answer of each."""
    told: dict[str, Told] = {}
    for run in (one for one in runs if _check(one) != "claim"):
        told.setdefault(_check(run), Told(None, None, run))
    of_run = {one.get("id"): one for one in runs}
    seen: set[str] = set()
    for one in (one for one in findings if _check(one) != "claim"):
        if _check(one) not in seen:
            seen.add(_check(one))
            told[_check(one)] = Told(None, one, of_run.get(one.get("run")))
    return [told[check] for check in sorted(told)]


def _newest(rows: list[Row], key: str) -> dict[Any, Row]:
    """Return the first row of each value; lists begin with the newest."""
    newest: dict[Any, Row] = {}
    for row in rows:
        newest.setdefault(row.get(key), row)
    return newest


def _check(row: Row) -> str:
    check = row.get("check")
    return str(check.get("id", "")) if isinstance(check, dict) else ""


def check_of(told: Told) -> str:
    """Return the check's id."""
    return _check(told.finding or told.run or {})


def subject(claim: Row) -> str:
    """Return on what a claim was measured: ``cifar10 plain_text test``."""
    dataset = claim.get("dataset") or {}
    parts = (dataset.get(name) for name in ("id", "config", "split"))
    return " ".join(str(part) for part in parts if part) or "no dataset named"


def metric(claim: Row) -> str:
    """Return the metric's name as the card writes it."""
    named = claim.get("metric") or {}
    return str(named.get("name") or named.get("id") or "")
