from typing import Literal

ListWebhookDeliveriesSort = Literal["-id", "id"]

LIST_WEBHOOK_DELIVERIES_SORT_VALUES: set[ListWebhookDeliveriesSort] = {
    "-id",
    "id",
}


def check_list_webhook_deliveries_sort(value: str) -> ListWebhookDeliveriesSort:
    if value in LIST_WEBHOOK_DELIVERIES_SORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_WEBHOOK_DELIVERIES_SORT_VALUES!r}"
    )
