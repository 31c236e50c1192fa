from typing import Literal

ReadDatasetFieldsItem = Literal[
    "choices",
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

READ_DATASET_FIELDS_ITEM_VALUES: set[ReadDatasetFieldsItem] = {
    "choices",
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


def check_read_dataset_fields_item(value: str) -> ReadDatasetFieldsItem:
    if value in READ_DATASET_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_DATASET_FIELDS_ITEM_VALUES!r}"
    )
