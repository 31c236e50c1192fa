from typing import Literal

ListReposGatedItem = Literal["auto", "manual", "open"]

LIST_REPOS_GATED_ITEM_VALUES: set[ListReposGatedItem] = {
    "auto",
    "manual",
    "open",
}


def check_list_repos_gated_item(value: str) -> ListReposGatedItem:
    if value in LIST_REPOS_GATED_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_REPOS_GATED_ITEM_VALUES!r}")
