from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.scan_execution_part_expanded import ScanExecutionPartExpanded


T = TypeVar("T", bound="ScanExecutionPart")


@_attrs_define
class ScanExecutionPart:
    """ScanExecution with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    scan: int | Unset = UNSET
    slot: datetime.datetime | None | Unset = UNSET
    state: str | Unset = UNSET
    """

    Known words: waiting, planning, running, paused, done, stopped, missed. """
    code: str | Unset = UNSET
    reason: str | Unset = UNSET
    selection: str | Unset = UNSET
    checks: list[str] | Unset = UNSET
    options: Any | Unset = UNSET
    selected: int | None | Unset = UNSET
    repos: int | Unset = UNSET
    is_planned: bool | Unset = UNSET
    counts: Any | Unset = UNSET
    begun: int | Unset = UNSET
    measuring_s: float | Unset = UNSET
    gpu_s: float | Unset = UNSET
    bytes_: int | Unset = UNSET
    totals: Any | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    expanded: ScanExecutionPartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        scan = self.scan

        slot: None | str | Unset
        if isinstance(self.slot, Unset):
            slot = UNSET
        elif isinstance(self.slot, datetime.datetime):
            slot = self.slot.isoformat()
        else:
            slot = self.slot

        state = self.state

        code = self.code

        reason = self.reason

        selection = self.selection

        checks: list[str] | Unset = UNSET
        if not isinstance(self.checks, Unset):
            checks = self.checks

        options = self.options

        selected: int | None | Unset
        if isinstance(self.selected, Unset):
            selected = UNSET
        else:
            selected = self.selected

        repos = self.repos

        is_planned = self.is_planned

        counts = self.counts

        begun = self.begun

        measuring_s = self.measuring_s

        gpu_s = self.gpu_s

        bytes_ = self.bytes_

        totals = self.totals

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        started_at: None | str | Unset
        if isinstance(self.started_at, Unset):
            started_at = UNSET
        elif isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        finished_at: None | str | Unset
        if isinstance(self.finished_at, Unset):
            finished_at = UNSET
        elif isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        expanded: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expanded, Unset):
            expanded = self.expanded.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if scan is not UNSET:
            field_dict["scan"] = scan
        if slot is not UNSET:
            field_dict["slot"] = slot
        if state is not UNSET:
            field_dict["state"] = state
        if code is not UNSET:
            field_dict["code"] = code
        if reason is not UNSET:
            field_dict["reason"] = reason
        if selection is not UNSET:
            field_dict["selection"] = selection
        if checks is not UNSET:
            field_dict["checks"] = checks
        if options is not UNSET:
            field_dict["options"] = options
        if selected is not UNSET:
            field_dict["selected"] = selected
        if repos is not UNSET:
            field_dict["repos"] = repos
        if is_planned is not UNSET:
            field_dict["is_planned"] = is_planned
        if counts is not UNSET:
            field_dict["counts"] = counts
        if begun is not UNSET:
            field_dict["begun"] = begun
        if measuring_s is not UNSET:
            field_dict["measuring_s"] = measuring_s
        if gpu_s is not UNSET:
            field_dict["gpu_s"] = gpu_s
        if bytes_ is not UNSET:
            field_dict["bytes"] = bytes_
        if totals is not UNSET:
            field_dict["totals"] = totals
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.scan_execution_part_expanded import ScanExecutionPartExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        scan = d.pop("scan", UNSET)

        def _parse_slot(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                slot_type_0 = datetime.datetime.fromisoformat(data)

                return slot_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        slot = _parse_slot(d.pop("slot", UNSET))

        state = d.pop("state", UNSET)

        code = d.pop("code", UNSET)

        reason = d.pop("reason", UNSET)

        selection = d.pop("selection", UNSET)

        checks = cast(list[str], d.pop("checks", UNSET))

        options = d.pop("options", UNSET)

        def _parse_selected(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        selected = _parse_selected(d.pop("selected", UNSET))

        repos = d.pop("repos", UNSET)

        is_planned = d.pop("is_planned", UNSET)

        counts = d.pop("counts", UNSET)

        begun = d.pop("begun", UNSET)

        measuring_s = d.pop("measuring_s", UNSET)

        gpu_s = d.pop("gpu_s", UNSET)

        bytes_ = d.pop("bytes", UNSET)

        totals = d.pop("totals", UNSET)

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        def _parse_started_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        started_at = _parse_started_at(d.pop("started_at", UNSET))

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

        _expanded = d.pop("expanded", UNSET)
        expanded: ScanExecutionPartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = ScanExecutionPartExpanded.from_dict(_expanded)

        scan_execution_part = cls(
            id=id,
            scan=scan,
            slot=slot,
            state=state,
            code=code,
            reason=reason,
            selection=selection,
            checks=checks,
            options=options,
            selected=selected,
            repos=repos,
            is_planned=is_planned,
            counts=counts,
            begun=begun,
            measuring_s=measuring_s,
            gpu_s=gpu_s,
            bytes_=bytes_,
            totals=totals,
            created_at=created_at,
            started_at=started_at,
            finished_at=finished_at,
            expanded=expanded,
        )

        scan_execution_part.additional_properties = d
        return scan_execution_part

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
