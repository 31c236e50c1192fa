from typing import Literal

ReadDatasetFieldsItem = Literal["claims", "claims_are_capped", "id", "repos"]

READ_DATASET_FIELDS_ITEM_VALUES: set[ReadDatasetFieldsItem] = {
    "claims",
    "claims_are_capped",
    "id",
    "repos",
}


def check_read_dataset_fields_item(value: str) -> ReadDatasetFieldsItem:
    if value in READ_DATASET_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_DATASET_FIELDS_ITEM_VALUES!r}"
    )
