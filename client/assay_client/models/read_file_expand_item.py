from typing import Literal

ReadFileExpandItem = Literal["repo", "revision"]

READ_FILE_EXPAND_ITEM_VALUES: set[ReadFileExpandItem] = {
    "repo",
    "revision",
}


def check_read_file_expand_item(value: str) -> ReadFileExpandItem:
    if value in READ_FILE_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_FILE_EXPAND_ITEM_VALUES!r}")
