from typing import Literal

ListReposRiskItem = Literal["fail", "inconclusive", "pass", "warn"]

LIST_REPOS_RISK_ITEM_VALUES: set[ListReposRiskItem] = {
    "fail",
    "inconclusive",
    "pass",
    "warn",
}


def check_list_repos_risk_item(value: str) -> ListReposRiskItem:
    if value in LIST_REPOS_RISK_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_REPOS_RISK_ITEM_VALUES!r}")
