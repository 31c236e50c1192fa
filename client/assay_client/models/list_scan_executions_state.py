from typing import Literal

ListScanExecutionsState = Literal[
    "done", "missed", "paused", "planning", "running", "stopped", "waiting"
]

LIST_SCAN_EXECUTIONS_STATE_VALUES: set[ListScanExecutionsState] = {
    "done",
    "missed",
    "paused",
    "planning",
    "running",
    "stopped",
    "waiting",
}


def check_list_scan_executions_state(value: str) -> ListScanExecutionsState:
    if value in LIST_SCAN_EXECUTIONS_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_SCAN_EXECUTIONS_STATE_VALUES!r}"
    )
