from typing import Literal

ListReposExpandItem = Literal["author", "head"]

LIST_REPOS_EXPAND_ITEM_VALUES: set[ListReposExpandItem] = {
    "author",
    "head",
}


def check_list_repos_expand_item(value: str) -> ListReposExpandItem:
    if value in LIST_REPOS_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_REPOS_EXPAND_ITEM_VALUES!r}"
    )
