"""The pages of P2 by the name of their address: several instances of each, the fullest first."""

from collections.abc import Callable
from urllib.parse import quote

from django.db.models import Count, Min

from benchmarks.pages_fill import SHARED
from registry.converters import fits_address
from registry.models import Author, DatasetTally, Mark, Revision, Run, Scan, ScanExecution
from registry.web.parts import PARTS

# What is no page, needs a person, or is measured as a list elsewhere.
WITHOUT_ROW = {
    "health": "asks one thing of the database",
    "theme": "takes a choice",
    "repo-by-number": "the same page as repo-show",
    "number-part": "the same pages as those of a name",
    "revision-part": "the same pages as those of a name",
    "run-act": "takes an order",
    "scan-act": "takes an order",
    "mark-act": "takes an order",
    "embedding-act": "takes an order",
    "embedding-new": "a form of staff",
    "embedding-show": "its owner's",
    "embedding-file": "a file",
    "export-file": "a file",
    "finding-picture": "a picture",
    "check-ask": "a form of staff",
    "scan-new": "a form of staff",
    "scan-edit": "a form of staff",
    "webhook-show": "its owner's",
    "webhook-act": "takes an order",
    "delivery-replay": "takes an order",
    "badge-by-number": "the same as badge",
    "badge-pinned": "the same as badge",
    "number-feed": "the same as repo-feed",
    "author-feed": "a search-feed of one facet",
    "search-list": "whose searches it shows must be signed in",
    "search-act": "takes an order",
    "sitemap-part": "a stream",
    "sitemap-pages": "asks nothing of the database",
    "opensearch": "asks nothing of the database",
    "robots": "asks nothing of the database",
    "llms": "asks nothing of the database",
    "favicon": "asks nothing of the database",
    "security": "asks nothing of the database",
    "dataset-named": "the same page as dataset-show",
    "status-show": "waits for what workers answer",
}


def kinds() -> dict[str, list[str]]:
    """Return the addresses to ask for, by the name of the page."""
    found: dict[str, list[str]] = {name: [address] for name, address in _PLAIN.items()}
    for name, make in _OF_ROWS.items():
        found[name] = make()
    return found


_PLAIN = {
    "home": "/",
    "run-list": "/runs",
    "scan-list": "/scans",
    "mark-list": "/marks",
    "webhook-list": "/webhooks",
    "mirror-show": "/mirror",
    "change-list": "/changes",
    "check-list": "/checks",
    "check-show": "/checks/claim",
    "check-version": "/checks/claim/v1",
    "doc-home": "/docs?q=tolerance",
    "doc-show": "/docs/operations",
    "dataset-list": "/datasets",
    "hash-find": "/hash",
    "hash-show": f"/hash/{SHARED}",
    "measure-list": "/ecosystem",
    "measure-show": "/ecosystem/claims",
    "export-list": "/exports",
    "about": "/about",
    "style-guide": "/styleguide",
    "problem-list": "/problems",
    "finding-feed": "/findings.atom",
    "sitemap": "/sitemap.xml",
}


def _famous() -> Revision:
    first = Revision.objects.aggregate(first=Min("pk"))["first"]
    return Revision.objects.select_related("repo").get(pk=first)


def _spread() -> list[Revision]:
    """Return the famous model and some that hardly anybody knows."""
    few = Revision.objects.select_related("repo").filter(pk__gt=_famous().pk).order_by("pk")
    return [_famous(), *few[:9]]


def _models(ending: str) -> Callable[[], list[str]]:
    return lambda: [f"/models/{one.repo.name}{ending}" for one in _spread()]


def _lists() -> list[str]:
    return ["/models", "/models?sort=gap", "/models?task=text-classification", "/models?q=bert"]


def _runs() -> list[str]:
    measured = Run.objects.filter(finding__isnull=False).order_by("-pk")[:10]
    return [f"/runs/{run.pk}" for run in measured]


def _executions() -> list[str]:
    last = ScanExecution.objects.order_by("-pk")[:5]
    return [f"/scans/{one.scan_id}/{one.pk}" for one in last]


def _comparisons() -> list[str]:
    names = [one.repo.name for one in _spread()]
    return ["/compare?" + "&".join(f"m={name}" for name in names[:number]) for number in (6, 2)]


def _datasets() -> list[str]:
    """Return the dataset with the most claims, and some with few."""
    most = DatasetTally.objects.order_by("-claims", "-folded").values_list("name", flat=True)
    few = DatasetTally.objects.order_by("claims", "folded").values_list("name", flat=True)
    names = dict.fromkeys([*most[:2], *few[:3]])
    return [f"/datasets/{name}" for name in names if fits_address(name)]


def _authors() -> list[str]:
    """Return the author with the most models, and some others."""
    found = Author.objects.annotate(n=Count("repos")).filter(n__gt=0).order_by("-n", "pk")
    return [f"/authors/{quote(name)}" for name in found.values_list("name", flat=True)[:5]]


_OF_ROWS: dict[str, Callable[[], list[str]]] = {
    "repo-list": _lists,
    "compare-show": _comparisons,
    "dataset-show": _datasets,
    "author-show": _authors,
    "repo-show": _models(""),
    **{f"repo-{part}": _models(f"/-/{part}") for part in PARTS if part},
    "repo-feed": _models("/-/feed.atom"),
    "search-feed": lambda: ["/models.atom", "/models.atom?q=bert", "/models.atom?verdict=fail"],
    "suggest": lambda: ["/suggest?q=b", "/suggest?q=bert", "/suggest?q=a/", "/suggest?q=bret"],
    "badge": lambda: [f"/badge/verdict/{one.repo.name}.svg" for one in _spread()],
    "revision-show": lambda: [f"/models/{one.repo.name}/@{one.sha}" for one in _spread()],
    "run-show": _runs,
    "scan-show": lambda: [
        f"/scans/{pk}" for pk in Scan.objects.order_by("-pk").values_list("pk", flat=True)[:5]
    ],
    "execution-show": _executions,
    "mark-show": lambda: [
        f"/marks/{pk}" for pk in Mark.objects.order_by("-pk").values_list("pk", flat=True)[:5]
    ],
}
