from typing import Literal

ListChangesExpandItem = Literal["repo"]

LIST_CHANGES_EXPAND_ITEM_VALUES: set[ListChangesExpandItem] = {
    "repo",
}


def check_list_changes_expand_item(value: str) -> ListChangesExpandItem:
    if value in LIST_CHANGES_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_CHANGES_EXPAND_ITEM_VALUES!r}"
    )
