from typing import Literal

ReadScanExecutionFieldsItem = Literal[
    "begun",
    "bytes",
    "checks",
    "code",
    "counts",
    "created_at",
    "difference",
    "finished_at",
    "gpu_s",
    "id",
    "is_planned",
    "measuring_s",
    "not_done",
    "options",
    "reason",
    "repos",
    "scan",
    "selected",
    "selection",
    "slot",
    "started_at",
    "state",
    "totals",
]

READ_SCAN_EXECUTION_FIELDS_ITEM_VALUES: set[ReadScanExecutionFieldsItem] = {
    "begun",
    "bytes",
    "checks",
    "code",
    "counts",
    "created_at",
    "difference",
    "finished_at",
    "gpu_s",
    "id",
    "is_planned",
    "measuring_s",
    "not_done",
    "options",
    "reason",
    "repos",
    "scan",
    "selected",
    "selection",
    "slot",
    "started_at",
    "state",
    "totals",
}


def check_read_scan_execution_fields_item(value: str) -> ReadScanExecutionFieldsItem:
    if value in READ_SCAN_EXECUTION_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_SCAN_EXECUTION_FIELDS_ITEM_VALUES!r}"
    )
