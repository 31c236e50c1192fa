from typing import Literal

ListSyncProblemsSort = Literal["-id", "id"]

LIST_SYNC_PROBLEMS_SORT_VALUES: set[ListSyncProblemsSort] = {
    "-id",
    "id",
}


def check_list_sync_problems_sort(value: str) -> ListSyncProblemsSort:
    if value in LIST_SYNC_PROBLEMS_SORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_SYNC_PROBLEMS_SORT_VALUES!r}"
    )
