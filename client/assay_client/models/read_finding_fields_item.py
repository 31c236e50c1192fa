from typing import Literal

ReadFindingFieldsItem = Literal[
    "check",
    "claim",
    "created_at",
    "envelope",
    "estimate",
    "evidence",
    "id",
    "pictures",
    "repo",
    "repo_id",
    "revision",
    "run",
    "summary",
    "verdict",
]

READ_FINDING_FIELDS_ITEM_VALUES: set[ReadFindingFieldsItem] = {
    "check",
    "claim",
    "created_at",
    "envelope",
    "estimate",
    "evidence",
    "id",
    "pictures",
    "repo",
    "repo_id",
    "revision",
    "run",
    "summary",
    "verdict",
}


def check_read_finding_fields_item(value: str) -> ReadFindingFieldsItem:
    if value in READ_FINDING_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_FINDING_FIELDS_ITEM_VALUES!r}"
    )
