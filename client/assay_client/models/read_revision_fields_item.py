from typing import Literal

ReadRevisionFieldsItem = Literal[
    "architecture",
    "config",
    "has_tree",
    "id",
    "is_head",
    "parameters",
    "repo",
    "repo_id",
    "security",
    "seen_at",
    "sha",
]

READ_REVISION_FIELDS_ITEM_VALUES: set[ReadRevisionFieldsItem] = {
    "architecture",
    "config",
    "has_tree",
    "id",
    "is_head",
    "parameters",
    "repo",
    "repo_id",
    "security",
    "seen_at",
    "sha",
}


def check_read_revision_fields_item(value: str) -> ReadRevisionFieldsItem:
    if value in READ_REVISION_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_REVISION_FIELDS_ITEM_VALUES!r}"
    )
