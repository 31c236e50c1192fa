from typing import Literal

ListClaimsFieldsItem = Literal[
    "dataset",
    "id",
    "metric",
    "place",
    "problem",
    "raw",
    "repo",
    "repo_id",
    "revision",
    "source",
    "task",
    "value",
    "value_text",
]

LIST_CLAIMS_FIELDS_ITEM_VALUES: set[ListClaimsFieldsItem] = {
    "dataset",
    "id",
    "metric",
    "place",
    "problem",
    "raw",
    "repo",
    "repo_id",
    "revision",
    "source",
    "task",
    "value",
    "value_text",
}


def check_list_claims_fields_item(value: str) -> ListClaimsFieldsItem:
    if value in LIST_CLAIMS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_CLAIMS_FIELDS_ITEM_VALUES!r}"
    )
