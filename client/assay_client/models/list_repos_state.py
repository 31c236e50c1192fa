from typing import Literal

ListReposState = Literal["gone", "present", "replaced"]

LIST_REPOS_STATE_VALUES: set[ListReposState] = {
    "gone",
    "present",
    "replaced",
}


def check_list_repos_state(value: str) -> ListReposState:
    if value in LIST_REPOS_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_REPOS_STATE_VALUES!r}")
