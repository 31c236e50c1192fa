from typing import Literal

ListMeasurementsFieldsItem = Literal[
    "at",
    "date",
    "denominator",
    "id",
    "measure",
    "numerator",
    "seconds",
    "share",
    "unknown",
    "unseen",
    "version",
]

LIST_MEASUREMENTS_FIELDS_ITEM_VALUES: set[ListMeasurementsFieldsItem] = {
    "at",
    "date",
    "denominator",
    "id",
    "measure",
    "numerator",
    "seconds",
    "share",
    "unknown",
    "unseen",
    "version",
}


def check_list_measurements_fields_item(value: str) -> ListMeasurementsFieldsItem:
    if value in LIST_MEASUREMENTS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_MEASUREMENTS_FIELDS_ITEM_VALUES!r}"
    )
