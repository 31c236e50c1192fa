from typing import Literal

ListMarksFieldsItem = Literal[
    "classes",
    "commitment",
    "envelope",
    "home",
    "id",
    "keys",
    "name",
    "owner",
    "reason",
    "registered_at",
    "scheme",
    "shape",
    "state",
    "task",
    "withdrawn_at",
]

LIST_MARKS_FIELDS_ITEM_VALUES: set[ListMarksFieldsItem] = {
    "classes",
    "commitment",
    "envelope",
    "home",
    "id",
    "keys",
    "name",
    "owner",
    "reason",
    "registered_at",
    "scheme",
    "shape",
    "state",
    "task",
    "withdrawn_at",
}


def check_list_marks_fields_item(value: str) -> ListMarksFieldsItem:
    if value in LIST_MARKS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_MARKS_FIELDS_ITEM_VALUES!r}"
    )
