from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ClaimedChoice")


@_attrs_define
class ClaimedChoice:
    """A metric, config and split that models claim something for."""

    metric: str
    """ Its id, or as claims write it. """
    name: str
    config: str
    split: str
    claims: int
    measured: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        metric = self.metric

        name = self.name

        config = self.config

        split = self.split

        claims = self.claims

        measured = self.measured

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "metric": metric,
                "name": name,
                "config": config,
                "split": split,
                "claims": claims,
                "measured": measured,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        metric = d.pop("metric")

        name = d.pop("name")

        config = d.pop("config")

        split = d.pop("split")

        claims = d.pop("claims")

        measured = d.pop("measured")

        claimed_choice = cls(
            metric=metric,
            name=name,
            config=config,
            split=split,
            claims=claims,
            measured=measured,
        )

        claimed_choice.additional_properties = d
        return claimed_choice

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
