from typing import Literal

ListReposVerifiedItem = Literal["no", "yes"]

LIST_REPOS_VERIFIED_ITEM_VALUES: set[ListReposVerifiedItem] = {
    "no",
    "yes",
}


def check_list_repos_verified_item(value: str) -> ListReposVerifiedItem:
    if value in LIST_REPOS_VERIFIED_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_REPOS_VERIFIED_ITEM_VALUES!r}"
    )
