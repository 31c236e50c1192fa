from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.breakdown import Breakdown
    from ..models.earlier import Earlier
    from ..models.interval import Interval
    from ..models.measurement_detail import MeasurementDetail


T = TypeVar("T", bound="MeasurePart")


@_attrs_define
class MeasurePart:
    """Measure with `fields`: only those that were asked for."""

    id: str | Unset = UNSET
    version: int | Unset = UNSET
    number: str | Unset = UNSET
    """ M1 to M8 of the study of 2022. """
    title: str | Unset = UNSET
    definition: str | Unset = UNSET
    unit: str | Unset = UNSET
    numerator: str | Unset = UNSET
    denominator: str | Unset = UNSET
    unknown: str | Unset = UNSET
    note: str | Unset = UNSET
    parts: list[Breakdown] | Unset = UNSET
    earlier: Earlier | None | Unset = UNSET
    newest: MeasurementDetail | None | Unset = UNSET
    interval: Interval | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.earlier import Earlier  # noqa: PLC0415
        from ..models.interval import Interval  # noqa: PLC0415
        from ..models.measurement_detail import MeasurementDetail  # noqa: PLC0415

        id = self.id

        version = self.version

        number = self.number

        title = self.title

        definition = self.definition

        unit = self.unit

        numerator = self.numerator

        denominator = self.denominator

        unknown = self.unknown

        note = self.note

        parts: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.parts, Unset):
            parts = []
            for parts_item_data in self.parts:
                parts_item = parts_item_data.to_dict()
                parts.append(parts_item)

        earlier: dict[str, Any] | None | Unset
        if isinstance(self.earlier, Unset):
            earlier = UNSET
        elif isinstance(self.earlier, Earlier):
            earlier = self.earlier.to_dict()
        else:
            earlier = self.earlier

        newest: dict[str, Any] | None | Unset
        if isinstance(self.newest, Unset):
            newest = UNSET
        elif isinstance(self.newest, MeasurementDetail):
            newest = self.newest.to_dict()
        else:
            newest = self.newest

        interval: dict[str, Any] | None | Unset
        if isinstance(self.interval, Unset):
            interval = UNSET
        elif isinstance(self.interval, Interval):
            interval = self.interval.to_dict()
        else:
            interval = self.interval

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if version is not UNSET:
            field_dict["version"] = version
        if number is not UNSET:
            field_dict["number"] = number
        if title is not UNSET:
            field_dict["title"] = title
        if definition is not UNSET:
            field_dict["definition"] = definition
        if unit is not UNSET:
            field_dict["unit"] = unit
        if numerator is not UNSET:
            field_dict["numerator"] = numerator
        if denominator is not UNSET:
            field_dict["denominator"] = denominator
        if unknown is not UNSET:
            field_dict["unknown"] = unknown
        if note is not UNSET:
            field_dict["note"] = note
        if parts is not UNSET:
            field_dict["parts"] = parts
        if earlier is not UNSET:
            field_dict["earlier"] = earlier
        if newest is not UNSET:
            field_dict["newest"] = newest
        if interval is not UNSET:
            field_dict["interval"] = interval

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.breakdown import Breakdown  # noqa: PLC0415
        from ..models.earlier import Earlier  # noqa: PLC0415
        from ..models.interval import Interval  # noqa: PLC0415
        from ..models.measurement_detail import MeasurementDetail  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        version = d.pop("version", UNSET)

        number = d.pop("number", UNSET)

        title = d.pop("title", UNSET)

        definition = d.pop("definition", UNSET)

        unit = d.pop("unit", UNSET)

        numerator = d.pop("numerator", UNSET)

        denominator = d.pop("denominator", UNSET)

        unknown = d.pop("unknown", UNSET)

        note = d.pop("note", UNSET)

        _parts = d.pop("parts", UNSET)
        parts: list[Breakdown] | Unset = UNSET
        if _parts is not UNSET:
            parts = []
            for parts_item_data in _parts:
                parts_item = Breakdown.from_dict(parts_item_data)

                parts.append(parts_item)

        def _parse_earlier(data: object) -> Earlier | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                earlier_type_0 = Earlier.from_dict(data)

                return earlier_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Earlier | None | Unset, data)

        earlier = _parse_earlier(d.pop("earlier", UNSET))

        def _parse_newest(data: object) -> MeasurementDetail | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                newest_type_0 = MeasurementDetail.from_dict(data)

                return newest_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MeasurementDetail | None | Unset, data)

        newest = _parse_newest(d.pop("newest", UNSET))

        def _parse_interval(data: object) -> Interval | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                interval_type_0 = Interval.from_dict(data)

                return interval_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Interval | None | Unset, data)

        interval = _parse_interval(d.pop("interval", UNSET))

        measure_part = cls(
            id=id,
            version=version,
            number=number,
            title=title,
            definition=definition,
            unit=unit,
            numerator=numerator,
            denominator=denominator,
            unknown=unknown,
            note=note,
            parts=parts,
            earlier=earlier,
            newest=newest,
            interval=interval,
        )

        measure_part.additional_properties = d
        return measure_part

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
