from typing import Literal

ListMarkMatchesSort = Literal["-id", "id"]

LIST_MARK_MATCHES_SORT_VALUES: set[ListMarkMatchesSort] = {
    "-id",
    "id",
}


def check_list_mark_matches_sort(value: str) -> ListMarkMatchesSort:
    if value in LIST_MARK_MATCHES_SORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_MARK_MATCHES_SORT_VALUES!r}"
    )
