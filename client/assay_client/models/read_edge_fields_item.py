from typing import Literal

ReadEdgeFieldsItem = Literal[
    "basis", "child", "child_id", "id", "parent", "parent_id", "relation", "revision"
]

READ_EDGE_FIELDS_ITEM_VALUES: set[ReadEdgeFieldsItem] = {
    "basis",
    "child",
    "child_id",
    "id",
    "parent",
    "parent_id",
    "relation",
    "revision",
}


def check_read_edge_fields_item(value: str) -> ReadEdgeFieldsItem:
    if value in READ_EDGE_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_EDGE_FIELDS_ITEM_VALUES!r}")
