from typing import Literal

ReadWebhookFieldsItem = Literal[
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

READ_WEBHOOK_FIELDS_ITEM_VALUES: set[ReadWebhookFieldsItem] = {
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


def check_read_webhook_fields_item(value: str) -> ReadWebhookFieldsItem:
    if value in READ_WEBHOOK_FIELDS_ITEM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {READ_WEBHOOK_FIELDS_ITEM_VALUES!r}"
    )
