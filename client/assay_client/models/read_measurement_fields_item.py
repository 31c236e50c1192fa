from typing import Literal

ReadMeasurementFieldsItem = Literal[
    "at",
    "breakdown",
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

READ_MEASUREMENT_FIELDS_ITEM_VALUES: set[ReadMeasurementFieldsItem] = {
    "at",
    "breakdown",
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


def check_read_measurement_fields_item(value: str) -> ReadMeasurementFieldsItem:
    if value in READ_MEASUREMENT_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_MEASUREMENT_FIELDS_ITEM_VALUES!r}"
    )
