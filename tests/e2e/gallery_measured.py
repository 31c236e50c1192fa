"""Rows of checks that measure no claim: each verdict, and a finding with all that can be drawn."""

from typing import Any

from registry.models import Finding, Revision, Run
from tests import factories


def hang(revision: Revision, hostile: str) -> None:
    """Make answers of a check that measures no claim, with all that can be drawn."""
    corruptions = ("gaussian noise", "shot noise", "defocus blur", "snow", "jpeg compression")
    bars = [
        {"name": name, "value": 0.9 - n / 8, "low": 0.85 - n / 8, "high": 0.93 - n / 8}
        for n, name in enumerate(corruptions)
    ]
    points = [[eps / 255, 0.92 * 0.8**eps, 0.9 * 0.8**eps, 0.94 * 0.8**eps] for eps in range(9)]
    other = [[eps / 255, 0.92 * 0.95**eps] for eps in range(9)]
    evidence = factories.evidence(pictures=[{"name": "clean-1", "sha256": "5b" * 32}])
    evidence["measure"] = {
        "curves": [
            {
                "title": "Accuracy against budget",
                "x_label": "eps, a share of the range of a pixel",
                "y_label": "accuracy",
                "series": [{"name": "Linf", "points": points}, {"name": "L2", "points": other}],
            }
        ],
        "bars": [
            {
                "title": "Accuracy by corruption",
                "unit": "",
                "groups": [
                    {"name": "noise", "bars": bars[:2]},
                    {"name": "other", "bars": bars[2:]},
                ],
            }
        ],
        "facts": [
            {"name": "Calibration", "value": "holds", "sentence": "All was broken that can be."},
            {"name": hostile, "value": hostile, "sentence": hostile},
        ],
    }
    fields: dict[str, Any] = {
        "check_id": "robustness",
        "options": {"eps": 0.03},
        "status": Run.Status.DONE,
    }
    measured = factories.finding(
        factories.run(revision, **fields),
        verdict=Finding.Verdict.MEASURED,
        summary="Measured 15.4 % under attack on 1,000 samples; nobody claims a number.",
        value=0.154,
        low=0.132,
        high=0.178,
        n=1_000,
        evidence=evidence,
    )
    for number in (1, 2):
        for kind in ("clean", "perturbation", "adversarial"):
            group = f"Sample {number}: cat, answered as dog"
            factories.picture(measured, f"{kind}-{number}", kind=kind, group=group)
    for verdict in (Finding.Verdict.PASS, Finding.Verdict.WARN, Finding.Verdict.FAIL):
        run = factories.run(revision, check_id=f"backdoor-{verdict}", status=Run.Status.DONE)
        said = f"The scan ended with {verdict}."
        factories.finding(run, verdict=verdict, summary=said, value=None, low=None, high=None)
    cancelled: dict[str, Any] = {"status": Run.Status.CANCELLED, "code": "cancelled"}
    factories.run(revision, check_id="robustness", reason="Cancelled by root.", **cancelled)
