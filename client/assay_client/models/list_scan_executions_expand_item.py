from typing import Literal

ListScanExecutionsExpandItem = Literal["scan"]

LIST_SCAN_EXECUTIONS_EXPAND_ITEM_VALUES: set[ListScanExecutionsExpandItem] = {
    "scan",
}


def check_list_scan_executions_expand_item(value: str) -> ListScanExecutionsExpandItem:
    if value in LIST_SCAN_EXECUTIONS_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_SCAN_EXECUTIONS_EXPAND_ITEM_VALUES!r}"
    )
