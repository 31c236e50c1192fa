from typing import Literal

ReadScanExecutionExpandItem = Literal["scan"]

READ_SCAN_EXECUTION_EXPAND_ITEM_VALUES: set[ReadScanExecutionExpandItem] = {
    "scan",
}


def check_read_scan_execution_expand_item(value: str) -> ReadScanExecutionExpandItem:
    if value in READ_SCAN_EXECUTION_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_SCAN_EXECUTION_EXPAND_ITEM_VALUES!r}"
    )
