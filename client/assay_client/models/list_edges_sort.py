from typing import Literal

ListEdgesSort = Literal["-id", "id"]

LIST_EDGES_SORT_VALUES: set[ListEdgesSort] = {
    "-id",
    "id",
}


def check_list_edges_sort(value: str) -> ListEdgesSort:
    if value in LIST_EDGES_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_EDGES_SORT_VALUES!r}")
