from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.scan_execution_detail_difference import ScanExecutionDetailDifference
    from ..models.scan_execution_detail_expanded import ScanExecutionDetailExpanded
    from ..models.scan_execution_detail_not_done_item import ScanExecutionDetailNotDoneItem


T = TypeVar("T", bound="ScanExecutionDetail")


@_attrs_define
class ScanExecutionDetail:
    """An execution with its difference to the one before, and what could not be done."""

    id: int
    scan: int
    measuring_s: float
    gpu_s: float
    bytes_: int
    created_at: datetime.datetime
    difference: ScanExecutionDetailDifference
    """ Return counts of all changes and the first rows of them. """
    not_done: list[ScanExecutionDetailNotDoneItem]
    """ Return why what was not done. """
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
    totals: Any | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    expanded: ScanExecutionDetailExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        scan = self.scan

        measuring_s = self.measuring_s

        gpu_s = self.gpu_s

        bytes_ = self.bytes_

        created_at = self.created_at.isoformat()

        difference = self.difference.to_dict()

        not_done = []
        for not_done_item_data in self.not_done:
            not_done_item = not_done_item_data.to_dict()
            not_done.append(not_done_item)

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

        totals = self.totals

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
        field_dict.update(
            {
                "id": id,
                "scan": scan,
                "measuring_s": measuring_s,
                "gpu_s": gpu_s,
                "bytes": bytes_,
                "created_at": created_at,
                "difference": difference,
                "not_done": not_done,
            }
        )
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
        if totals is not UNSET:
            field_dict["totals"] = totals
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.scan_execution_detail_difference import ScanExecutionDetailDifference  # noqa: PLC0415
        from ..models.scan_execution_detail_expanded import ScanExecutionDetailExpanded  # noqa: PLC0415
        from ..models.scan_execution_detail_not_done_item import ScanExecutionDetailNotDoneItem  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        scan = d.pop("scan")

        measuring_s = d.pop("measuring_s")

        gpu_s = d.pop("gpu_s")

        bytes_ = d.pop("bytes")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        difference = ScanExecutionDetailDifference.from_dict(d.pop("difference"))

        not_done = []
        _not_done = d.pop("not_done")
        for not_done_item_data in _not_done:
            not_done_item = ScanExecutionDetailNotDoneItem.from_dict(not_done_item_data)

            not_done.append(not_done_item)

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

        totals = d.pop("totals", UNSET)

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
        expanded: ScanExecutionDetailExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = ScanExecutionDetailExpanded.from_dict(_expanded)

        scan_execution_detail = cls(
            id=id,
            scan=scan,
            measuring_s=measuring_s,
            gpu_s=gpu_s,
            bytes_=bytes_,
            created_at=created_at,
            difference=difference,
            not_done=not_done,
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
            totals=totals,
            started_at=started_at,
            finished_at=finished_at,
            expanded=expanded,
        )

        scan_execution_detail.additional_properties = d
        return scan_execution_detail

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
