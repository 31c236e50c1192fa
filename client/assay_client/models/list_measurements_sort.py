from typing import Literal

ListMeasurementsSort = Literal["-date", "date"]

LIST_MEASUREMENTS_SORT_VALUES: set[ListMeasurementsSort] = {
    "-date",
    "date",
}


def check_list_measurements_sort(value: str) -> ListMeasurementsSort:
    if value in LIST_MEASUREMENTS_SORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_MEASUREMENTS_SORT_VALUES!r}"
    )
