from typing import Literal

ReadScanFieldsItem = Literal[
    "checks",
    "created_at",
    "gpu_hour_price",
    "id",
    "max_bytes",
    "max_cost",
    "max_minutes",
    "max_repos",
    "max_runs",
    "name",
    "next_slot",
    "options",
    "schedule",
    "schedule_words",
    "selection",
    "state",
    "window",
]

READ_SCAN_FIELDS_ITEM_VALUES: set[ReadScanFieldsItem] = {
    "checks",
    "created_at",
    "gpu_hour_price",
    "id",
    "max_bytes",
    "max_cost",
    "max_minutes",
    "max_repos",
    "max_runs",
    "name",
    "next_slot",
    "options",
    "schedule",
    "schedule_words",
    "selection",
    "state",
    "window",
}


def check_read_scan_fields_item(value: str) -> ReadScanFieldsItem:
    if value in READ_SCAN_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_SCAN_FIELDS_ITEM_VALUES!r}")
