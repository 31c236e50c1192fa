from typing import Literal

ListChecksFieldsItem = Literal[
    "about", "applies", "id", "is_usual", "options", "queue", "title", "version"
]

LIST_CHECKS_FIELDS_ITEM_VALUES: set[ListChecksFieldsItem] = {
    "about",
    "applies",
    "id",
    "is_usual",
    "options",
    "queue",
    "title",
    "version",
}


def check_list_checks_fields_item(value: str) -> ListChecksFieldsItem:
    if value in LIST_CHECKS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_CHECKS_FIELDS_ITEM_VALUES!r}"
    )
