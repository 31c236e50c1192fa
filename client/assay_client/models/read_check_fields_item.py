from typing import Literal

ReadCheckFieldsItem = Literal[
    "about", "applies", "id", "is_usual", "options", "queue", "title", "version"
]

READ_CHECK_FIELDS_ITEM_VALUES: set[ReadCheckFieldsItem] = {
    "about",
    "applies",
    "id",
    "is_usual",
    "options",
    "queue",
    "title",
    "version",
}


def check_read_check_fields_item(value: str) -> ReadCheckFieldsItem:
    if value in READ_CHECK_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_CHECK_FIELDS_ITEM_VALUES!r}"
    )
