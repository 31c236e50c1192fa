from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.breakdown_row import BreakdownRow


T = TypeVar("T", bound="MeasurementDetail")


@_attrs_define
class MeasurementDetail:
    """The answer with its breakdown."""

    id: int
    measure: str
    version: int
    date: datetime.date
    at: datetime.datetime
    numerator: int
    share: float | None
    seconds: float
    breakdown: list[BreakdownRow]
    denominator: int | None | Unset = UNSET
    unknown: int | Unset = UNSET
    unseen: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        measure = self.measure

        version = self.version

        date = self.date.isoformat()

        at = self.at.isoformat()

        numerator = self.numerator

        share: float | None
        share = self.share

        seconds = self.seconds

        breakdown = []
        for breakdown_item_data in self.breakdown:
            breakdown_item = breakdown_item_data.to_dict()
            breakdown.append(breakdown_item)

        denominator: int | None | Unset
        if isinstance(self.denominator, Unset):
            denominator = UNSET
        else:
            denominator = self.denominator

        unknown = self.unknown

        unseen = self.unseen

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "measure": measure,
                "version": version,
                "date": date,
                "at": at,
                "numerator": numerator,
                "share": share,
                "seconds": seconds,
                "breakdown": breakdown,
            }
        )
        if denominator is not UNSET:
            field_dict["denominator"] = denominator
        if unknown is not UNSET:
            field_dict["unknown"] = unknown
        if unseen is not UNSET:
            field_dict["unseen"] = unseen

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.breakdown_row import BreakdownRow  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        measure = d.pop("measure")

        version = d.pop("version")

        date = datetime.date.fromisoformat(d.pop("date"))

        at = datetime.datetime.fromisoformat(d.pop("at"))

        numerator = d.pop("numerator")

        def _parse_share(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        share = _parse_share(d.pop("share"))

        seconds = d.pop("seconds")

        breakdown = []
        _breakdown = d.pop("breakdown")
        for breakdown_item_data in _breakdown:
            breakdown_item = BreakdownRow.from_dict(breakdown_item_data)

            breakdown.append(breakdown_item)

        def _parse_denominator(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        denominator = _parse_denominator(d.pop("denominator", UNSET))

        unknown = d.pop("unknown", UNSET)

        unseen = d.pop("unseen", UNSET)

        measurement_detail = cls(
            id=id,
            measure=measure,
            version=version,
            date=date,
            at=at,
            numerator=numerator,
            share=share,
            seconds=seconds,
            breakdown=breakdown,
            denominator=denominator,
            unknown=unknown,
            unseen=unseen,
        )

        measurement_detail.additional_properties = d
        return measurement_detail

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
