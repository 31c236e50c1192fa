"""What templates need for what stands around the pages: badges, addresses as known outside."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from registry.converters import fits_address, fits_sha
from registry.models import Author, Repo, Revision
from registry.web.claims import ClaimRow
from registry.web.sent import public_url
from registry.web.templatetags.assay import repo_url, revision_url

register = template.Library()


class ShownBadge(NamedTuple):
    """Where a model's badge is, and the Markdown that shows it elsewhere."""

    path: str
    markdown: str


@register.simple_tag
def badge_markdown(revision: Revision, is_head: bool) -> ShownBadge:
    """Return the badge of a model's verdicts; away from its head that of exactly this commit."""
    repo = revision.repo
    page = repo_url(repo) if is_head else revision_url(revision)
    form = {"metric": "verdict", "form": "svg"}
    if not fits_address(repo.name) or repo.state != Repo.State.PRESENT:
        path = reverse("web:badge-by-number", kwargs=form | {"number": repo.pk})
    elif is_head or not fits_sha(revision.sha):
        path = reverse("web:badge", kwargs=form | {"name": repo.name})
    else:
        path = reverse("web:badge-pinned", kwargs=form | {"name": repo.name, "sha": revision.sha})
    return ShownBadge(path, f"[![Assay]({public_url(path)})]({public_url(page)})")


@register.simple_tag
def feed_of(repo: Repo) -> str:
    """Return the address of a model's feed."""
    if repo.state == Repo.State.PRESENT and fits_address(repo.name):
        return reverse("web:repo-feed", args=[repo.name])
    return reverse("web:number-feed", args=[repo.pk])


@register.simple_tag
def hub_address(repo: Repo, revision: Revision | None) -> str:
    """Return where the hub itself shows a model, at this commit; empty where it cannot be told."""
    hub = repo.hub.url.rstrip("/")
    is_there = repo.state == Repo.State.PRESENT and not repo.is_disabled
    if not (is_there and fits_address(repo.name) and hub.startswith(("https://", "http://"))):
        return ""
    at = f"/tree/{revision.sha}" if revision is not None and fits_sha(revision.sha) else ""
    return f"{hub}/{quote(repo.name)}{at}"


@register.simple_tag
def compare_address(repo: Repo, revision: Revision, is_head: bool) -> str:
    """Return the comparison that begins with a model; away from its head with exactly this commit.

    Empty where its name fits no address, or belongs to another one by now.
    """
    if repo.state != Repo.State.PRESENT or not fits_address(repo.name):
        return ""
    at = "" if is_head or not fits_sha(revision.sha) else f"@{revision.sha}"
    return f"{reverse('web:compare-show')}?m={quote(repo.name + at, safe='/@')}"


@register.simple_tag
def outside(path: str) -> str:
    """Return an address as it is known outside."""
    return public_url(path)


# As Django's `json_script` does it: nothing in JSON can end the element then, or begin another.
_IN_SCRIPT = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
MOST_TAGS, MOST_RESULTS, LONGEST = 20, 20, 200


@register.simple_tag
def linked_data(revision: Revision, is_head: bool, rows: Iterable[ClaimRow]) -> SafeString:
    """Write what a model is in the words of schema.org, as data that no browser executes.

    Only what was measured is said of its quality: a claim is no property of a model.
    """
    text = json.dumps(_described(revision, is_head, rows)).translate(_IN_SCRIPT)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


def _described(revision: Revision, is_head: bool, rows: Iterable[ClaimRow]) -> dict[str, Any]:
    repo = revision.repo
    address = public_url(repo_url(repo) if is_head else revision_url(revision))
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SoftwareSourceCode",
        "@id": address,
        "name": repo.name[:LONGEST],
        "url": address,
        "description": f"Claims and measurements of {repo.name[:LONGEST]}.",
        "version": revision.sha,
        "isAccessibleForFree": repo.gate == Repo.Gate.OPEN,
        "keywords": [tag[:LONGEST] for tag in repo.tags[:MOST_TAGS]],
    }
    if fits_address(repo.name):
        told["codeRepository"] = f"{repo.hub.url.rstrip('/')}/{repo.name}"
    if repo.author:
        is_person = repo.author.kind == Author.Kind.USER
        kind = "Person" if is_person else "Organization"
        told["author"] = {"@type": kind, "name": repo.author.name}
    if repo.licence:
        told["license"] = repo.licence[:LONGEST]
    if repo.hub_modified_at:
        told["dateModified"] = repo.hub_modified_at.isoformat()
    if measured := [_result(row) for row in rows if row.finding][:MOST_RESULTS]:
        told["additionalProperty"] = measured
    return told


def _result(row: ClaimRow) -> dict[str, Any]:
    return {
        "@type": "PropertyValue",
        "name": f"{row.claim.metric} on {row.claim.dataset or 'no dataset'}"[:LONGEST],
        "value": row.comparison.measured,
        "description": f"{row.state.word}, measured by Assay",
    }
