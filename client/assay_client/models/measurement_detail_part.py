from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.breakdown_row import BreakdownRow


T = TypeVar("T", bound="MeasurementDetailPart")


@_attrs_define
class MeasurementDetailPart:
    """MeasurementDetail with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    measure: str | Unset = UNSET
    version: int | Unset = UNSET
    date: datetime.date | Unset = UNSET
    at: datetime.datetime | Unset = UNSET
    numerator: int | Unset = UNSET
    denominator: int | None | Unset = UNSET
    share: float | None | Unset = UNSET
    unknown: int | Unset = UNSET
    unseen: int | Unset = UNSET
    seconds: float | Unset = UNSET
    breakdown: list[BreakdownRow] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        measure = self.measure

        version = self.version

        date: str | Unset = UNSET
        if not isinstance(self.date, Unset):
            date = self.date.isoformat()

        at: str | Unset = UNSET
        if not isinstance(self.at, Unset):
            at = self.at.isoformat()

        numerator = self.numerator

        denominator: int | None | Unset
        if isinstance(self.denominator, Unset):
            denominator = UNSET
        else:
            denominator = self.denominator

        share: float | None | Unset
        if isinstance(self.share, Unset):
            share = UNSET
        else:
            share = self.share

        unknown = self.unknown

        unseen = self.unseen

        seconds = self.seconds

        breakdown: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.breakdown, Unset):
            breakdown = []
            for breakdown_item_data in self.breakdown:
                breakdown_item = breakdown_item_data.to_dict()
                breakdown.append(breakdown_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if measure is not UNSET:
            field_dict["measure"] = measure
        if version is not UNSET:
            field_dict["version"] = version
        if date is not UNSET:
            field_dict["date"] = date
        if at is not UNSET:
            field_dict["at"] = at
        if numerator is not UNSET:
            field_dict["numerator"] = numerator
        if denominator is not UNSET:
            field_dict["denominator"] = denominator
        if share is not UNSET:
            field_dict["share"] = share
        if unknown is not UNSET:
            field_dict["unknown"] = unknown
        if unseen is not UNSET:
            field_dict["unseen"] = unseen
        if seconds is not UNSET:
            field_dict["seconds"] = seconds
        if breakdown is not UNSET:
            field_dict["breakdown"] = breakdown

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.breakdown_row import BreakdownRow  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        measure = d.pop("measure", UNSET)

        version = d.pop("version", UNSET)

        _date = d.pop("date", UNSET)
        date: datetime.date | Unset
        if isinstance(_date, Unset):
            date = UNSET
        else:
            date = datetime.date.fromisoformat(_date)

        _at = d.pop("at", UNSET)
        at: datetime.datetime | Unset
        if isinstance(_at, Unset):
            at = UNSET
        else:
            at = datetime.datetime.fromisoformat(_at)

        numerator = d.pop("numerator", UNSET)

        def _parse_denominator(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        denominator = _parse_denominator(d.pop("denominator", UNSET))

        def _parse_share(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        share = _parse_share(d.pop("share", UNSET))

        unknown = d.pop("unknown", UNSET)

        unseen = d.pop("unseen", UNSET)

        seconds = d.pop("seconds", UNSET)

        _breakdown = d.pop("breakdown", UNSET)
        breakdown: list[BreakdownRow] | Unset = UNSET
        if _breakdown is not UNSET:
            breakdown = []
            for breakdown_item_data in _breakdown:
                breakdown_item = BreakdownRow.from_dict(breakdown_item_data)

                breakdown.append(breakdown_item)

        measurement_detail_part = cls(
            id=id,
            measure=measure,
            version=version,
            date=date,
            at=at,
            numerator=numerator,
            denominator=denominator,
            share=share,
            unknown=unknown,
            unseen=unseen,
            seconds=seconds,
            breakdown=breakdown,
        )

        measurement_detail_part.additional_properties = d
        return measurement_detail_part

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
