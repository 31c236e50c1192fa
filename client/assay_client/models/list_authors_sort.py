from typing import Literal

ListAuthorsSort = Literal["-id", "id"]

LIST_AUTHORS_SORT_VALUES: set[ListAuthorsSort] = {
    "-id",
    "id",
}


def check_list_authors_sort(value: str) -> ListAuthorsSort:
    if value in LIST_AUTHORS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_AUTHORS_SORT_VALUES!r}")
