from typing import Literal

ReadEmbeddingExpandItem = Literal["repo", "revision"]

READ_EMBEDDING_EXPAND_ITEM_VALUES: set[ReadEmbeddingExpandItem] = {
    "repo",
    "revision",
}


def check_read_embedding_expand_item(value: str) -> ReadEmbeddingExpandItem:
    if value in READ_EMBEDDING_EXPAND_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_EMBEDDING_EXPAND_ITEM_VALUES!r}"
    )
