from typing import Literal

ReadRepoExpandItem = Literal["author", "head"]

READ_REPO_EXPAND_ITEM_VALUES: set[ReadRepoExpandItem] = {
    "author",
    "head",
}


def check_read_repo_expand_item(value: str) -> ReadRepoExpandItem:
    if value in READ_REPO_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_REPO_EXPAND_ITEM_VALUES!r}")
