from typing import Literal

ListMeasurementsMeasure = Literal[
    "claims",
    "licence-conflicts",
    "missing-attributes",
    "models",
    "name-against-architecture",
    "name-reuse",
    "no-architecture",
    "no-dataset",
    "overstatement",
    "permissions",
    "pickle-share",
    "reach-architectures",
    "reach-authors",
    "reach-datasets",
    "scanner-findings",
    "signed-commits",
    "undocumented",
    "verified-organisations",
]

LIST_MEASUREMENTS_MEASURE_VALUES: set[ListMeasurementsMeasure] = {
    "claims",
    "licence-conflicts",
    "missing-attributes",
    "models",
    "name-against-architecture",
    "name-reuse",
    "no-architecture",
    "no-dataset",
    "overstatement",
    "permissions",
    "pickle-share",
    "reach-architectures",
    "reach-authors",
    "reach-datasets",
    "scanner-findings",
    "signed-commits",
    "undocumented",
    "verified-organisations",
}


def check_list_measurements_measure(value: str) -> ListMeasurementsMeasure:
    if value in LIST_MEASUREMENTS_MEASURE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_MEASUREMENTS_MEASURE_VALUES!r}"
    )
