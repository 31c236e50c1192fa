from typing import Literal

ReadEmbeddingFieldsItem = Literal[
    "bits",
    "config",
    "dataset",
    "facts",
    "files",
    "finished_at",
    "home",
    "id",
    "images",
    "mark",
    "name",
    "note",
    "progress",
    "reason",
    "repo",
    "repo_id",
    "requested_at",
    "revision",
    "scheme",
    "split",
    "started_at",
    "state",
    "total",
]

READ_EMBEDDING_FIELDS_ITEM_VALUES: set[ReadEmbeddingFieldsItem] = {
    "bits",
    "config",
    "dataset",
    "facts",
    "files",
    "finished_at",
    "home",
    "id",
    "images",
    "mark",
    "name",
    "note",
    "progress",
    "reason",
    "repo",
    "repo_id",
    "requested_at",
    "revision",
    "scheme",
    "split",
    "started_at",
    "state",
    "total",
}


def check_read_embedding_fields_item(value: str) -> ReadEmbeddingFieldsItem:
    if value in READ_EMBEDDING_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_EMBEDDING_FIELDS_ITEM_VALUES!r}"
    )
