from typing import Literal

ListEdgesFieldsItem = Literal[
    "basis", "child", "child_id", "id", "parent", "parent_id", "relation", "revision"
]

LIST_EDGES_FIELDS_ITEM_VALUES: set[ListEdgesFieldsItem] = {
    "basis",
    "child",
    "child_id",
    "id",
    "parent",
    "parent_id",
    "relation",
    "revision",
}


def check_list_edges_fields_item(value: str) -> ListEdgesFieldsItem:
    if value in LIST_EDGES_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_EDGES_FIELDS_ITEM_VALUES!r}"
    )
