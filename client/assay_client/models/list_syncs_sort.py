from typing import Literal

ListSyncsSort = Literal["-id", "id"]

LIST_SYNCS_SORT_VALUES: set[ListSyncsSort] = {
    "-id",
    "id",
}


def check_list_syncs_sort(value: str) -> ListSyncsSort:
    if value in LIST_SYNCS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_SYNCS_SORT_VALUES!r}")
