"""The indexes of listings: dropped to fill an empty table, made again with their purposes."""

from django.db import connection

from registry.models import Listing

# The migration says the same; a test compares.
PURPOSES = {
    "listing_by_words": "search: rows that have labels and words, where they are few",
    "listing_by_downloads": "list of models by downloads, by relevance; the usual order",
    "listing_by_likes": "list of models by likes",
    "listing_by_trending": "list of models by trend",
    "listing_by_update": "list of models by last update",
    "listing_by_creation": "list of models by age",
    "listing_by_parameters": "list of models by parameters",
    "listing_by_gap": "list of models by gap between claim and measure",
    "listing_by_name": "list of models by name; search: the exact name with its owner",
    "listing_by_base": "search: the exact name without its owner, and what begins so",
}


def drop() -> None:
    """Drop the indexes of listings but the key: filling an empty table is faster without."""
    there = present()
    with connection.schema_editor() as editor:
        for index in Listing._meta.indexes:
            if index.name in there:
                editor.remove_index(Listing, index)


def make() -> list[str]:
    """Create the indexes of listings that are missing, and return their names."""
    there = present()
    missing = [index for index in Listing._meta.indexes if index.name not in there]
    for index in missing:
        with connection.schema_editor() as editor:
            editor.add_index(Listing, index)
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON INDEX {index.name} IS %s", [PURPOSES[index.name]])
    return [index.name for index in missing]


def present() -> dict[str, str]:
    """Return the indexes that there are, each with what it says it is for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, COALESCE(obj_description(indexname::regclass, 'pg_class'), '')"
            " FROM pg_indexes WHERE tablename = 'registry_listing'"
        )
        return dict(cursor.fetchall())
