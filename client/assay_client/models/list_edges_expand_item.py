from typing import Literal

ListEdgesExpandItem = Literal["child", "parent", "revision"]

LIST_EDGES_EXPAND_ITEM_VALUES: set[ListEdgesExpandItem] = {
    "child",
    "parent",
    "revision",
}


def check_list_edges_expand_item(value: str) -> ListEdgesExpandItem:
    if value in LIST_EDGES_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_EDGES_EXPAND_ITEM_VALUES!r}"
    )
