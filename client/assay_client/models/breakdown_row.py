from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="BreakdownRow")


@_attrs_define
class BreakdownRow:
    """One line of a breakdown."""

    part: str
    label: str
    """ Empty where the hub says nothing. """
    numerator: int
    denominator: int | None
    """ Null: a plain number. """
    unknown: int
    """ What could not be told; in neither of the two. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        part = self.part

        label = self.label

        numerator = self.numerator

        denominator: int | None
        denominator = self.denominator

        unknown = self.unknown

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "part": part,
                "label": label,
                "numerator": numerator,
                "denominator": denominator,
                "unknown": unknown,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        part = d.pop("part")

        label = d.pop("label")

        numerator = d.pop("numerator")

        def _parse_denominator(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        denominator = _parse_denominator(d.pop("denominator"))

        unknown = d.pop("unknown")

        breakdown_row = cls(
            part=part,
            label=label,
            numerator=numerator,
            denominator=denominator,
            unknown=unknown,
        )

        breakdown_row.additional_properties = d
        return breakdown_row

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
