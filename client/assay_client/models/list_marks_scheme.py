from typing import Literal

ListMarksScheme = Literal[
    "blackmarks", "deepsigns", "frontier", "greenlist", "synthid", "triggers", "uchida"
]

LIST_MARKS_SCHEME_VALUES: set[ListMarksScheme] = {
    "blackmarks",
    "deepsigns",
    "frontier",
    "greenlist",
    "synthid",
    "triggers",
    "uchida",
}


def check_list_marks_scheme(value: str) -> ListMarksScheme:
    if value in LIST_MARKS_SCHEME_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_MARKS_SCHEME_VALUES!r}")
