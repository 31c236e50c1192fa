from typing import Literal

ListRevisionsSort = Literal["-id", "id"]

LIST_REVISIONS_SORT_VALUES: set[ListRevisionsSort] = {
    "-id",
    "id",
}


def check_list_revisions_sort(value: str) -> ListRevisionsSort:
    if value in LIST_REVISIONS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_REVISIONS_SORT_VALUES!r}")
