from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CounterPoint")


@_attrs_define
class CounterPoint:
    """The counters of a repo from a day on, until the next point."""

    day: datetime.date
    downloads: int
    likes: int
    trending: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        day = self.day.isoformat()

        downloads = self.downloads

        likes = self.likes

        trending = self.trending

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "day": day,
                "downloads": downloads,
                "likes": likes,
                "trending": trending,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        day = datetime.date.fromisoformat(d.pop("day"))

        downloads = d.pop("downloads")

        likes = d.pop("likes")

        trending = d.pop("trending")

        counter_point = cls(
            day=day,
            downloads=downloads,
            likes=likes,
            trending=trending,
        )

        counter_point.additional_properties = d
        return counter_point

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
