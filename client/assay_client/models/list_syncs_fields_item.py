from typing import Literal

ListSyncsFieldsItem = Literal[
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

LIST_SYNCS_FIELDS_ITEM_VALUES: set[ListSyncsFieldsItem] = {
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


def check_list_syncs_fields_item(value: str) -> ListSyncsFieldsItem:
    if value in LIST_SYNCS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_SYNCS_FIELDS_ITEM_VALUES!r}"
    )
