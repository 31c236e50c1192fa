from typing import Literal

ReadClaimFieldsItem = Literal[
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

READ_CLAIM_FIELDS_ITEM_VALUES: set[ReadClaimFieldsItem] = {
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


def check_read_claim_fields_item(value: str) -> ReadClaimFieldsItem:
    if value in READ_CLAIM_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_CLAIM_FIELDS_ITEM_VALUES!r}"
    )
