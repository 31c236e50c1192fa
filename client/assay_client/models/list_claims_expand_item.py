from typing import Literal

ListClaimsExpandItem = Literal["finding", "repo", "revision"]

LIST_CLAIMS_EXPAND_ITEM_VALUES: set[ListClaimsExpandItem] = {
    "finding",
    "repo",
    "revision",
}


def check_list_claims_expand_item(value: str) -> ListClaimsExpandItem:
    if value in LIST_CLAIMS_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_CLAIMS_EXPAND_ITEM_VALUES!r}"
    )
