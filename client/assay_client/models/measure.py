from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.breakdown import Breakdown
    from ..models.earlier import Earlier
    from ..models.interval import Interval
    from ..models.measurement_detail import MeasurementDetail


T = TypeVar("T", bound="Measure")


@_attrs_define
class Measure:
    """A measure: its definition, the figures before, and its newest answer."""

    id: str
    version: int
    number: str
    """ M1 to M8 of the study of 2022. """
    title: str
    definition: str
    unit: str
    numerator: str
    denominator: str
    unknown: str
    note: str
    parts: list[Breakdown]
    earlier: Earlier | None
    newest: MeasurementDetail | None
    interval: Interval | None
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

        parts = []
        for parts_item_data in self.parts:
            parts_item = parts_item_data.to_dict()
            parts.append(parts_item)

        earlier: dict[str, Any] | None
        if isinstance(self.earlier, Earlier):
            earlier = self.earlier.to_dict()
        else:
            earlier = self.earlier

        newest: dict[str, Any] | None
        if isinstance(self.newest, MeasurementDetail):
            newest = self.newest.to_dict()
        else:
            newest = self.newest

        interval: dict[str, Any] | None
        if isinstance(self.interval, Interval):
            interval = self.interval.to_dict()
        else:
            interval = self.interval

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "version": version,
                "number": number,
                "title": title,
                "definition": definition,
                "unit": unit,
                "numerator": numerator,
                "denominator": denominator,
                "unknown": unknown,
                "note": note,
                "parts": parts,
                "earlier": earlier,
                "newest": newest,
                "interval": interval,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.breakdown import Breakdown  # noqa: PLC0415
        from ..models.earlier import Earlier  # noqa: PLC0415
        from ..models.interval import Interval  # noqa: PLC0415
        from ..models.measurement_detail import MeasurementDetail  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        version = d.pop("version")

        number = d.pop("number")

        title = d.pop("title")

        definition = d.pop("definition")

        unit = d.pop("unit")

        numerator = d.pop("numerator")

        denominator = d.pop("denominator")

        unknown = d.pop("unknown")

        note = d.pop("note")

        parts = []
        _parts = d.pop("parts")
        for parts_item_data in _parts:
            parts_item = Breakdown.from_dict(parts_item_data)

            parts.append(parts_item)

        def _parse_earlier(data: object) -> Earlier | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                earlier_type_0 = Earlier.from_dict(data)

                return earlier_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Earlier | None, data)

        earlier = _parse_earlier(d.pop("earlier"))

        def _parse_newest(data: object) -> MeasurementDetail | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                newest_type_0 = MeasurementDetail.from_dict(data)

                return newest_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MeasurementDetail | None, data)

        newest = _parse_newest(d.pop("newest"))

        def _parse_interval(data: object) -> Interval | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                interval_type_0 = Interval.from_dict(data)

                return interval_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Interval | None, data)

        interval = _parse_interval(d.pop("interval"))

        measure = cls(
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

        measure.additional_properties = d
        return measure

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
