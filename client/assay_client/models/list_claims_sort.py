from typing import Literal

ListClaimsSort = Literal["-id", "id"]

LIST_CLAIMS_SORT_VALUES: set[ListClaimsSort] = {
    "-id",
    "id",
}


def check_list_claims_sort(value: str) -> ListClaimsSort:
    if value in LIST_CLAIMS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_CLAIMS_SORT_VALUES!r}")
