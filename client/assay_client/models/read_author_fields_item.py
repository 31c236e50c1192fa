from typing import Literal

ReadAuthorFieldsItem = Literal["checked_at", "hub", "id", "is_verified", "kind", "name"]

READ_AUTHOR_FIELDS_ITEM_VALUES: set[ReadAuthorFieldsItem] = {
    "checked_at",
    "hub",
    "id",
    "is_verified",
    "kind",
    "name",
}


def check_read_author_fields_item(value: str) -> ReadAuthorFieldsItem:
    if value in READ_AUTHOR_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_AUTHOR_FIELDS_ITEM_VALUES!r}"
    )
