"""Datasets that models claim something on: the list, and one with its ranking."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from registry import keysets
from registry.ecosystem import boards
from registry.ecosystem.datasets import Tally, tally_of
from registry.models import DatasetTally
from registry.visibility import public_claims
from registry.web import claims, datasets
from registry.web.paging import stretch
from registry.web.templatetags.assay import dataset_url

PAGE_SIZE = 50
UNMEASURED = 25
LONGEST = 300
MOST_CHOICES = 40
SORTS = {
    "claims": keysets.Order("claims", ("claims", "folded"), descending=True),
    "measured": keysets.Order("measured", ("measured", "folded"), descending=True),
    "name": keysets.Order("name", ("folded",)),
}


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """List datasets by how much is claimed on them, or measured."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    sort = request.GET.get("sort", "claims")
    order = SORTS.get(sort, SORTS["claims"])
    rows = DatasetTally.objects.defer("parts")
    if words:
        rows = rows.filter(folded__contains=words.lower())
    context: dict[str, Any] = {"words": words, "sort": order.name, "sorts": SORTS}
    context["query"] = _query(words, order.name)
    try:
        page = keysets.page(
            rows,
            order,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
            asked=keysets.question({"q": [words]}),
        )
    except keysets.BadCursor as error:
        return render(request, "dataset_list.html", context | {"sentence": str(error)}, status=400)
    context |= {"page": page, "rows": page.rows}
    if not page.rows:
        context["is_counted"] = DatasetTally.objects.exists()
        context["is_claimed"] = public_claims().exclude(dataset="").exists()
    return render(request, "dataset_list.html", context)


def _query(words: str, sort: str) -> str:
    """Return what stands before the cursor in the address of another page."""
    asked = {"q": words, "sort": "" if sort == "claims" else sort}
    return urlencode({name: value for name, value in asked.items() if value})


@require_safe
def dataset_named(request: HttpRequest) -> HttpResponse:
    """Show a dataset whose name does not fit an address of its own."""
    return _show(request, request.GET.get("name", "").replace("\0", "").strip()[:LONGEST])


@require_safe
def dataset_show(request: HttpRequest, name: str) -> HttpResponse:
    """Show the claims on a dataset: a ranking by what was measured, then what was not."""
    return _show(request, name[:LONGEST])


def _show(request: HttpRequest, name: str) -> HttpResponse:
    tally = tally_of(name) if name else None
    if tally is None:
        raise Http404("No model that is mirrored here claims anything on a dataset of this name.")
    address = dataset_url(tally.name)
    if tally.name != name:
        rest = request.GET.copy()
        rest.pop("name", None)
        joined = "&" if "?" in address else "?"
        return redirect(address + (joined + rest.urlencode() if rest else ""))
    among = datasets.choices(tally)
    asked = {key: request.GET.get(key, "") for key in _ASKED if key in request.GET}
    choice = datasets.chosen(among, asked)
    context = _head(tally, among, choice, address)
    status = 200
    if choice is not None:
        try:
            context |= _rows(request, tally, choice)
        except keysets.BadCursor as error:
            context["sentence"], status = str(error), 400
    return render(request, "dataset_show.html", context, status=status)


_ASKED = ("metric", "config", "split")


def _head(
    tally: Tally, among: list[datasets.Choice], choice: datasets.Choice | None, address: str
) -> dict[str, Any]:
    total, measured, *verdicts = tally.counts
    named = {"name": tally.name} if "?" in address else {}
    before = urlencode(named) + "&" if named else ""
    stand = zip(("confirmed", "overstated", "understated"), verdicts, strict=True)
    return {
        "name": tally.name,
        "before": before,
        "total": total,
        "measured": measured,
        "verdicts": [*stand, ("inconclusive", measured - sum(verdicts))],
        "choices": among[:MOST_CHOICES],
        "more_choices": max(len(among) - MOST_CHOICES, 0),
        "choice": choice,
    }


def _rows(request: HttpRequest, tally: Tally, choice: datasets.Choice) -> dict[str, Any]:
    """Return a page of the ranking, and one of the claims that were not measured."""
    found = datasets.ranking(tally, choice)
    place = stretch(request.GET.get("from", ""), PAGE_SIZE, len(found.places))
    cursor = request.GET.get("cursor", "")
    page = boards.unmeasured_page(tally, choice, size=UNMEASURED, cursor=cursor)
    return {
        "ranking": found,
        "place": place,
        "places": found.shown(place),
        "page": page,
        "waiting": claims.rows(page.rows, list(claims.answers_to(page.rows))),
    }
