from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ScanPart")


@_attrs_define
class ScanPart:
    """Scan with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    name: str | Unset = UNSET
    state: str | Unset = "active"
    """

    Known words: active, paused, removed. """
    selection: str | Unset = UNSET
    checks: list[str] | Unset = UNSET
    options: Any | Unset = UNSET
    schedule: str | Unset = UNSET
    schedule_words: str | Unset = UNSET
    """ Say when it is due; from the row alone. """
    next_slot: datetime.datetime | None | Unset = UNSET
    max_repos: int | None | Unset = UNSET
    max_runs: int | None | Unset = UNSET
    max_minutes: int | None | Unset = UNSET
    max_bytes: int | None | Unset = UNSET
    max_cost: None | str | Unset = UNSET
    gpu_hour_price: str | Unset = UNSET
    window: int | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        state = self.state

        selection = self.selection

        checks: list[str] | Unset = UNSET
        if not isinstance(self.checks, Unset):
            checks = self.checks

        options = self.options

        schedule = self.schedule

        schedule_words = self.schedule_words

        next_slot: None | str | Unset
        if isinstance(self.next_slot, Unset):
            next_slot = UNSET
        elif isinstance(self.next_slot, datetime.datetime):
            next_slot = self.next_slot.isoformat()
        else:
            next_slot = self.next_slot

        max_repos: int | None | Unset
        if isinstance(self.max_repos, Unset):
            max_repos = UNSET
        else:
            max_repos = self.max_repos

        max_runs: int | None | Unset
        if isinstance(self.max_runs, Unset):
            max_runs = UNSET
        else:
            max_runs = self.max_runs

        max_minutes: int | None | Unset
        if isinstance(self.max_minutes, Unset):
            max_minutes = UNSET
        else:
            max_minutes = self.max_minutes

        max_bytes: int | None | Unset
        if isinstance(self.max_bytes, Unset):
            max_bytes = UNSET
        else:
            max_bytes = self.max_bytes

        max_cost: None | str | Unset
        if isinstance(self.max_cost, Unset):
            max_cost = UNSET
        else:
            max_cost = self.max_cost

        gpu_hour_price = self.gpu_hour_price

        window = self.window

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if name is not UNSET:
            field_dict["name"] = name
        if state is not UNSET:
            field_dict["state"] = state
        if selection is not UNSET:
            field_dict["selection"] = selection
        if checks is not UNSET:
            field_dict["checks"] = checks
        if options is not UNSET:
            field_dict["options"] = options
        if schedule is not UNSET:
            field_dict["schedule"] = schedule
        if schedule_words is not UNSET:
            field_dict["schedule_words"] = schedule_words
        if next_slot is not UNSET:
            field_dict["next_slot"] = next_slot
        if max_repos is not UNSET:
            field_dict["max_repos"] = max_repos
        if max_runs is not UNSET:
            field_dict["max_runs"] = max_runs
        if max_minutes is not UNSET:
            field_dict["max_minutes"] = max_minutes
        if max_bytes is not UNSET:
            field_dict["max_bytes"] = max_bytes
        if max_cost is not UNSET:
            field_dict["max_cost"] = max_cost
        if gpu_hour_price is not UNSET:
            field_dict["gpu_hour_price"] = gpu_hour_price
        if window is not UNSET:
            field_dict["window"] = window
        if created_at is not UNSET:
            field_dict["created_at"] = created_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id", UNSET)

        name = d.pop("name", UNSET)

        state = d.pop("state", UNSET)

        selection = d.pop("selection", UNSET)

        checks = cast(list[str], d.pop("checks", UNSET))

        options = d.pop("options", UNSET)

        schedule = d.pop("schedule", UNSET)

        schedule_words = d.pop("schedule_words", UNSET)

        def _parse_next_slot(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_slot_type_0 = datetime.datetime.fromisoformat(data)

                return next_slot_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        next_slot = _parse_next_slot(d.pop("next_slot", UNSET))

        def _parse_max_repos(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_repos = _parse_max_repos(d.pop("max_repos", UNSET))

        def _parse_max_runs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_runs = _parse_max_runs(d.pop("max_runs", UNSET))

        def _parse_max_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_minutes = _parse_max_minutes(d.pop("max_minutes", UNSET))

        def _parse_max_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_bytes = _parse_max_bytes(d.pop("max_bytes", UNSET))

        def _parse_max_cost(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        max_cost = _parse_max_cost(d.pop("max_cost", UNSET))

        gpu_hour_price = d.pop("gpu_hour_price", UNSET)

        window = d.pop("window", UNSET)

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        scan_part = cls(
            id=id,
            name=name,
            state=state,
            selection=selection,
            checks=checks,
            options=options,
            schedule=schedule,
            schedule_words=schedule_words,
            next_slot=next_slot,
            max_repos=max_repos,
            max_runs=max_runs,
            max_minutes=max_minutes,
            max_bytes=max_bytes,
            max_cost=max_cost,
            gpu_hour_price=gpu_hour_price,
            window=window,
            created_at=created_at,
        )

        scan_part.additional_properties = d
        return scan_part

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
