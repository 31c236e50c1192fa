from typing import Literal

ListExportsFieldsItem = Literal[
    "at", "bytes", "files", "licence", "manifest", "name", "schema_version"
]

LIST_EXPORTS_FIELDS_ITEM_VALUES: set[ListExportsFieldsItem] = {
    "at",
    "bytes",
    "files",
    "licence",
    "manifest",
    "name",
    "schema_version",
}


def check_list_exports_fields_item(value: str) -> ListExportsFieldsItem:
    if value in LIST_EXPORTS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_EXPORTS_FIELDS_ITEM_VALUES!r}"
    )
