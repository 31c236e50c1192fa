from typing import Literal

ReadRevisionExpandItem = Literal["repo"]

READ_REVISION_EXPAND_ITEM_VALUES: set[ReadRevisionExpandItem] = {
    "repo",
}


def check_read_revision_expand_item(value: str) -> ReadRevisionExpandItem:
    if value in READ_REVISION_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_REVISION_EXPAND_ITEM_VALUES!r}"
    )
