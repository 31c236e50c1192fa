from typing import Literal

ListFilesExpandItem = Literal["repo", "revision"]

LIST_FILES_EXPAND_ITEM_VALUES: set[ListFilesExpandItem] = {
    "repo",
    "revision",
}


def check_list_files_expand_item(value: str) -> ListFilesExpandItem:
    if value in LIST_FILES_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_FILES_EXPAND_ITEM_VALUES!r}"
    )
