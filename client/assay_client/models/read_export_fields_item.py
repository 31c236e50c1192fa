from typing import Literal

ReadExportFieldsItem = Literal[
    "at", "bytes", "files", "licence", "manifest", "name", "schema_version"
]

READ_EXPORT_FIELDS_ITEM_VALUES: set[ReadExportFieldsItem] = {
    "at",
    "bytes",
    "files",
    "licence",
    "manifest",
    "name",
    "schema_version",
}


def check_read_export_fields_item(value: str) -> ReadExportFieldsItem:
    if value in READ_EXPORT_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_EXPORT_FIELDS_ITEM_VALUES!r}"
    )
