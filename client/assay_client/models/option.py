from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Option")


@_attrs_define
class Option:
    """What a check may be asked with."""

    name: str
    kind: str
    """

    Known words: text, whole, number, numbers, choice, flag. """
    title: str
    help_: str
    default: Any
    """ Null: the check chooses. """
    choices: list[str]
    least: float | None
    most: float | None
    is_needed: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        kind = self.kind

        title = self.title

        help_ = self.help_

        default = self.default

        choices = self.choices

        least: float | None
        least = self.least

        most: float | None
        most = self.most

        is_needed = self.is_needed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "kind": kind,
                "title": title,
                "help": help_,
                "default": default,
                "choices": choices,
                "least": least,
                "most": most,
                "is_needed": is_needed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        kind = d.pop("kind")

        title = d.pop("title")

        help_ = d.pop("help")

        default = d.pop("default")

        choices = cast(list[str], d.pop("choices"))

        def _parse_least(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        least = _parse_least(d.pop("least"))

        def _parse_most(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        most = _parse_most(d.pop("most"))

        is_needed = d.pop("is_needed")

        option = cls(
            name=name,
            kind=kind,
            title=title,
            help_=help_,
            default=default,
            choices=choices,
            least=least,
            most=most,
            is_needed=is_needed,
        )

        option.additional_properties = d
        return option

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
