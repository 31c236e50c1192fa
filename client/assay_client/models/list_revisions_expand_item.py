from typing import Literal

ListRevisionsExpandItem = Literal["repo"]

LIST_REVISIONS_EXPAND_ITEM_VALUES: set[ListRevisionsExpandItem] = {
    "repo",
}


def check_list_revisions_expand_item(value: str) -> ListRevisionsExpandItem:
    if value in LIST_REVISIONS_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_REVISIONS_EXPAND_ITEM_VALUES!r}"
    )
