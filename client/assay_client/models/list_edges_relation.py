from typing import Literal

ListEdgesRelation = Literal["adapter", "distilled", "finetune", "merge", "quantized", "unknown"]

LIST_EDGES_RELATION_VALUES: set[ListEdgesRelation] = {
    "adapter",
    "distilled",
    "finetune",
    "merge",
    "quantized",
    "unknown",
}


def check_list_edges_relation(value: str) -> ListEdgesRelation:
    if value in LIST_EDGES_RELATION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_EDGES_RELATION_VALUES!r}")
