"""Search over what is mirrored: listings, facets with counts, sorts. Pages and API read here."""

from registry.search.find import PAGE_SIZE, Count, Search
from registry.search.question import SORTS, BadQuestion, Question
from registry.search.upkeep import keep_fresh, rebuild, refresh

__all__ = [
    "PAGE_SIZE",
    "SORTS",
    "BadQuestion",
    "Count",
    "Question",
    "Search",
    "keep_fresh",
    "rebuild",
    "refresh",
]
