from typing import Literal

ListChangesSort = Literal["-id", "id"]

LIST_CHANGES_SORT_VALUES: set[ListChangesSort] = {
    "-id",
    "id",
}


def check_list_changes_sort(value: str) -> ListChangesSort:
    if value in LIST_CHANGES_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_CHANGES_SORT_VALUES!r}")
