from typing import Literal

ListMarksState = Literal["new", "ready", "refused"]

LIST_MARKS_STATE_VALUES: set[ListMarksState] = {
    "new",
    "ready",
    "refused",
}


def check_list_marks_state(value: str) -> ListMarksState:
    if value in LIST_MARKS_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_MARKS_STATE_VALUES!r}")
