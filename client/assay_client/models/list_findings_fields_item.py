from typing import Literal

ListFindingsFieldsItem = Literal[
    "check",
    "claim",
    "created_at",
    "estimate",
    "id",
    "repo",
    "repo_id",
    "revision",
    "run",
    "summary",
    "verdict",
]

LIST_FINDINGS_FIELDS_ITEM_VALUES: set[ListFindingsFieldsItem] = {
    "check",
    "claim",
    "created_at",
    "estimate",
    "id",
    "repo",
    "repo_id",
    "revision",
    "run",
    "summary",
    "verdict",
}


def check_list_findings_fields_item(value: str) -> ListFindingsFieldsItem:
    if value in LIST_FINDINGS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_FINDINGS_FIELDS_ITEM_VALUES!r}"
    )
