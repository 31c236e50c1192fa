from typing import Literal

ListDatasetsFieldsItem = Literal[
    "claims",
    "claims_url",
    "confirmed",
    "id",
    "measured",
    "overstated",
    "repos",
    "spellings",
    "understated",
    "url",
]

LIST_DATASETS_FIELDS_ITEM_VALUES: set[ListDatasetsFieldsItem] = {
    "claims",
    "claims_url",
    "confirmed",
    "id",
    "measured",
    "overstated",
    "repos",
    "spellings",
    "understated",
    "url",
}


def check_list_datasets_fields_item(value: str) -> ListDatasetsFieldsItem:
    if value in LIST_DATASETS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_DATASETS_FIELDS_ITEM_VALUES!r}"
    )
