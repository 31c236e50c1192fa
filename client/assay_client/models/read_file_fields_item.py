from typing import Literal

ReadFileFieldsItem = Literal[
    "git_oid", "id", "path", "repo", "repo_id", "revision", "security", "sha256", "size"
]

READ_FILE_FIELDS_ITEM_VALUES: set[ReadFileFieldsItem] = {
    "git_oid",
    "id",
    "path",
    "repo",
    "repo_id",
    "revision",
    "security",
    "sha256",
    "size",
}


def check_read_file_fields_item(value: str) -> ReadFileFieldsItem:
    if value in READ_FILE_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_FILE_FIELDS_ITEM_VALUES!r}")
