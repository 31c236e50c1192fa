from typing import Literal

ListAuthorsFieldsItem = Literal["checked_at", "hub", "id", "is_verified", "kind", "name"]

LIST_AUTHORS_FIELDS_ITEM_VALUES: set[ListAuthorsFieldsItem] = {
    "checked_at",
    "hub",
    "id",
    "is_verified",
    "kind",
    "name",
}


def check_list_authors_fields_item(value: str) -> ListAuthorsFieldsItem:
    if value in LIST_AUTHORS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_AUTHORS_FIELDS_ITEM_VALUES!r}"
    )
