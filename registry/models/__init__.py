"""The tables, one file an aggregate."""

from registry.models.budgets import BudgetWindow
from registry.models.cards import RenderedCard
from registry.models.claims import Claim
from registry.models.commits import Commit
from registry.models.datasets import DatasetBoard, DatasetTally
from registry.models.ecosystem import Measurement
from registry.models.embeddings import Embedding
from registry.models.errands import Errand
from registry.models.findings import Finding, FindingPicture
from registry.models.history import Change, CounterSeries
from registry.models.idempotency import IdempotencyKey
from registry.models.lineage import Edge
from registry.models.listings import (
    Label,
    LabelPair,
    Listing,
    ListingSample,
    SampleLabel,
    SampleWord,
    SearchCount,
    SearchWord,
    StaleListing,
)
from registry.models.marks import Mark, MarkKeys, MarkMatch
from registry.models.repos import Author, Hub, Repo
from registry.models.revisions import Card, File, Revision
from registry.models.runs import Run
from registry.models.scans import Scan, ScanExecution, ScanItem
from registry.models.searches import SavedSearch
from registry.models.syncs import Sync, SyncProblem
from registry.models.tokens import ApiToken
from registry.models.webhooks import Delivery, Event, Webhook, WebhookSecret

__all__ = [
    "ApiToken",
    "Author",
    "BudgetWindow",
    "Card",
    "Change",
    "Claim",
    "Commit",
    "CounterSeries",
    "DatasetBoard",
    "DatasetTally",
    "Delivery",
    "Edge",
    "Embedding",
    "Errand",
    "Event",
    "File",
    "Finding",
    "FindingPicture",
    "Hub",
    "IdempotencyKey",
    "Label",
    "LabelPair",
    "Listing",
    "ListingSample",
    "Mark",
    "MarkKeys",
    "MarkMatch",
    "Measurement",
    "RenderedCard",
    "Repo",
    "Revision",
    "Run",
    "SampleLabel",
    "SampleWord",
    "SavedSearch",
    "Scan",
    "ScanExecution",
    "ScanItem",
    "SearchCount",
    "SearchWord",
    "StaleListing",
    "Sync",
    "SyncProblem",
    "Webhook",
    "WebhookSecret",
]
