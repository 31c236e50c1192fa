from typing import Literal

ListChangesFieldsItem = Literal["at", "id", "is_alert", "new", "old", "repo", "repo_id", "what"]

LIST_CHANGES_FIELDS_ITEM_VALUES: set[ListChangesFieldsItem] = {
    "at",
    "id",
    "is_alert",
    "new",
    "old",
    "repo",
    "repo_id",
    "what",
}


def check_list_changes_fields_item(value: str) -> ListChangesFieldsItem:
    if value in LIST_CHANGES_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_CHANGES_FIELDS_ITEM_VALUES!r}"
    )
