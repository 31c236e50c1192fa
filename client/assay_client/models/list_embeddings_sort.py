from typing import Literal

ListEmbeddingsSort = Literal["-id", "id"]

LIST_EMBEDDINGS_SORT_VALUES: set[ListEmbeddingsSort] = {
    "-id",
    "id",
}


def check_list_embeddings_sort(value: str) -> ListEmbeddingsSort:
    if value in LIST_EMBEDDINGS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_EMBEDDINGS_SORT_VALUES!r}")
