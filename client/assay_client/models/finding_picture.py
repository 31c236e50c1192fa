from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="FindingPicture")


@_attrs_define
class FindingPicture:
    """A picture that goes with a finding; the evidence names its digest, too."""

    name: str
    title: str
    alt: str
    kind: str
    """

    Known words: clean, perturbation, adversarial, corrupted, trigger, other. """
    width: int
    height: int
    sha256: str
    url: str
    """ Where the PNG is; it never changes. """
    group: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        title = self.title

        alt = self.alt

        kind = self.kind

        width = self.width

        height = self.height

        sha256 = self.sha256

        url = self.url

        group = self.group

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "title": title,
                "alt": alt,
                "kind": kind,
                "width": width,
                "height": height,
                "sha256": sha256,
                "url": url,
            }
        )
        if group is not UNSET:
            field_dict["group"] = group

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        title = d.pop("title")

        alt = d.pop("alt")

        kind = d.pop("kind")

        width = d.pop("width")

        height = d.pop("height")

        sha256 = d.pop("sha256")

        url = d.pop("url")

        group = d.pop("group", UNSET)

        finding_picture = cls(
            name=name,
            title=title,
            alt=alt,
            kind=kind,
            width=width,
            height=height,
            sha256=sha256,
            url=url,
            group=group,
        )

        finding_picture.additional_properties = d
        return finding_picture

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
