"""What badges say of a model: state, value, date and version of the check, in words.

Grey is whatever is not known: not evaluated, under way, could not be checked, and stale. Of several
claims on one metric the worst verdict is shown, so that a badge cannot hide one behind another.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC

from django.db.models import F, QuerySet

from analysis import catalog
from analysis.metrics import METRICS
from registry import marks
from registry.models import Repo, Revision, Run
from registry.visibility import public_repos, public_revisions
from registry.web.badge_drawing import LONGEST_LABEL, LONGEST_MESSAGE, Badge, cut
from registry.web.claims import answers, compare, replays
from registry.web.scales import Scale, stated
from registry.web.states import STATES, finding_of, state_of

EARLIER = 5  # older commits at which an answer is looked for
MOST_VERDICTS = 3  # that are named; the date must fit, too
ROBUSTNESS = ("adversarial", "corruptions", "text-robustness")
WATERMARK = "watermarks"
_WORST_FIRST = (
    *("fail", "overstated", "warn", "inconclusive", "understated", "measured"),
    *("confirmed", "pass"),
)
_UNKNOWN_LABEL = "Assay"
_TOPICS = {"verdict": "Assay", "robustness": "robustness", "watermark": "watermark"}


def label_of(metric: str) -> str | None:
    """Return what a badge's left field says; None where there is no such badge."""
    if metric in _TOPICS:
        return _TOPICS[metric]
    return METRICS[metric].name if metric in METRICS else None


def grey(message: str, label: str = _UNKNOWN_LABEL) -> Badge:
    """Return a badge that says that something is not known."""
    return Badge(label, message, "off", f"{label}: {message}")


def named(metric: str, name: str, sha: str = "") -> Badge:
    """Return the badge of the model of this name, or of one commit of it."""
    found = list(public_repos().named(name)[:10])
    found.sort(key=lambda repo: repo.state != Repo.State.PRESENT)
    return _of(metric, found[0] if found else None, sha)


def numbered(metric: str, number: int) -> Badge:
    """Return the badge of a model by its number."""
    return _of(metric, public_repos().filter(pk=number).first(), "")


def _of(metric: str, repo: Repo | None, sha: str) -> Badge:
    label = label_of(metric) or _UNKNOWN_LABEL
    if repo is None:
        return grey("no such model", label)
    shown = _pinned(repo, sha) if sha else _newest(repo)
    if sha and shown is None:
        return grey("no such commit", label)
    found = _told(metric, shown, _answers([shown], metric)) if shown else None
    if found is None and not sha:
        found = _earlier(metric, repo, shown)
    badge = found or grey("not evaluated", label)
    at = f" at commit {sha[:12]}" if sha else ""
    title = f"{repo.name}{at}, {badge.label}: {badge.message}"
    return Badge(badge.label, badge.message, badge.tone, title)


def _pinned(repo: Repo, sha: str) -> Revision | None:
    found = list(public_revisions().filter(repo=repo, sha__startswith=sha).order_by("-pk")[:2])
    if not found or (len(found) > 1 and found[0].sha != found[1].sha):
        return None
    found[0].repo = repo
    return found[0]


def _newest(repo: Repo) -> Revision | None:
    heads = repo.revisions.filter(sha=repo.head_sha) if repo.head_sha else repo.revisions.all()
    head = heads.order_by("-pk").first()
    if head is not None:
        head.repo = repo
    return head


def _earlier(metric: str, repo: Repo, head: Revision | None) -> Badge | None:
    """Say what was found at the newest of the older commits at which anything was found."""
    older = list(repo.revisions.exclude(pk=head.pk if head else 0).order_by("-pk")[:EARLIER])
    for revision in older:
        revision.repo = repo
    runs = [run for run in _answers(older, metric) if finding_of(run)]
    if not runs:
        return None
    last = max(runs, key=lambda run: run.pk).revision
    of_last = [run for run in runs if run.revision_id == last.pk]
    return _told(metric, last, of_last, is_older=True)


def _answers(revisions: Sequence[Revision], metric: str) -> list[Run]:
    """Return the newest run of each claim and check, one with a finding first, that belongs."""
    newest: dict[tuple[int, int | None, str], Run] = {}
    for revision in revisions:
        for run in _with_claims(answers(revision)):
            run.revision = revision
            key = (revision.pk, run.claim_id, run.check_id)
            before = newest.get(key)
            if replays(run) or not _belongs(run, metric):
                continue
            if before is None or finding_of(run) is not None or finding_of(before) is None:
                newest[key] = run
    return list(newest.values())


def _with_claims(runs: "QuerySet[Run]") -> "QuerySet[Run]":
    return runs.select_related("finding", "claim").annotate(
        metric=F("finding__evidence__measure__metric")
    )


def _belongs(run: Run, metric: str) -> bool:
    if metric == "verdict":
        return True
    if metric not in METRICS:
        return run.check_id in (ROBUSTNESS if metric == "robustness" else (WATERMARK,))
    said = stated(run.claim) if run.claim else None
    return said is not None and said.metric.id == metric


def _told(
    metric: str, revision: Revision, runs: Sequence[Run], *, is_older: bool = False
) -> Badge | None:
    """Say what was found; None where nothing was asked."""
    label = label_of(metric) or _UNKNOWN_LABEL
    found = [run for run in runs if finding_of(run) is not None]
    if not found:
        if not runs:
            return None
        last = max(runs, key=lambda run: run.pk)
        return Badge(label, state_of(last, None).word.lower(), "off")
    found.sort(key=lambda run: (_WORST_FIRST.index(run.finding.verdict), -run.pk))
    worst = found[0]
    if metric == "verdict":
        worst = max(found, key=lambda run: run.pk)  # its date and version; the words name all
        said, tone = _tally(found), STATES[found[0].finding.verdict].tone
    elif metric == "watermark":
        said, tone = _marks(revision), "told"
    else:
        said, tone = _value(worst), STATES[worst.finding.verdict].tone
    message = f"{said} {worst.finding.created_at.astimezone(UTC):%Y-%m-%d}"
    message += f", {worst.check_id} v{worst.check_version}"
    if metric in METRICS and len(found) > 1:
        message += f", worst of {len(found)} claims"
    why = _stale(found, revision if is_older else None)
    return Badge(label, f"stale, {message}{why}", "off") if why else Badge(label, message, tone)


def _tally(runs: Iterable[Run]) -> str:
    """Count verdicts, the worst first: ``1 overstated, 2 confirmed,``."""
    counted = Counter(run.finding.verdict for run in runs)
    there = [key for key in _WORST_FIRST if counted[key]]
    said = ", ".join(f"{counted[key]} {STATES[key].word.lower()}" for key in there[:MOST_VERDICTS])
    others = sum(counted[key] for key in there[MOST_VERDICTS:])
    return f"{said} and {others} more," if others else f"{said},"


def _value(run: Run) -> str:
    """Write what was measured, with the verdict: ``91.73 % measured, confirmed,``."""
    finding = run.finding
    state = STATES[finding.verdict]
    measured = compare(run.claim, finding, state).measured if run.claim else ""
    metric = METRICS.get(str(getattr(run, "metric", "")))
    if not measured and metric and finding.value is not None:
        measured = f"{Scale(metric).write(finding.value)} {metric.name}"
    if not measured:
        return f"{state.word.lower()},"
    word = "" if state.key == "measured" else f" {state.word.lower()},"
    return f"{measured} measured,{word}" if word else f"{measured} measured"


def _marks(revision: Revision) -> str:
    n = len(marks.standing(revision).held)
    return f"{n or 'no'} registered mark{'' if n == 1 else 's'} found"


def _stale(runs: Iterable[Run], older: Revision | None) -> str:
    """Say why it is stale; empty where it is not."""
    if older is not None:
        return f", at the older commit {older.sha[:7]}"
    versions = {check.id: check.version for check in catalog.entries().values()}
    if any(run.check_version < versions.get(run.check_id, 0) for run in runs):
        return ", by an older check"
    return ""


def as_endpoint(badge: Badge) -> dict[str, object]:
    """Return it as shields.io wants to be told of a badge."""
    return {
        "schemaVersion": 1,
        "label": cut(badge.label, LONGEST_LABEL),
        "message": cut(badge.message, LONGEST_MESSAGE),
        "color": badge.ground,
        "cacheSeconds": 300,
    }
