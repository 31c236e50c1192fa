from typing import Literal

ListSyncsKind = Literal["full", "named", "recent"]

LIST_SYNCS_KIND_VALUES: set[ListSyncsKind] = {
    "full",
    "named",
    "recent",
}


def check_list_syncs_kind(value: str) -> ListSyncsKind:
    if value in LIST_SYNCS_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_SYNCS_KIND_VALUES!r}")
