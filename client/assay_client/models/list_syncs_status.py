from typing import Literal

ListSyncsStatus = Literal["done", "running", "stopped"]

LIST_SYNCS_STATUS_VALUES: set[ListSyncsStatus] = {
    "done",
    "running",
    "stopped",
}


def check_list_syncs_status(value: str) -> ListSyncsStatus:
    if value in LIST_SYNCS_STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_SYNCS_STATUS_VALUES!r}")
