"""A model whose every text is an attack."""

from registry.models import Finding, Revision, Run
from tests import factories

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202egnp.exe'


def hostile() -> Revision:
    """Make a model whose every text is an attack on whoever shows it."""
    repo = factories.repo(
        f"mallory/{HOSTILE}"[:200],
        pipeline_tag=HOSTILE[:100],
        library=HOSTILE[:100],
        licence=HOSTILE[:100],
        problem=HOSTILE,
        downloads=1,
        refs={"branches": {HOSTILE: HOSTILE}, "tags": {HOSTILE: HOSTILE}},
        author=factories.author(HOSTILE[:100]),
    )
    revision = factories.revision(repo, architecture=HOSTILE[:100])
    factories.card(revision, text=HOSTILE, problem=HOSTILE)
    factories.file(revision, HOSTILE)
    factories.edge(revision, parent_name=HOSTILE[:200])
    texts = dict.fromkeys(
        ("file", "raw", "task", "dataset", "dataset_name", "config", "split", "metric_name"),
        HOSTILE,
    )
    texts |= {
        "metric": HOSTILE,
        "value_text": HOSTILE,
        "path": HOSTILE,
        "dataset_revision": HOSTILE,
    }
    claim = factories.claim(revision, **texts)
    nested = {HOSTILE: {HOSTILE: HOSTILE}, "rows": [{HOSTILE: HOSTILE}], "list": [HOSTILE]}
    factories.finding(
        claim,
        verdict=Finding.Verdict.INCONCLUSIVE,
        summary=HOSTILE,
        evidence=factories.evidence(
            subject={"files": [{"path": HOSTILE, "size": 1, "sha256": HOSTILE}]}, strange=nested
        ),
    )
    factories.claim(revision, **(texts | {"problem": HOSTILE}))
    other = factories.claim(revision, **texts)
    factories.run(other, status=Run.Status.DEAD, code=HOSTILE[:30], reason=HOSTILE)
    third = factories.claim(revision, **texts)
    factories.run(third, status=Run.Status.RUNNING, stage=HOSTILE[:30], progress=1, total=9)
    return revision
