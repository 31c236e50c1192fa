from typing import Literal

ReadMeasureFieldsItem = Literal[
    "definition",
    "denominator",
    "earlier",
    "id",
    "interval",
    "newest",
    "note",
    "number",
    "numerator",
    "parts",
    "title",
    "unit",
    "unknown",
    "version",
]

READ_MEASURE_FIELDS_ITEM_VALUES: set[ReadMeasureFieldsItem] = {
    "definition",
    "denominator",
    "earlier",
    "id",
    "interval",
    "newest",
    "note",
    "number",
    "numerator",
    "parts",
    "title",
    "unit",
    "unknown",
    "version",
}


def check_read_measure_fields_item(value: str) -> ReadMeasureFieldsItem:
    if value in READ_MEASURE_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_MEASURE_FIELDS_ITEM_VALUES!r}"
    )
