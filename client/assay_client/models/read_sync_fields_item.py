from typing import Literal

ReadSyncFieldsItem = Literal[
    "changed",
    "created",
    "failed",
    "finished_at",
    "hub",
    "id",
    "kind",
    "limit",
    "pages",
    "reason",
    "seen",
    "started_at",
    "status",
    "unchanged",
    "watermark",
]

READ_SYNC_FIELDS_ITEM_VALUES: set[ReadSyncFieldsItem] = {
    "changed",
    "created",
    "failed",
    "finished_at",
    "hub",
    "id",
    "kind",
    "limit",
    "pages",
    "reason",
    "seen",
    "started_at",
    "status",
    "unchanged",
    "watermark",
}


def check_read_sync_fields_item(value: str) -> ReadSyncFieldsItem:
    if value in READ_SYNC_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_SYNC_FIELDS_ITEM_VALUES!r}")
