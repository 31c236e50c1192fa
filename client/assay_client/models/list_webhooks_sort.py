from typing import Literal

ListWebhooksSort = Literal["-id", "id"]

LIST_WEBHOOKS_SORT_VALUES: set[ListWebhooksSort] = {
    "-id",
    "id",
}


def check_list_webhooks_sort(value: str) -> ListWebhooksSort:
    if value in LIST_WEBHOOKS_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_WEBHOOKS_SORT_VALUES!r}")
