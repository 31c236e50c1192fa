from typing import Literal

ListFilesSort = Literal["-id", "id"]

LIST_FILES_SORT_VALUES: set[ListFilesSort] = {
    "-id",
    "id",
}


def check_list_files_sort(value: str) -> ListFilesSort:
    if value in LIST_FILES_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_FILES_SORT_VALUES!r}")
