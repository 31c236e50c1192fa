from typing import Literal

ListEmbeddingsState = Literal["cancelled", "done", "failed", "queued", "running"]

LIST_EMBEDDINGS_STATE_VALUES: set[ListEmbeddingsState] = {
    "cancelled",
    "done",
    "failed",
    "queued",
    "running",
}


def check_list_embeddings_state(value: str) -> ListEmbeddingsState:
    if value in LIST_EMBEDDINGS_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_EMBEDDINGS_STATE_VALUES!r}")
