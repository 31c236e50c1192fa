from typing import Literal

ReadRunFieldsItem = Literal[
    "attempt",
    "check",
    "claim",
    "code",
    "created_at",
    "finding",
    "finished_at",
    "id",
    "note",
    "options",
    "progress",
    "queue",
    "reason",
    "repo",
    "repo_id",
    "revision",
    "stage",
    "started_at",
    "status",
    "total",
]

READ_RUN_FIELDS_ITEM_VALUES: set[ReadRunFieldsItem] = {
    "attempt",
    "check",
    "claim",
    "code",
    "created_at",
    "finding",
    "finished_at",
    "id",
    "note",
    "options",
    "progress",
    "queue",
    "reason",
    "repo",
    "repo_id",
    "revision",
    "stage",
    "started_at",
    "status",
    "total",
}


def check_read_run_fields_item(value: str) -> ReadRunFieldsItem:
    if value in READ_RUN_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_RUN_FIELDS_ITEM_VALUES!r}")
