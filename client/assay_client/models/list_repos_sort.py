from typing import Literal

ListReposSort = Literal[
    "-downloads",
    "-id",
    "created",
    "downloads",
    "gap",
    "id",
    "likes",
    "name",
    "parameters",
    "relevance",
    "trending",
    "updated",
]

LIST_REPOS_SORT_VALUES: set[ListReposSort] = {
    "-downloads",
    "-id",
    "created",
    "downloads",
    "gap",
    "id",
    "likes",
    "name",
    "parameters",
    "relevance",
    "trending",
    "updated",
}


def check_list_repos_sort(value: str) -> ListReposSort:
    if value in LIST_REPOS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_REPOS_SORT_VALUES!r}")
