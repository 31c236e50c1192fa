from typing import Literal

ListAuthorsKind = Literal["organisation", "unknown", "user"]

LIST_AUTHORS_KIND_VALUES: set[ListAuthorsKind] = {
    "organisation",
    "unknown",
    "user",
}


def check_list_authors_kind(value: str) -> ListAuthorsKind:
    if value in LIST_AUTHORS_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_AUTHORS_KIND_VALUES!r}")
