from typing import Literal

ListScanExecutionsFieldsItem = Literal[
    "begun",
    "bytes",
    "checks",
    "code",
    "counts",
    "created_at",
    "finished_at",
    "gpu_s",
    "id",
    "is_planned",
    "measuring_s",
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

LIST_SCAN_EXECUTIONS_FIELDS_ITEM_VALUES: set[ListScanExecutionsFieldsItem] = {
    "begun",
    "bytes",
    "checks",
    "code",
    "counts",
    "created_at",
    "finished_at",
    "gpu_s",
    "id",
    "is_planned",
    "measuring_s",
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


def check_list_scan_executions_fields_item(value: str) -> ListScanExecutionsFieldsItem:
    if value in LIST_SCAN_EXECUTIONS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_SCAN_EXECUTIONS_FIELDS_ITEM_VALUES!r}"
    )
