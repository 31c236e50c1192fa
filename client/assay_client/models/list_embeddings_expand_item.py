from typing import Literal

ListEmbeddingsExpandItem = Literal["repo", "revision"]

LIST_EMBEDDINGS_EXPAND_ITEM_VALUES: set[ListEmbeddingsExpandItem] = {
    "repo",
    "revision",
}


def check_list_embeddings_expand_item(value: str) -> ListEmbeddingsExpandItem:
    if value in LIST_EMBEDDINGS_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_EMBEDDINGS_EXPAND_ITEM_VALUES!r}"
    )
