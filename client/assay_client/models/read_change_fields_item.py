from typing import Literal

ReadChangeFieldsItem = Literal["at", "id", "is_alert", "new", "old", "repo", "repo_id", "what"]

READ_CHANGE_FIELDS_ITEM_VALUES: set[ReadChangeFieldsItem] = {
    "at",
    "id",
    "is_alert",
    "new",
    "old",
    "repo",
    "repo_id",
    "what",
}


def check_read_change_fields_item(value: str) -> ReadChangeFieldsItem:
    if value in READ_CHANGE_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_CHANGE_FIELDS_ITEM_VALUES!r}"
    )
