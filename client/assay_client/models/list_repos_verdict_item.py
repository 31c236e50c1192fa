from typing import Literal

ListReposVerdictItem = Literal[
    "confirmed", "fail", "inconclusive", "measured", "overstated", "pass", "understated", "warn"
]

LIST_REPOS_VERDICT_ITEM_VALUES: set[ListReposVerdictItem] = {
    "confirmed",
    "fail",
    "inconclusive",
    "measured",
    "overstated",
    "pass",
    "understated",
    "warn",
}


def check_list_repos_verdict_item(value: str) -> ListReposVerdictItem:
    if value in LIST_REPOS_VERDICT_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_REPOS_VERDICT_ITEM_VALUES!r}"
    )
