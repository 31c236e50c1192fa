from typing import Literal

ListRevisionsFieldsItem = Literal[
    "architecture", "has_tree", "id", "is_head", "parameters", "repo", "repo_id", "seen_at", "sha"
]

LIST_REVISIONS_FIELDS_ITEM_VALUES: set[ListRevisionsFieldsItem] = {
    "architecture",
    "has_tree",
    "id",
    "is_head",
    "parameters",
    "repo",
    "repo_id",
    "seen_at",
    "sha",
}


def check_list_revisions_fields_item(value: str) -> ListRevisionsFieldsItem:
    if value in LIST_REVISIONS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_REVISIONS_FIELDS_ITEM_VALUES!r}"
    )
