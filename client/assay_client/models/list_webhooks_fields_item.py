from typing import Literal

ListWebhooksFieldsItem = Literal[
    "author",
    "check",
    "created_at",
    "delivered_at",
    "events",
    "failing_since",
    "id",
    "quiet_until",
    "reason",
    "repo",
    "state",
    "url",
]

LIST_WEBHOOKS_FIELDS_ITEM_VALUES: set[ListWebhooksFieldsItem] = {
    "author",
    "check",
    "created_at",
    "delivered_at",
    "events",
    "failing_since",
    "id",
    "quiet_until",
    "reason",
    "repo",
    "state",
    "url",
}


def check_list_webhooks_fields_item(value: str) -> ListWebhooksFieldsItem:
    if value in LIST_WEBHOOKS_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_WEBHOOKS_FIELDS_ITEM_VALUES!r}"
    )
