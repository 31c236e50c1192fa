"""The parameters of a listing: what is asked for, in which order, from where on."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from registry.gate.errors import BadQuery
from registry.gate.source import Kind

PAGE = 1_000

# Parameter value, in the spelling of the address and of the Python clients -> key of the info.
SORTS = {
    "createdAt": "createdAt",
    "created_at": "createdAt",
    "downloads": "downloads",
    "lastModified": "lastModified",
    "last_modified": "lastModified",
    "likes": "likes",
    "trendingScore": "trendingScore",
    "trending_score": "trendingScore",
    "trending": "trendingScore",
}
NUMERIC_SORTS = frozenset({"downloads", "likes", "trendingScore"})
DEFAULT_SORT = "trendingScore"

ALWAYS = frozenset({"_id", "id"})
_COMMON = frozenset(
    {
        "author",
        "cardData",
        "createdAt",
        "disabled",
        "downloads",
        "downloadsAllTime",
        "gated",
        "lastModified",
        "likes",
        "private",
        "resourceGroup",
        "sha",
        "siblings",
        "tags",
        "trendingScore",
        "usedStorage",
    }
)
# Only a detail call may expand these.
_DETAIL_ONLY = frozenset({"baseModels", "childrenModelCount", "usedStorage"})
EXPANDABLE: dict[Kind, frozenset[str]] = {
    Kind.MODEL: _COMMON
    | frozenset(
        {
            "baseModels",
            "childrenModelCount",
            "config",
            "evalResults",
            "gguf",
            "inference",
            "inferenceProviderMapping",
            "library_name",
            "mask_token",
            "model-index",
            "pipeline_tag",
            "safetensors",
            "spaces",
            "transformersInfo",
            "widgetData",
        }
    ),
    Kind.DATASET: _COMMON | {"citation", "description", "mainSize", "paperswithcode_id"},
    Kind.SPACE: _COMMON | {"datasets", "models", "region", "runtime", "sdk", "subdomain"},
}
_BRIEF = ALWAYS | frozenset(
    {
        "createdAt",
        "downloads",
        "library_name",
        "likes",
        "modelId",
        "pipeline_tag",
        "private",
        "tags",
        "trendingScore",
    }
)
_BRIEF_BY_KIND = {
    Kind.MODEL: _BRIEF,
    Kind.DATASET: _BRIEF | {"author", "disabled", "gated", "lastModified", "sha"},
    Kind.SPACE: _BRIEF | {"author", "lastModified", "sha"},
}
_FULL = frozenset({"author", "disabled", "gated", "lastModified", "sha", "siblings"})

_UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_BOUND = re.compile(r"(min|max):(\d+(?:\.\d+)?)([KMBT]?)", re.I)

SortKey = tuple[float | str, str]


@dataclass(frozen=True, slots=True)
class Query:
    """A listing as it was asked for. ``after`` is the key of the last row of the page before."""

    sort: str = DEFAULT_SORT
    descending: bool = True
    limit: int = PAGE
    skip: int = 0
    after: SortKey | None = None
    labels: frozenset[str] = frozenset()
    author: str = ""
    search: tuple[str, ...] = ()
    pipeline_tag: str = ""
    gated: bool | None = None
    parameters: tuple[float, float] | None = None
    served: bool = False  # asks for what an inference service runs; nothing here is run
    fields: frozenset[str] = _BRIEF

    def key(self, info: Mapping[str, Any]) -> SortKey:
        """Return the place of a repository in the order; what is missing counts as least."""
        return (sort_value(self.sort, info), str(info.get("id", "")))

    def is_behind(self, key: SortKey) -> bool:
        """Say whether a row comes after the cursor."""
        if self.after is None:
            return True
        return key < self.after if self.descending else key > self.after

    def matches(self, info: Mapping[str, Any]) -> bool:
        """Say whether a repository is asked for."""
        repo_id = str(info.get("id", ""))
        return (
            not self.served
            and (not self.author or repo_id.startswith(self.author + "/"))
            and all(part in repo_id.lower() for part in self.search)
            and (not self.pipeline_tag or info.get("pipeline_tag") == self.pipeline_tag)
            and self.labels <= labels_of(info)
            and self.matches_rest(info)
        )

    def matches_rest(self, info: Mapping[str, Any]) -> bool:
        """Say whether those conditions hold that no index answers: gated and size."""
        if self.gated is not None and bool(info.get("gated")) != self.gated:
            return False
        if self.parameters is None:
            return True
        total = (info.get("safetensors") or {}).get("total")
        low, high = self.parameters
        return isinstance(total, int) and low <= total <= high


def labels_of(info: Mapping[str, Any]) -> frozenset[str]:
    """Return everything that the ``filter`` parameter finds a repository by."""
    tags = info.get("tags")
    labels = {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()
    for key in ("pipeline_tag", "library_name"):
        if isinstance(info.get(key), str):
            labels.add(info[key])
    return frozenset(labels)


def sort_value(sort: str, info: Mapping[str, Any]) -> float | str:
    """Return what a repository is sorted by: a number or a text, never missing."""
    value = info.get(sort)
    if sort in NUMERIC_SORTS:
        return value if isinstance(value, int | float) and not isinstance(value, bool) else -1
    return value if isinstance(value, str) else ""


def parse(kind: Kind, params: QueryDict) -> Query:
    """Read a listing's parameters; raise BadQuery with a sentence for those that make no sense."""
    sort = params.get("sort") or DEFAULT_SORT
    if sort not in SORTS:
        raise BadQuery(f"Cannot sort by {sort!r}; say one of {', '.join(sorted(SORTS))}")
    sort = SORTS[sort]
    descending = params.get("direction") not in {"1", "asc"}
    return Query(
        sort=sort,
        descending=descending,
        limit=min(whole(params, "limit", PAGE), PAGE),
        skip=whole(params, "skip", 0),
        after=_after(params.get("cursor", ""), sort, descending),
        labels=frozenset(value for value in params.getlist("filter") if value),
        author=params.get("author", ""),
        search=tuple(part.lower() for part in params.getlist("search") if part),
        pipeline_tag=params.get("pipeline_tag", ""),
        gated=boolean(params, "gated"),
        parameters=_size(params.get("num_parameters", "")),
        served=any(params.get(name) for name in ("apps", "inference", "inference_provider")),
        fields=_fields(kind, params),
    )


def expanded(kind: Kind, params: QueryDict) -> frozenset[str]:
    """Return the keys named by ``expand``, in either spelling; raise BadQuery for unknown ones."""
    names = params.getlist("expand") + params.getlist("expand[]")
    wanted = frozenset(part for name in names for part in name.split(",") if part)
    unknown = wanted - EXPANDABLE[kind]
    if unknown:
        raise BadQuery(f"Cannot expand {', '.join(sorted(unknown))} of a {kind}")
    return wanted


def boolean(params: Mapping[str, Any], name: str) -> bool | None:
    """Read true, True, 1, false, False, 0; None where it is absent; raise BadQuery else."""
    value = str(params.get(name) or "").lower()
    if not value:
        return None
    if value in {"true", "1"}:
        return True
    if value in {"false", "0"}:
        return False
    raise BadQuery(f"{name} is {value[:40]!r}; say true or false")


def whole(params: QueryDict, name: str, default: int) -> int:
    """Read a whole number from 0 on; raise BadQuery for anything else."""
    value = params.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise BadQuery(f"{name} is {value[:40]!r}; say a whole number")
    return int(value)


def cursor(query: Query, key: SortKey) -> str:
    """Return the opaque cursor that continues behind ``key``."""
    place = json.dumps([query.sort, query.descending, *key])
    return base64.urlsafe_b64encode(place.encode()).decode()


def _after(text: str, sort: str, descending: bool) -> SortKey | None:
    if not text:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        said_sort, said_descending, value, repo_id = place
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BadQuery("The cursor is none of this server's") from error
    wanted = int | float if sort in NUMERIC_SORTS else str
    if (
        said_sort != sort
        or said_descending is not descending
        or not isinstance(value, wanted)
        or not isinstance(repo_id, str)
    ):
        raise BadQuery("The cursor belongs to a listing with another order")
    return (value, repo_id)


def _size(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    bounds = {"min": 0.0, "max": float("inf")}
    for part in text.split(","):
        match = _BOUND.fullmatch(part.strip())
        if match is None:
            raise BadQuery(f"num_parameters is {text[:40]!r}; say for example min:6B,max:128B")
        name, number, unit = match.groups()
        bounds[name.lower()] = float(number) * _UNITS[unit.upper()]
    return (bounds["min"], bounds["max"])


def _fields(kind: Kind, params: QueryDict) -> frozenset[str]:
    wanted = expanded(kind, params)
    refused = wanted & _DETAIL_ONLY if kind is Kind.MODEL else frozenset()
    if refused:
        raise BadQuery(f"{', '.join(sorted(refused))} can only be expanded for one repository")
    if wanted:
        return ALWAYS | wanted
    fields = _BRIEF_BY_KIND[kind]
    if boolean(params, "full"):
        fields |= _FULL | (frozenset() if kind is Kind.MODEL else {"cardData"})
    for name in ("cardData", "config"):
        if boolean(params, name):
            fields |= {name}
    return fields
