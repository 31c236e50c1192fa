from typing import Literal

ListRunsSort = Literal["-id", "id"]

LIST_RUNS_SORT_VALUES: set[ListRunsSort] = {
    "-id",
    "id",
}


def check_list_runs_sort(value: str) -> ListRunsSort:
    if value in LIST_RUNS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_RUNS_SORT_VALUES!r}")
