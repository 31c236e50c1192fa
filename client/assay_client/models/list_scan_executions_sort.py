from typing import Literal

ListScanExecutionsSort = Literal["-id", "id"]

LIST_SCAN_EXECUTIONS_SORT_VALUES: set[ListScanExecutionsSort] = {
    "-id",
    "id",
}


def check_list_scan_executions_sort(value: str) -> ListScanExecutionsSort:
    if value in LIST_SCAN_EXECUTIONS_SORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_SCAN_EXECUTIONS_SORT_VALUES!r}"
    )
