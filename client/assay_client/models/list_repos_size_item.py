from typing import Literal

ListReposSizeItem = Literal[
    "100m-500m",
    "15b-40b",
    "1b-3b",
    "3b-8b",
    "40b-100b",
    "500m-1b",
    "8b-15b",
    "over-100b",
    "under-100m",
]

LIST_REPOS_SIZE_ITEM_VALUES: set[ListReposSizeItem] = {
    "100m-500m",
    "15b-40b",
    "1b-3b",
    "3b-8b",
    "40b-100b",
    "500m-1b",
    "8b-15b",
    "over-100b",
    "under-100m",
}


def check_list_repos_size_item(value: str) -> ListReposSizeItem:
    if value in LIST_REPOS_SIZE_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_REPOS_SIZE_ITEM_VALUES!r}")
