from typing import Literal

ListEdgesBasis = Literal["declared", "measured"]

LIST_EDGES_BASIS_VALUES: set[ListEdgesBasis] = {
    "declared",
    "measured",
}


def check_list_edges_basis(value: str) -> ListEdgesBasis:
    if value in LIST_EDGES_BASIS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_EDGES_BASIS_VALUES!r}")
