"""The parts of a model's page: each is a page of its own, and its address is its state."""

from dataclasses import dataclass

from registry.web.parts import (
    card,
    claims,
    files,
    history,
    lineage,
    overview,
    robustness,
    use,
    watermark,
)
from registry.web.parts.shown import Part, Shown

# By the last word of its address; the first page has none.
PARTS: dict[str, Part] = {
    "": Part("Overview", "repo_show.html", overview.build),
    "claims": Part("All claims", "repo_claims.html", claims.build, under=""),
    "card": Part("Card", "repo_card.html", card.build),
    "files": Part("Files", "repo_files.html", files.build),
    "robustness": Part("Robustness", "repo_robustness.html", robustness.build),
    "watermark": Part("Watermark", "repo_watermark.html", watermark.build),
    "lineage": Part("Lineage", "repo_lineage.html", lineage.build),
    "history": Part("History", "repo_history.html", history.build, of_repo=True),
    "use": Part("Use", "repo_use.html", use.build),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A link of the tab bar; ``current`` is the value of its aria-current, "" for none."""

    title: str
    address: str
    current: str


def tabs(shown: Shown, chosen: str) -> list[Tab]:
    """Return the tabs of a model, with the one that is open."""
    found = []
    for name, part in PARTS.items():
        if part.under is not None:
            continue
        address = shown.address.newest() if part.of_repo else shown.address
        current = "page" if name == chosen else ""
        if PARTS[chosen].under == name:
            current = "true"
        found.append(Tab(part.title, address.to(name), current))
    return found


__all__ = ["PARTS", "Part", "Shown", "Tab", "tabs"]
