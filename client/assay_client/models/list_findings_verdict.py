from typing import Literal

ListFindingsVerdict = Literal[
    "confirmed", "fail", "inconclusive", "measured", "overstated", "pass", "understated", "warn"
]

LIST_FINDINGS_VERDICT_VALUES: set[ListFindingsVerdict] = {
    "confirmed",
    "fail",
    "inconclusive",
    "measured",
    "overstated",
    "pass",
    "understated",
    "warn",
}


def check_list_findings_verdict(value: str) -> ListFindingsVerdict:
    if value in LIST_FINDINGS_VERDICT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_FINDINGS_VERDICT_VALUES!r}")
