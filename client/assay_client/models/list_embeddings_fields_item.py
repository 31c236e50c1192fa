from typing import Literal

ListEmbeddingsFieldsItem = Literal[
    "bits",
    "config",
    "dataset",
    "facts",
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

LIST_EMBEDDINGS_FIELDS_ITEM_VALUES: set[ListEmbeddingsFieldsItem] = {
    "bits",
    "config",
    "dataset",
    "facts",
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


def check_list_embeddings_fields_item(value: str) -> ListEmbeddingsFieldsItem:
    if value in LIST_EMBEDDINGS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_EMBEDDINGS_FIELDS_ITEM_VALUES!r}"
    )
