from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.earlier_figure import EarlierFigure


T = TypeVar("T", bound="Earlier")


@_attrs_define
class Earlier:
    """What was measured before, and what is to be said against it."""

    source: str
    day: datetime.date
    method: str
    weakness: str
    doubts: str
    figures: list[EarlierFigure]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        source = self.source

        day = self.day.isoformat()

        method = self.method

        weakness = self.weakness

        doubts = self.doubts

        figures = []
        for figures_item_data in self.figures:
            figures_item = figures_item_data.to_dict()
            figures.append(figures_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "source": source,
                "day": day,
                "method": method,
                "weakness": weakness,
                "doubts": doubts,
                "figures": figures,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.earlier_figure import EarlierFigure  # noqa: PLC0415

        d = dict(src_dict)
        source = d.pop("source")

        day = datetime.date.fromisoformat(d.pop("day"))

        method = d.pop("method")

        weakness = d.pop("weakness")

        doubts = d.pop("doubts")

        figures = []
        _figures = d.pop("figures")
        for figures_item_data in _figures:
            figures_item = EarlierFigure.from_dict(figures_item_data)

            figures.append(figures_item)

        earlier = cls(
            source=source,
            day=day,
            method=method,
            weakness=weakness,
            doubts=doubts,
            figures=figures,
        )

        earlier.additional_properties = d
        return earlier

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
