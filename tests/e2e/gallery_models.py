"""The parts of models in every state that a page can show."""

from registry.models import Card, Claim, Edge, Revision, Run
from registry.web.parts import PARTS
from tests import factories

MANY = 200
CARD = """---
license: apache-2.0
---

# ResNet-20

![A curve of the loss](loss.png) A small network, see [the licence](LICENSE).

## Results

| Dataset | Accuracy |
|---|---|
| CIFAR-10 | **91.7** |

```python
from transformers import pipeline

answer = pipeline("image-classification")("cat.png")
```

#### Limits

- It knows ten classes.
- It was trained on pictures of 32 by 32.
"""


def hang(full: Revision, hostile: str) -> None:
    """Make files of every kind of format, checks of files, and a model with many claims."""
    for path in ("pytorch_model.bin", "tokenizer.json", "modeling.py", "tf_model.h5"):
        factories.file(full, path, size=48_211_004, security={"status": "queued"})
    run = factories.run(full, check_id="files", queue="files", status=Run.Status.DONE)
    said = {"path": "pytorch_model.bin", "verdict": "warn", "sentence": hostile}
    clean = {"path": "model.safetensors", "verdict": "pass", "sentence": "Its header is sound."}
    factories.finding(
        run,
        verdict="warn",
        summary="One file needs a look.",
        value=None,
        low=None,
        high=None,
        n=None,
        evidence=factories.evidence(measure={"files": [said, clean]}),
    )
    hints = factories.run(full, check_id="watermark-hints", status=Run.Status.DONE)
    facts = [{"name": "Weights", "value": None, "sentence": hostile}]
    factories.finding(
        hints,
        verdict="inconclusive",
        summary="Two tensors look as if bits had been written into them.",
        evidence=factories.evidence(measure={"facts": facts}),
    )
    reason = "The network takes no pictures, and the keys are pictures."
    unsupported = {"status": Run.Status.UNSUPPORTED, "code": "task", "reason": reason}
    factories.run(full, check_id="watermarks", options={"marks": "7"}, **unsupported)
    Card.objects.filter(revision=full).update(text=CARD, front_matter={"license": "apache-2.0"})
    source = {"source": Claim.Source.TABLE, "path": "", "split": ""}
    factories.claim(full, line=13, raw="| CIFAR-10 | **91.7** |", **source)
    robust(full, hostile)
    many()
    family(full, hostile)


def robust(full: Revision, hostile: str) -> None:
    """Have a model attacked, with a curve and a table of radii."""
    points = [[eps / 255, 0.917 * 0.8**eps, 0.89 * 0.8**eps, 0.94 * 0.8**eps] for eps in range(9)]
    radii = [
        {
            "eps": eps,
            "value": value,
            "low": low,
            "high": high,
            "broken_by": {"apgd-ce": 9, hostile: 2},
        }
        for eps, value, low, high in points[::2]
    ]
    series = [{"name": "AutoAttack standard", "points": points}]
    curve = {"title": "Accuracy under attack", "x": "radius (Linf)", "y": "accuracy"}
    measure = {"radii": radii, "curves": [curve | {"series": series}]}
    factories.finding(
        factories.run(full, check_id="adversarial", options={"n": 200}, status=Run.Status.DONE),
        verdict="measured",
        summary="Of 200 pictures 91.7 % are answered rightly, and at most 15.4 % under attack.",
        value=0.154,
        low=0.132,
        high=0.178,
        n=200,
        evidence=factories.evidence(measure=measure),
    )


def family(full: Revision, hostile: str) -> None:
    """Give a model ancestors with a circle and an edge to itself, and many children."""
    base = factories.repo("org/base", downloads=900_000)
    oldest, start = factories.repo("org/oldest"), factories.revision(base)
    factories.edge(start, oldest, relation=Edge.Relation.DISTILLED)
    factories.edge(start, base)
    factories.edge(factories.revision(oldest), base)
    middle = factories.repo("org/middle")
    tuned = factories.revision(middle)
    factories.edge(tuned, base)
    factories.edge(tuned, parent_name=hostile[:300], relation=Edge.Relation.ADAPTER)
    own = factories.revision(factories.repo("heidi/merged"))
    factories.edge(own, middle, relation=Edge.Relation.MERGE)
    factories.edge(own, base, relation=Edge.Relation.MERGE)
    factories.edge(own, full.repo, relation=Edge.Relation.MERGE)
    for number in range(40):
        child = factories.revision(factories.repo(f"children/number-{number}", downloads=number))
        factories.edge(child, own.repo, relation=Edge.Relation.QUANTIZED)


def many() -> Revision:
    """Make a model with many claims, half of which are measured."""
    revision = factories.revision(factories.repo("grace/many-claims", downloads=77))
    Claim.objects.bulk_create(
        Claim(
            revision=revision,
            key=f"{number:064x}",
            source=Claim.Source.TABLE,
            file="README.md",
            line=number + 1,
            raw="| x |",
            metric="accuracy",
            metric_name=f"Accuracy on language {number}",
            dataset="facebook/flores",
            dataset_name="FLORES-200",
            config=f"language-{number}",
            split="devtest",
            value_text="91.7",
            value=91.7,
        )
        for number in range(MANY)
    )
    for claim in revision.claims.order_by("pk")[: MANY // 2]:
        factories.finding(claim)
    return revision


def addresses(full: Revision, attacked: Revision) -> dict[str, str]:
    """Return the address of each part, at each kind of address."""
    name = f"/models/{full.repo.name}"
    parts = [part for part in PARTS if part]
    found = {f"repo-{part}": f"{name}/-/{part}" for part in parts}
    found |= {f"number-part-{part}": f"/models/-/{attacked.repo_id}/{part}" for part in parts}
    found["number-part-history"] += "?day=2026-11-01"
    return found | {
        "number-part": f"/models/-/{attacked.repo_id}/files",
        "revision-part": f"{name}/@{full.sha}/-/files",
        "repo-show-many": "/models/grace/many-claims",
        "repo-claims-many": "/models/grace/many-claims/-/claims",
        "repo-card-record": "/models/erin/record-only/-/card",
        "repo-files-record": "/models/erin/record-only/-/files",
        "repo-watermark-none": "/models/grace/many-claims/-/watermark",
        "repo-robustness-none": "/models/grace/many-claims/-/robustness",
        "repo-lineage-family": "/models/heidi/merged/-/lineage",
        "repo-lineage-none": "/models/grace/many-claims/-/lineage",
        "repo-use-record": "/models/erin/record-only/-/use",
    }
