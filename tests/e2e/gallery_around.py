"""Saved searches in every state that a page can show."""

from registry.models import Listing, SavedSearch
from tests import factories


def hang(hostile: str) -> None:
    """Save searches of the staff: with something new, with nothing, with a name that attacks."""
    root = factories.user("root", is_staff=True)
    last = Listing.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for name, query, seen in (
        ("Overstated", "verdict=overstated", 0),
        ("Networks called resnet20, seen to the end", "q=resnet20", last + 1_000_000),
        (hostile, "q=net&sort=name", 0),
    ):
        SavedSearch.objects.create(owner=root, name=name, query=query, seen=seen)


def pages() -> dict[str, str]:
    """Return the addresses."""
    first = SavedSearch.objects.order_by("pk").values_list("pk", flat=True)[0]
    return {"search-list": "/searches", "search-list-removed": f"/searches?removed={first}"}
