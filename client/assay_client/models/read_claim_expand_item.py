from typing import Literal

ReadClaimExpandItem = Literal["finding", "repo", "revision"]

READ_CLAIM_EXPAND_ITEM_VALUES: set[ReadClaimExpandItem] = {
    "finding",
    "repo",
    "revision",
}


def check_read_claim_expand_item(value: str) -> ReadClaimExpandItem:
    if value in READ_CLAIM_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_CLAIM_EXPAND_ITEM_VALUES!r}"
    )
