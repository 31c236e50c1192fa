from typing import Literal

ListRunsExpandItem = Literal["claim", "finding", "repo", "revision"]

LIST_RUNS_EXPAND_ITEM_VALUES: set[ListRunsExpandItem] = {
    "claim",
    "finding",
    "repo",
    "revision",
}


def check_list_runs_expand_item(value: str) -> ListRunsExpandItem:
    if value in LIST_RUNS_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_RUNS_EXPAND_ITEM_VALUES!r}")
