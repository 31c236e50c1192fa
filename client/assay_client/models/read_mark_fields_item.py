from typing import Literal

ReadMarkFieldsItem = Literal[
    "classes",
    "commitment",
    "envelope",
    "home",
    "id",
    "keys",
    "matches",
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

READ_MARK_FIELDS_ITEM_VALUES: set[ReadMarkFieldsItem] = {
    "classes",
    "commitment",
    "envelope",
    "home",
    "id",
    "keys",
    "matches",
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


def check_read_mark_fields_item(value: str) -> ReadMarkFieldsItem:
    if value in READ_MARK_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_MARK_FIELDS_ITEM_VALUES!r}")
