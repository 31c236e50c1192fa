from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.export_file import ExportFile


T = TypeVar("T", bound="ExportPart")


@_attrs_define
class ExportPart:
    """Export with `fields`: only those that were asked for."""

    name: str | Unset = UNSET
    at: datetime.datetime | Unset = UNSET
    schema_version: int | Unset = UNSET
    bytes_: int | Unset = UNSET
    licence: str | Unset = UNSET
    manifest: str | Unset = UNSET
    files: list[ExportFile] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        at: str | Unset = UNSET
        if not isinstance(self.at, Unset):
            at = self.at.isoformat()

        schema_version = self.schema_version

        bytes_ = self.bytes_

        licence = self.licence

        manifest = self.manifest

        files: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.files, Unset):
            files = []
            for files_item_data in self.files:
                files_item = files_item_data.to_dict()
                files.append(files_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if at is not UNSET:
            field_dict["at"] = at
        if schema_version is not UNSET:
            field_dict["schema_version"] = schema_version
        if bytes_ is not UNSET:
            field_dict["bytes"] = bytes_
        if licence is not UNSET:
            field_dict["licence"] = licence
        if manifest is not UNSET:
            field_dict["manifest"] = manifest
        if files is not UNSET:
            field_dict["files"] = files

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.export_file import ExportFile  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        _at = d.pop("at", UNSET)
        at: datetime.datetime | Unset
        if isinstance(_at, Unset):
            at = UNSET
        else:
            at = datetime.datetime.fromisoformat(_at)

        schema_version = d.pop("schema_version", UNSET)

        bytes_ = d.pop("bytes", UNSET)

        licence = d.pop("licence", UNSET)

        manifest = d.pop("manifest", UNSET)

        _files = d.pop("files", UNSET)
        files: list[ExportFile] | Unset = UNSET
        if _files is not UNSET:
            files = []
            for files_item_data in _files:
                files_item = ExportFile.from_dict(files_item_data)

                files.append(files_item)

        export_part = cls(
            name=name,
            at=at,
            schema_version=schema_version,
            bytes_=bytes_,
            licence=licence,
            manifest=manifest,
            files=files,
        )

        export_part.additional_properties = d
        return export_part

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
