from typing import Literal

ListScansState = Literal["active", "paused"]

LIST_SCANS_STATE_VALUES: set[ListScansState] = {
    "active",
    "paused",
}


def check_list_scans_state(value: str) -> ListScansState:
    if value in LIST_SCANS_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_SCANS_STATE_VALUES!r}")
