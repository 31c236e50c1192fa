from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="MarkUpload")


@_attrs_define
class MarkUpload:
    """A file of keys, and what its owner says about the mark."""

    keys: File
    """ The file of keys, as `mark embed` writes it. """
    name: str
    home: str | Unset = ""
    """ `owner/name` of the model that was marked, published or not yet. """
    task: str | Unset = "image-classification"
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        keys = self.keys.to_tuple()

        name = self.name

        home = self.home

        task = self.task

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "keys": keys,
                "name": name,
            }
        )
        if home is not UNSET:
            field_dict["home"] = home
        if task is not UNSET:
            field_dict["task"] = task

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("keys", self.keys.to_tuple()))

        files.append(("name", (None, str(self.name).encode(), "text/plain")))

        if not isinstance(self.home, Unset):
            files.append(("home", (None, str(self.home).encode(), "text/plain")))

        if not isinstance(self.task, Unset):
            files.append(("task", (None, str(self.task).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        keys = File(payload=BytesIO(d.pop("keys")))

        name = d.pop("name")

        home = d.pop("home", UNSET)

        task = d.pop("task", UNSET)

        mark_upload = cls(
            keys=keys,
            name=name,
            home=home,
            task=task,
        )

        mark_upload.additional_properties = d
        return mark_upload

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
