"""Claims: what authors state, each with the place where it stands."""

import hashlib
import json
from typing import Any, Self

from django.db import models
from django.db.models.functions import Lower

from analysis import contract
from registry.models.revisions import Revision


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Claims by what a page wants of them."""

    def standing(self) -> Self:
        """Those of the revision that is its repo's head."""
        return self.filter(revision__sha=models.F("revision__repo__head_sha"))


class Claim(models.Model):
    """One statement of a card or a results file of one revision."""

    class Source(models.TextChoices):
        """In which form it was made."""

        MODEL_INDEX = "model-index"
        EVAL_RESULTS = "eval-results"
        TABLE = "table"
        RESULT_LIST = "result-list"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="claims")
    key = models.CharField(max_length=64)  # digest of everything that is stated, and where
    source = models.CharField(max_length=12, choices=Source)
    file = models.CharField(max_length=1000)
    path = models.CharField(max_length=300, default="", blank=True)
    line = models.IntegerField(null=True)
    raw = models.TextField()
    task = models.CharField(max_length=200, default="", blank=True)
    dataset = models.CharField(max_length=300, default="", blank=True)
    dataset_name = models.CharField(max_length=300, default="", blank=True)
    config = models.CharField(max_length=200, default="", blank=True)
    split = models.CharField(max_length=200, default="", blank=True)
    dataset_revision = models.CharField(max_length=200, default="", blank=True)
    metric = models.CharField(max_length=200)
    metric_name = models.CharField(max_length=200, default="", blank=True)
    value_text = models.CharField(max_length=300)
    value = models.FloatField(null=True)
    args = models.JSONField(default=dict)
    problem = models.TextField(default="", blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "key"], name="claim_once")]
        indexes = [  # lists by what is claimed, the newest first; the names of datasets
            models.Index(fields=["dataset", "-id"], name="claim_by_dataset"),
            models.Index(fields=["metric", "-id"], name="claim_by_metric"),
            models.Index(fields=["task", "-id"], name="claim_by_task"),
            models.Index(Lower("dataset"), "metric", name="claim_by_folded_dataset"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.value_text} on {self.dataset or 'no dataset'}"

    @staticmethod
    def fields_of(claim: contract.Claim) -> dict[str, Any]:
        """Return the columns of a claim that was read, with its key; text must be clean already."""
        columns: dict[str, Any] = {
            "source": str(claim.source),
            "file": claim.place.file[:1000],
            "path": claim.place.path[:300],
            "line": claim.place.line,
            "raw": claim.raw,
            "task": claim.task[:200],
            "dataset": claim.dataset[:300],
            "dataset_name": claim.dataset_name[:300],
            "config": claim.config[:200],
            "split": claim.split[:200],
            "dataset_revision": claim.revision[:200],
            "metric": claim.metric[:200],
            "metric_name": claim.metric_name[:200],
            "value_text": claim.value_text[:300],
            "value": claim.value,
            "args": dict(claim.args),
            "problem": claim.problem,
        }
        stated = json.dumps(columns, sort_keys=True, ensure_ascii=True)
        return columns | {"key": hashlib.sha256(stated.encode()).hexdigest()}

    def as_contract(self) -> contract.Claim:
        """Return the claim as checks see it."""
        return contract.Claim(
            source=contract.ClaimSource(self.source),
            place=contract.Place(self.file, self.path, self.line),
            raw=self.raw,
            metric=self.metric,
            value_text=self.value_text,
            value=self.value,
            metric_name=self.metric_name,
            task=self.task,
            dataset=self.dataset,
            dataset_name=self.dataset_name,
            config=self.config,
            split=self.split,
            revision=self.dataset_revision,
            args=self.args,
            problem=self.problem,
        )
