from typing import Literal

ListClaimsSource = Literal["eval-results", "model-index", "result-list", "table"]

LIST_CLAIMS_SOURCE_VALUES: set[ListClaimsSource] = {
    "eval-results",
    "model-index",
    "result-list",
    "table",
}


def check_list_claims_source(value: str) -> ListClaimsSource:
    if value in LIST_CLAIMS_SOURCE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_CLAIMS_SOURCE_VALUES!r}")
