"""Changes of a repo in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from registry import keysets
from registry.dates import moment_words
from registry.models import Change

What = Change.What

_NOUNS = {
    What.AUTHOR: "owner",
    What.TASK: "task",
    What.LIBRARY: "library",
    What.LICENCE: "licence",
    What.MODEL_TYPE: "architecture",
    What.PARAMETERS: "number of parameters",
    What.MODIFIED: "time of the last change at the hub",
}
_LISTS = {
    What.TAGS: "tag",
    What.DATASETS: "dataset",
    What.LANGUAGES: "language",
    What.PAPERS: "paper",
}
_GATES = {"open": "to everybody", "auto": "after a form", "manual": "after approval"}
MOST_NAMED = 12
PAGE_SIZE = 50
NEWEST = keysets.Order("newest", ("id",), descending=True)


@dataclass(frozen=True, slots=True)
class Told:
    """A change as people read it: a headline, and lines of detail."""

    change: Change
    headline: str
    details: tuple[str, ...] = ()
    is_alert: bool = False


def page_of(
    request: HttpRequest, changes: "QuerySet[Change]", asked: dict[str, list[str]]
) -> dict[str, Any]:
    """Return the page of changes that a request asks for, and what it says; raise BadCursor."""
    page = keysets.page(
        changes,
        NEWEST,
        size=PAGE_SIZE,
        cursor=request.GET.get("cursor", ""),
        asked=keysets.question(asked),
    )
    return {"page": page, "told": [tell(change) for change in page.rows]}


def tell(change: Change) -> Told:
    """Put a change into words."""
    what = What(change.what)
    if what in _NOUNS:
        sides = (change.old, change.new)
        old, new = map(_time, sides) if what == What.MODIFIED else sides
        return Told(change, _replaced(_NOUNS[what], old, new))
    if what in _LISTS:
        return _list_told(change, _LISTS[what])
    headline, details = _TELLERS[what](_object(change.old), _object(change.new), change)
    return Told(change, headline, details, is_alert=what in Change.ALERTS)


def _time(stored: Any) -> Any:
    """Write a stored time as the pages write one; what is none stays as it is."""
    try:
        at = datetime.fromisoformat(stored)
    except (TypeError, ValueError):
        return stored
    return moment_words(at)


def _replaced(noun: str, old: Any, new: Any) -> str:
    if old in (None, ""):
        return f"The {noun} is now {_short(new)}; there was none."
    if new in (None, ""):
        return f"The {noun} was {_short(old)} and is not given any more."
    return f"The {noun} was {_short(old)} and is now {_short(new)}."


def _short(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _list_told(change: Change, noun: str) -> Told:
    old = change.old if isinstance(change.old, list) else []
    new = change.new if isinstance(change.new, list) else []
    come = [entry for entry in new if entry not in old]
    gone = [entry for entry in old if entry not in new]
    if not come and not gone:
        return Told(change, f"The order of the {noun}s changed.")
    details = [
        f"{sign} {', '.join(_short(entry) for entry in entries[:MOST_NAMED])}"
        + (f" and {len(entries) - MOST_NAMED:,} more" if len(entries) > MOST_NAMED else "")
        for sign, entries in (("+", come), ("\u2212", gone))
        if entries
    ]
    return Told(change, f"The {noun}s changed.", tuple(details))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


_Details = tuple[str, tuple[str, ...]]


def _files(_: dict[str, Any], new: dict[str, Any], __: Change) -> _Details:
    counts = [(word, new.get(word, 0)) for word in ("added", "removed", "changed")]
    said = ", ".join(f"{count:,} {word}" for word, count in counts if count)
    details = []
    for word, count in counts:
        paths = new.get(f"{word}_paths") or []
        if paths:
            more = f" and {count - MOST_NAMED:,} more" if count > MOST_NAMED else ""
            details.append(f"{word}: {', '.join(map(_short, paths[:MOST_NAMED]))}{more}")
    return f"Files: {said}.", tuple(details)


def _card(old: dict[str, Any], new: dict[str, Any], _: Change) -> _Details:
    before, after = old.get("length"), new.get("length")
    if before is None:
        return f"A card was written, {after or 0:,} characters.", ()
    if after is None:
        return "The card was removed.", ()
    return f"The card was rewritten, from {before:,} to {after:,} characters.", ()


def _claims(old: dict[str, Any], new: dict[str, Any], _: Change) -> _Details:
    details = [
        f"{sign} {_claim_said(claim)}"
        for sign, side in (("\u2212", old), ("+", new))
        for claim in (side.get("claims") or [])[:MOST_NAMED]
    ]
    removed, added = old.get("removed", 0), new.get("added", 0)
    return f"Claims: {added:,} new, {removed:,} withdrawn.", tuple(details)


def _claim_said(claim: dict[str, Any]) -> str:
    dataset = claim.get("dataset") or "a dataset not named"
    return f"{claim.get('metric')} {claim.get('value')} on {dataset}"


def _plain(words: str) -> Callable[[dict[str, Any], dict[str, Any], Change], _Details]:
    return lambda old, new, change: (words, ())


def _replacement(old: dict[str, Any], new: dict[str, Any], change: Change) -> _Details:
    details = (f"old id {_short(old.get('key', '?'))}, new id {_short(new.get('key', '?'))}",)
    if change.what == What.REPLACED:
        return "Its name answers with another id: another repo was put in its place.", details
    return "It took over the name of another repo.", details


def _flag(on: str, off: str) -> Callable[[dict[str, Any], dict[str, Any], Change], _Details]:
    return lambda old, new, change: (on if change.new else off, ())


_TELLERS: dict[str, Callable[[dict[str, Any], dict[str, Any], Change], _Details]] = {
    What.GONE: _plain("The hub does not have it any more."),
    What.RETURNED: _plain("The hub has it again."),
    What.RENAMED: lambda old, new, change: (
        f"It was renamed from {_short(change.old)} to {_short(change.new)}.",
        (),
    ),
    What.REPLACED: _replacement,
    What.TOOK_NAME: _replacement,
    What.GATE: lambda old, new, change: (
        f"Its files are open {_GATES.get(str(change.new), str(change.new))};"
        f" before, {_GATES.get(str(change.old), str(change.old))}.",
        (),
    ),
    What.PRIVATE: _flag("It became private.", "It became public."),
    What.DISABLED: _flag("The hub disabled it.", "The hub enabled it again."),
    What.HEAD: lambda old, new, change: (
        f"A new commit: {str(change.new)[:12]}"
        + (f" after {str(change.old)[:12]}." if change.old else "."),
        (),
    ),
    What.CARD: _card,
    What.CLAIMS: _claims,
    What.FILES: _files,
    What.SECURITY: _plain("The hub’s scanners say something else about its files."),
}
