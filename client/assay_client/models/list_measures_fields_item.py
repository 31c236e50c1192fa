from typing import Literal

ListMeasuresFieldsItem = Literal[
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

LIST_MEASURES_FIELDS_ITEM_VALUES: set[ListMeasuresFieldsItem] = {
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


def check_list_measures_fields_item(value: str) -> ListMeasuresFieldsItem:
    if value in LIST_MEASURES_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_MEASURES_FIELDS_ITEM_VALUES!r}"
    )
