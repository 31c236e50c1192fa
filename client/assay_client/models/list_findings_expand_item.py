from typing import Literal

ListFindingsExpandItem = Literal["claim", "repo", "revision", "run"]

LIST_FINDINGS_EXPAND_ITEM_VALUES: set[ListFindingsExpandItem] = {
    "claim",
    "repo",
    "revision",
    "run",
}


def check_list_findings_expand_item(value: str) -> ListFindingsExpandItem:
    if value in LIST_FINDINGS_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_FINDINGS_EXPAND_ITEM_VALUES!r}"
    )
