from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Sync")


@_attrs_define
class Sync:
    """A pass over a hub."""

    id: int
    hub: str
    started_at: datetime.datetime
    kind: str | Unset = UNSET
    """

    Known words: full, recent, named. """
    status: str | Unset = UNSET
    """

    Known words: running, done, stopped. """
    reason: str | Unset = UNSET
    limit: int | None | Unset = UNSET
    watermark: datetime.datetime | None | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    pages: int | Unset = UNSET
    seen: int | Unset = UNSET
    created: int | Unset = UNSET
    changed: int | Unset = UNSET
    unchanged: int | Unset = UNSET
    failed: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        hub = self.hub

        started_at = self.started_at.isoformat()

        kind = self.kind

        status = self.status

        reason = self.reason

        limit: int | None | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        watermark: None | str | Unset
        if isinstance(self.watermark, Unset):
            watermark = UNSET
        elif isinstance(self.watermark, datetime.datetime):
            watermark = self.watermark.isoformat()
        else:
            watermark = self.watermark

        finished_at: None | str | Unset
        if isinstance(self.finished_at, Unset):
            finished_at = UNSET
        elif isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        pages = self.pages

        seen = self.seen

        created = self.created

        changed = self.changed

        unchanged = self.unchanged

        failed = self.failed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "hub": hub,
                "started_at": started_at,
            }
        )
        if kind is not UNSET:
            field_dict["kind"] = kind
        if status is not UNSET:
            field_dict["status"] = status
        if reason is not UNSET:
            field_dict["reason"] = reason
        if limit is not UNSET:
            field_dict["limit"] = limit
        if watermark is not UNSET:
            field_dict["watermark"] = watermark
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if pages is not UNSET:
            field_dict["pages"] = pages
        if seen is not UNSET:
            field_dict["seen"] = seen
        if created is not UNSET:
            field_dict["created"] = created
        if changed is not UNSET:
            field_dict["changed"] = changed
        if unchanged is not UNSET:
            field_dict["unchanged"] = unchanged
        if failed is not UNSET:
            field_dict["failed"] = failed

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        hub = d.pop("hub")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        kind = d.pop("kind", UNSET)

        status = d.pop("status", UNSET)

        reason = d.pop("reason", UNSET)

        def _parse_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        limit = _parse_limit(d.pop("limit", UNSET))

        def _parse_watermark(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                watermark_type_0 = datetime.datetime.fromisoformat(data)

                return watermark_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        watermark = _parse_watermark(d.pop("watermark", UNSET))

        def _parse_finished_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        finished_at = _parse_finished_at(d.pop("finished_at", UNSET))

        pages = d.pop("pages", UNSET)

        seen = d.pop("seen", UNSET)

        created = d.pop("created", UNSET)

        changed = d.pop("changed", UNSET)

        unchanged = d.pop("unchanged", UNSET)

        failed = d.pop("failed", UNSET)

        sync = cls(
            id=id,
            hub=hub,
            started_at=started_at,
            kind=kind,
            status=status,
            reason=reason,
            limit=limit,
            watermark=watermark,
            finished_at=finished_at,
            pages=pages,
            seen=seen,
            created=created,
            changed=changed,
            unchanged=unchanged,
            failed=failed,
        )

        sync.additional_properties = d
        return sync

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
