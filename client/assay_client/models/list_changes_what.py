from typing import Literal

ListChangesWhat = Literal[
    "author",
    "card",
    "claims",
    "datasets",
    "disabled",
    "files",
    "gate",
    "gone",
    "head",
    "languages",
    "library",
    "licence",
    "model-type",
    "modified",
    "papers",
    "parameters",
    "private",
    "renamed",
    "replaced",
    "returned",
    "security",
    "tags",
    "task",
    "took-name",
]

LIST_CHANGES_WHAT_VALUES: set[ListChangesWhat] = {
    "author",
    "card",
    "claims",
    "datasets",
    "disabled",
    "files",
    "gate",
    "gone",
    "head",
    "languages",
    "library",
    "licence",
    "model-type",
    "modified",
    "papers",
    "parameters",
    "private",
    "renamed",
    "replaced",
    "returned",
    "security",
    "tags",
    "task",
    "took-name",
}


def check_list_changes_what(value: str) -> ListChangesWhat:
    if value in LIST_CHANGES_WHAT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_CHANGES_WHAT_VALUES!r}")
