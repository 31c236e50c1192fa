from typing import Literal

ListMarksSort = Literal["-id", "id"]

LIST_MARKS_SORT_VALUES: set[ListMarksSort] = {
    "-id",
    "id",
}


def check_list_marks_sort(value: str) -> ListMarksSort:
    if value in LIST_MARKS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_MARKS_SORT_VALUES!r}")
