from typing import Literal

ListReposFieldsItem = Literal[
    "author",
    "created_at",
    "datasets",
    "downloads",
    "first_seen_at",
    "gate",
    "hub",
    "id",
    "is_disabled",
    "languages",
    "library",
    "licence",
    "likes",
    "model_type",
    "modified_at",
    "name",
    "papers",
    "parameters",
    "problem",
    "sha",
    "state",
    "synced_at",
    "tags",
    "task",
    "trending",
]

LIST_REPOS_FIELDS_ITEM_VALUES: set[ListReposFieldsItem] = {
    "author",
    "created_at",
    "datasets",
    "downloads",
    "first_seen_at",
    "gate",
    "hub",
    "id",
    "is_disabled",
    "languages",
    "library",
    "licence",
    "likes",
    "model_type",
    "modified_at",
    "name",
    "papers",
    "parameters",
    "problem",
    "sha",
    "state",
    "synced_at",
    "tags",
    "task",
    "trending",
}


def check_list_repos_fields_item(value: str) -> ListReposFieldsItem:
    if value in LIST_REPOS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_REPOS_FIELDS_ITEM_VALUES!r}"
    )
