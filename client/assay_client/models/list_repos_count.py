from typing import Literal

ListReposCount = Literal["0", "1"]

LIST_REPOS_COUNT_VALUES: set[ListReposCount] = {
    "0",
    "1",
}


def check_list_repos_count(value: str) -> ListReposCount:
    if value in LIST_REPOS_COUNT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_REPOS_COUNT_VALUES!r}")
