from typing import Literal

ReadChangeExpandItem = Literal["repo"]

READ_CHANGE_EXPAND_ITEM_VALUES: set[ReadChangeExpandItem] = {
    "repo",
}


def check_read_change_expand_item(value: str) -> ReadChangeExpandItem:
    if value in READ_CHANGE_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_CHANGE_EXPAND_ITEM_VALUES!r}"
    )
