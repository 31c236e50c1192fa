from typing import Literal

ListScansSort = Literal["-id", "id"]

LIST_SCANS_SORT_VALUES: set[ListScansSort] = {
    "-id",
    "id",
}


def check_list_scans_sort(value: str) -> ListScansSort:
    if value in LIST_SCANS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_SCANS_SORT_VALUES!r}")
