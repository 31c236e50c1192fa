from typing import Literal

ReadRunExpandItem = Literal["claim", "finding", "repo", "revision"]

READ_RUN_EXPAND_ITEM_VALUES: set[ReadRunExpandItem] = {
    "claim",
    "finding",
    "repo",
    "revision",
}


def check_read_run_expand_item(value: str) -> ReadRunExpandItem:
    if value in READ_RUN_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_RUN_EXPAND_ITEM_VALUES!r}")
