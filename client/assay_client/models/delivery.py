from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Delivery")


@_attrs_define
class Delivery:
    """A message to a webhook, and the answer to the last attempt."""

    id: int
    webhook: int
    message: str
    """ The header `webhook-id`. """
    event: str
    at: datetime.datetime
    """ When it happened. """
    state: str
    """

    Known words: waiting, sending, delivered, failed. """
    attempt: int
    next_at: datetime.datetime
    tried_at: datetime.datetime | None | Unset = UNSET
    status_code: int | None | Unset = UNSET
    duration_ms: int | None | Unset = UNSET
    error: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        webhook = self.webhook

        message = self.message

        event = self.event

        at = self.at.isoformat()

        state = self.state

        attempt = self.attempt

        next_at = self.next_at.isoformat()

        tried_at: None | str | Unset
        if isinstance(self.tried_at, Unset):
            tried_at = UNSET
        elif isinstance(self.tried_at, datetime.datetime):
            tried_at = self.tried_at.isoformat()
        else:
            tried_at = self.tried_at

        status_code: int | None | Unset
        if isinstance(self.status_code, Unset):
            status_code = UNSET
        else:
            status_code = self.status_code

        duration_ms: int | None | Unset
        if isinstance(self.duration_ms, Unset):
            duration_ms = UNSET
        else:
            duration_ms = self.duration_ms

        error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "webhook": webhook,
                "message": message,
                "event": event,
                "at": at,
                "state": state,
                "attempt": attempt,
                "next_at": next_at,
            }
        )
        if tried_at is not UNSET:
            field_dict["tried_at"] = tried_at
        if status_code is not UNSET:
            field_dict["status_code"] = status_code
        if duration_ms is not UNSET:
            field_dict["duration_ms"] = duration_ms
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        webhook = d.pop("webhook")

        message = d.pop("message")

        event = d.pop("event")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        state = d.pop("state")

        attempt = d.pop("attempt")

        next_at = datetime.datetime.fromisoformat(d.pop("next_at"))

        def _parse_tried_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                tried_at_type_0 = datetime.datetime.fromisoformat(data)

                return tried_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        tried_at = _parse_tried_at(d.pop("tried_at", UNSET))

        def _parse_status_code(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        status_code = _parse_status_code(d.pop("status_code", UNSET))

        def _parse_duration_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        duration_ms = _parse_duration_ms(d.pop("duration_ms", UNSET))

        error = d.pop("error", UNSET)

        delivery = cls(
            id=id,
            webhook=webhook,
            message=message,
            event=event,
            at=at,
            state=state,
            attempt=attempt,
            next_at=next_at,
            tried_at=tried_at,
            status_code=status_code,
            duration_ms=duration_ms,
            error=error,
        )

        delivery.additional_properties = d
        return delivery

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
