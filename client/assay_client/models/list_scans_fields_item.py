from typing import Literal

ListScansFieldsItem = Literal[
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

LIST_SCANS_FIELDS_ITEM_VALUES: set[ListScansFieldsItem] = {
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


def check_list_scans_fields_item(value: str) -> ListScansFieldsItem:
    if value in LIST_SCANS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_SCANS_FIELDS_ITEM_VALUES!r}"
    )
