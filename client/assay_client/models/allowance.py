from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Allowance")


@_attrs_define
class Allowance:
    """One window of calls of a hub."""

    origin: str
    identity: str
    """ Who asks: anonymous, or the mark of a token. """
    bucket: str
    quota: int | None
    length_s: float
    left: int | None
    until: datetime.datetime | None
    blocked_until: datetime.datetime | None
    rate: float
    """ Calls a minute. """
    refused: int
    """ Answers of status 429 so far. """
    changed_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        origin = self.origin

        identity = self.identity

        bucket = self.bucket

        quota: int | None
        quota = self.quota

        length_s = self.length_s

        left: int | None
        left = self.left

        until: None | str
        if isinstance(self.until, datetime.datetime):
            until = self.until.isoformat()
        else:
            until = self.until

        blocked_until: None | str
        if isinstance(self.blocked_until, datetime.datetime):
            blocked_until = self.blocked_until.isoformat()
        else:
            blocked_until = self.blocked_until

        rate = self.rate

        refused = self.refused

        changed_at = self.changed_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "origin": origin,
                "identity": identity,
                "bucket": bucket,
                "quota": quota,
                "length_s": length_s,
                "left": left,
                "until": until,
                "blocked_until": blocked_until,
                "rate": rate,
                "refused": refused,
                "changed_at": changed_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        origin = d.pop("origin")

        identity = d.pop("identity")

        bucket = d.pop("bucket")

        def _parse_quota(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        quota = _parse_quota(d.pop("quota"))

        length_s = d.pop("length_s")

        def _parse_left(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        left = _parse_left(d.pop("left"))

        def _parse_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                until_type_0 = datetime.datetime.fromisoformat(data)

                return until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        until = _parse_until(d.pop("until"))

        def _parse_blocked_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                blocked_until_type_0 = datetime.datetime.fromisoformat(data)

                return blocked_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        blocked_until = _parse_blocked_until(d.pop("blocked_until"))

        rate = d.pop("rate")

        refused = d.pop("refused")

        changed_at = datetime.datetime.fromisoformat(d.pop("changed_at"))

        allowance = cls(
            origin=origin,
            identity=identity,
            bucket=bucket,
            quota=quota,
            length_s=length_s,
            left=left,
            until=until,
            blocked_until=blocked_until,
            rate=rate,
            refused=refused,
            changed_at=changed_at,
        )

        allowance.additional_properties = d
        return allowance

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
