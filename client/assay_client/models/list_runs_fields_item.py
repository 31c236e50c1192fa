from typing import Literal

ListRunsFieldsItem = Literal[
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

LIST_RUNS_FIELDS_ITEM_VALUES: set[ListRunsFieldsItem] = {
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


def check_list_runs_fields_item(value: str) -> ListRunsFieldsItem:
    if value in LIST_RUNS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_RUNS_FIELDS_ITEM_VALUES!r}")
