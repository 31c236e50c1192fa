from typing import Literal

ReadFindingExpandItem = Literal["claim", "repo", "revision", "run"]

READ_FINDING_EXPAND_ITEM_VALUES: set[ReadFindingExpandItem] = {
    "claim",
    "repo",
    "revision",
    "run",
}


def check_read_finding_expand_item(value: str) -> ReadFindingExpandItem:
    if value in READ_FINDING_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_FINDING_EXPAND_ITEM_VALUES!r}"
    )
