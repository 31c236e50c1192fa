from typing import Literal

ListDatasetsSort = Literal["-claims", "-measured", "id"]

LIST_DATASETS_SORT_VALUES: set[ListDatasetsSort] = {
    "-claims",
    "-measured",
    "id",
}


def check_list_datasets_sort(value: str) -> ListDatasetsSort:
    if value in LIST_DATASETS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_DATASETS_SORT_VALUES!r}")
