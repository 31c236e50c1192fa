from typing import Literal

ListFilesFieldsItem = Literal[
    "git_oid", "id", "path", "repo", "repo_id", "revision", "security", "sha256", "size"
]

LIST_FILES_FIELDS_ITEM_VALUES: set[ListFilesFieldsItem] = {
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


def check_list_files_fields_item(value: str) -> ListFilesFieldsItem:
    if value in LIST_FILES_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_FILES_FIELDS_ITEM_VALUES!r}"
    )
