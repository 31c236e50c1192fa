from typing import Literal

ListFindingsSort = Literal["-id", "id"]

LIST_FINDINGS_SORT_VALUES: set[ListFindingsSort] = {
    "-id",
    "id",
}


def check_list_findings_sort(value: str) -> ListFindingsSort:
    if value in LIST_FINDINGS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_FINDINGS_SORT_VALUES!r}")
