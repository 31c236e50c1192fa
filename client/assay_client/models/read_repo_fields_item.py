from typing import Literal

ReadRepoFieldsItem = Literal[
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
    "refs",
    "sha",
    "state",
    "synced_at",
    "tags",
    "task",
    "trending",
]

READ_REPO_FIELDS_ITEM_VALUES: set[ReadRepoFieldsItem] = {
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
    "refs",
    "sha",
    "state",
    "synced_at",
    "tags",
    "task",
    "trending",
}


def check_read_repo_fields_item(value: str) -> ReadRepoFieldsItem:
    if value in READ_REPO_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_REPO_FIELDS_ITEM_VALUES!r}")
