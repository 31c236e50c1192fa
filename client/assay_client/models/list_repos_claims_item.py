from typing import Literal

ListReposClaimsItem = Literal["no", "yes"]

LIST_REPOS_CLAIMS_ITEM_VALUES: set[ListReposClaimsItem] = {
    "no",
    "yes",
}


def check_list_repos_claims_item(value: str) -> ListReposClaimsItem:
    if value in LIST_REPOS_CLAIMS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_REPOS_CLAIMS_ITEM_VALUES!r}"
    )
