from typing import Literal

ReadEdgeExpandItem = Literal["child", "parent", "revision"]

READ_EDGE_EXPAND_ITEM_VALUES: set[ReadEdgeExpandItem] = {
    "child",
    "parent",
    "revision",
}


def check_read_edge_expand_item(value: str) -> ReadEdgeExpandItem:
    if value in READ_EDGE_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_EDGE_EXPAND_ITEM_VALUES!r}")
